"""The bureau ends the collection of ready-made results."""

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.transitions import Act


def close_result_collection(act: Act) -> str:
    """`closed` with at least one result, else `none_received` where the process knows it. Raises UnableToApply otherwise."""
    if Subject.objects.filter(parent=act.subject, kind="result").exists():
        return "closed"
    if "none_received" in act.stage.outcomes:
        return "none_received"
    raise UnableToApply(where=act.stage.label, what="还没有收到成果", fix="收到成果后再结束征集")
