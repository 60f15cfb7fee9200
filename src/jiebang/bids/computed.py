"""Facts about bids that the platform counts itself."""

from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import FactEntry, StageRun, Subject


def count_members(bids: list[Subject]) -> str:
    """How many organisations stand behind some bids, leads and partners, registered with the platform or not, each once."""
    codes = {bid.lead.credit_code for bid in bids if bid.lead is not None}
    named = FactEntry.objects.filter(subject__in=bids, name="bid.partners", superseded_at__isnull=True)
    for value in named.values_list("value", flat=True):
        codes.update(value)
    return f"{len(codes)} 家"


def count_bids(subject: Subject) -> dict[str, Any]:
    """How many bids a challenge has received, how many are chosen and how many stand behind these (none before); a bid's day."""
    if subject.kind == "challenge":
        bids = Subject.objects.filter(parent=subject, kind="bid")
        chosen = StageRun.objects.filter(subject=subject, kind="select", outcome="selected").exists()
        selected = list(bids.filter(ended_at__isnull=True).select_related("lead")) if chosen else []
        return {
            "challenge.bids_received": f"{bids.count()} 家",
            "challenge.selected": f"{len(selected)} 家",
            "challenge.selected_members": count_members(selected),
        }
    if subject.kind == "bid":
        return {"bid.submitted_on": local_date(subject.created_at).isoformat()}
    return {}
