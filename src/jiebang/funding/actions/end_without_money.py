"""A stage where money moves ends without any: nothing is due, or nothing more."""

from jiebang.funding.due import compute_due
from jiebang.funding.sent_back import withdraw_sent_back
from jiebang.kernel.money import format_yuan
from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_given, record_facts
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.transitions import Act


def end_without_money(act: Act) -> str:
    """Conclude with a reason. That nothing is to be recovered has to be what the pack computes, to the fen.

    Raises AlreadyDone while a proposal stands that is neither paid nor sent back, UnableToApply where something is due,
    StillUnset while that isn't decided.
    """
    withdraw_sent_back(act)
    if act.payload.get("outcome") == "nothing_due":
        record_facts(act, act.subject, facts_given(act))
        act.payload.pop("facts", None)
        for found in compute_due(act, situation_of(act.subject, act.at)).values():
            if found.amount:
                raise UnableToApply(
                    where=found.item.label,
                    what=f"按办法应收回 {format_yuan(found.amount)}，不能按没有应收回的办结",
                    fix="提出收回意见",
                )
    return conclude(act)
