"""Facts about bids that the platform counts itself."""

from typing import Any

from jiebang.lifecycle.models import Subject


def count_bids(subject: Subject) -> dict[str, Any]:
    """How many bids a challenge has received, and the day a bid was handed in."""
    if subject.kind == "challenge":
        received = Subject.objects.filter(parent=subject, kind="bid").count()
        alive = Subject.objects.filter(parent=subject, kind="bid", ended_at__isnull=True).count()
        return {"challenge.bids_received": f"{received} 家", "challenge.selected": f"{alive} 家"}
    if subject.kind == "bid":
        from jiebang.kernel.periods import local_date

        return {"bid.submitted_on": local_date(subject.created_at).isoformat()}
    return {}
