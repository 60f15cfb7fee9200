"""Those with a first refusal take the result, or their time runs out."""

from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import Refused, UnableToApply
from jiebang.lifecycle.expire import expire
from jiebang.lifecycle.rules import EVERY_MOMENT, require_rules
from jiebang.lifecycle.transitions import Act


def conclude_offer(act: Act) -> str:
    """Conclude an offer. Where the pack gives it a time, only the end of that time lets it lapse: raises UnableToApply before.

    An officer who could declare it lapsed would end a right that still runs. Whoever came in time is dealt with after it as well.
    """
    if act.stage.on_expiry is not None and act.payload.get("outcome") == act.stage.on_expiry:
        raise UnableToApply(
            where=act.stage.label, what="时间没有过完，不能按无人提出办结", fix="到期后用“到期办结”"
        )
    return conclude(act)


def lapse_offer(act: Act) -> str:
    """The time has run out. Raises UnableToApply where the rules say that somebody came in time: silence decides nothing then.

    A pack without a rule for taking can't say so; there whoever takes it has to be recorded before the end.
    """
    rules = (
        act.program.rules_for(act.subject.process, act.run.stage, moment.value) for moment in EVERY_MOMENT
    )
    if not any(rules):
        return expire(act)
    try:
        require_rules(act, EVERY_MOMENT)
    except Refused:
        return expire(act)
    raise UnableToApply(
        where=act.stage.label,
        what="时间内已经有人提出，不能按到期没有人办结",
        fix="由经办人办结为已行使优先权",
    )
