"""The bureau ends the collection of ready-made results."""

from jiebang.lifecycle.receive import close_intake
from jiebang.lifecycle.transitions import Act


def close_result_collection(act: Act) -> str:
    """`closed` with at least one result, else `none_received` where the process knows it. Raises UnableToApply otherwise."""
    return close_intake(act, "result", "成果")
