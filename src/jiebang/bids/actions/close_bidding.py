"""The window has closed: what came in decides how the stage ends."""

from jiebang.lifecycle.door import require_rules
from jiebang.lifecycle.errors import Refused, UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack import When


def close_bidding(act: Act) -> str:
    """`no_taker` without bids; `too_few` where the pack's rules at this stage aren't met and it has that way; else `closed`."""
    if act.subject.kind != "challenge":
        raise UnableToApply(where=act.subject.number, what="这是退回补正，不能代为结束", fix="等提交方更正")
    if not Subject.objects.filter(parent=act.subject, kind="bid", ended_at__isnull=True).exists():
        return "no_taker"
    try:
        require_rules(act, When.decide)
    except Refused:
        if "too_few" not in act.stage.outcomes:
            raise
        return "too_few"
    return "closed"
