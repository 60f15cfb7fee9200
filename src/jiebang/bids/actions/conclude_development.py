"""The time for working on a challenge is over: some have handed in what they made, or nobody has and nobody took it."""

from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import alive_below
from jiebang.lifecycle.models import HandIn
from jiebang.lifecycle.routing import end_subjects
from jiebang.lifecycle.transitions import Act


def conclude_development(act: Act) -> str:
    """Conclude the development. Where a whole challenge's `expired`, the bids for it end.

    Were they left alive, a challenge that is announced once more would count those who brought nothing as its new takers. Raises
    UnableToApply for `expired` while somebody has handed in a result here.
    """
    outcome = conclude(act)
    if outcome != "expired" or act.subject.kind != "challenge":
        return outcome
    alive = alive_below(act.subject, "bid")
    brought = HandIn.objects.filter(run=act.run, subject__in=alive).select_related("subject").first()
    if brought is not None:
        raise UnableToApply(
            where=act.stage.label,
            what=f"{brought.subject.number} 已经交来成果，不能按到期没有人办结",
            fix="选“完成”，转入下一步",
        )
    end_subjects(alive, f"{act.stage.label}：到期没有交来成果", act.at)
    return outcome
