"""The bureau ends the collection of a batch's needs."""

from jiebang.lifecycle.receive import close_intake
from jiebang.lifecycle.transitions import Act


def close_collection(act: Act) -> str:
    """`closed` with at least one need, else `none_received` where the process knows it. Raises UnableToApply otherwise."""
    return close_intake(act, "need", "需求")
