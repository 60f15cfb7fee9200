"""Facts about bids that the platform counts itself."""

from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import StageRun, Subject


def count_bids(subject: Subject) -> dict[str, Any]:
    """How many bids a challenge has received and how many are chosen (none before the selection); a bid's day."""
    if subject.kind == "challenge":
        bids = Subject.objects.filter(parent=subject, kind="bid")
        chosen = StageRun.objects.filter(subject=subject, kind="select", outcome="selected").exists()
        selected = bids.filter(ended_at__isnull=True).count() if chosen else 0
        return {"challenge.bids_received": f"{bids.count()} 家", "challenge.selected": f"{selected} 家"}
    if subject.kind == "bid":
        return {"bid.submitted_on": local_date(subject.created_at).isoformat()}
    return {}
