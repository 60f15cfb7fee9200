"""The time for working on something is over: what was made has come in, or nobody has made anything."""

from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.expire import expire
from jiebang.lifecycle.known import alive_below
from jiebang.lifecycle.models import HandIn, Subject
from jiebang.lifecycle.routing import end_subjects
from jiebang.lifecycle.transitions import Act


def conclude_development(act: Act) -> str:
    """Conclude the development. Where a whole challenge's `expired`, the bids for it end.

    Were they left alive, a challenge that is announced once more would count those who brought nothing as its new takers. Raises
    UnableToApply for `expired` while somebody has handed in a result here, and where the pack gives it a time, before its end:
    an officer who could declare it over would take from a bidder what is left of it.
    """
    if act.stage.on_expiry is not None and act.payload.get("outcome") == act.stage.on_expiry:
        raise UnableToApply(
            where=act.stage.label, what="期限没有过完，不能按到期没有人办结", fix="到期后用“到期办结”"
        )
    outcome = conclude(act)
    if outcome == "expired":
        _part_ways(act)
    return outcome


def expire_development(act: Act) -> str:
    """The time has run out. Raises UnableToApply where a result has come in: whoever runs the stage then concludes it."""
    outcome = expire(act)
    if outcome == "expired":
        _part_ways(act)
    return outcome


def _part_ways(act: Act) -> None:
    if act.subject.kind not in ("bid", "challenge"):
        return
    bids = [act.subject] if act.subject.kind == "bid" else alive_below(act.subject, "bid")
    _require_nothing_brought(act, bids)
    if act.subject.kind == "challenge":
        end_subjects(bids, f"{act.stage.label}：到期没有交来成果", act.at)


def _require_nothing_brought(act: Act, bids: list[Subject]) -> None:
    brought = HandIn.objects.filter(run=act.run, subject__in=bids).select_related("subject").first()
    if brought is not None:
        raise UnableToApply(
            where=act.stage.label,
            what=f"{brought.subject.number} 已经交来成果，不能按到期没有人办结",
            fix="选“完成”，转入下一步",
        )
