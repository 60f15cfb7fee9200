"""The bureau ends the collection of a batch's needs."""

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.transitions import Act


def close_collection(act: Act) -> str:
    """`closed` with at least one need, else `none_received` where the process knows it. Raises UnableToApply otherwise."""
    if act.subject.kind != "batch":
        # Nobody corrected a returned need: it goes back as it is to whoever returned it.
        return "closed"
    if Subject.objects.filter(parent=act.subject, kind="need").exists():
        return "closed"
    if "none_received" in act.stage.outcomes:
        return "none_received"
    raise UnableToApply(where=act.stage.label, what="还没有收到需求", fix="收到需求后再结束征集")
