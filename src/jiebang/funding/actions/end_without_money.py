"""A stage where money moves ends without any: nothing is due, or nothing more."""

from jiebang.funding.sent_back import withdraw_sent_back
from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.transitions import Act


def end_without_money(act: Act) -> str:
    """Conclude with a reason. Raises AlreadyDone while a proposal stands that is neither paid nor sent back."""
    withdraw_sent_back(act)
    return conclude(act)
