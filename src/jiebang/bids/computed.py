"""Facts about bids that the platform counts itself."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import FactEntry, StageRun, Subject


def count_members(bids: list[Subject]) -> str:
    """How many organisations stand behind some bids, leads and partners, registered with the platform or not, each once."""
    return _count_members(bids, _partners_of(bids))


def _partners_of(bids: list[Subject]) -> dict[int, list[str]]:
    if not bids:
        return {}
    named = FactEntry.objects.filter(subject__in=bids, name="bid.partners", superseded_at__isnull=True)
    return dict(named.values_list("subject_id", "value"))


def _count_members(bids: list[Subject], partners: dict[int, list[str]]) -> str:
    codes = {bid.lead.credit_code for bid in bids if bid.lead is not None}
    return f"{len(codes.union(*(partners.get(bid.pk, []) for bid in bids)))} 家"


def count_bids(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """How many bids a challenge has received, how many are chosen and how many stand behind these (none before); a bid's day."""
    found: dict[int, dict[str, Any]] = {
        one.pk: {"bid.submitted_on": local_date(one.created_at).isoformat()}
        for one in subjects
        if one.kind == "bid"
    }
    challenges = [
        one.pk for one in subjects if one.kind == "challenge" and _COUNTED & program_of(one).types.keys()
    ]
    if not challenges:
        return found
    bids = Subject.objects.filter(parent__in=challenges, kind="bid")
    received = dict(bids.values_list("parent").annotate(Count("pk")).order_by())
    selections = StageRun.objects.filter(subject__in=challenges, kind="select", outcome="selected")
    selected: dict[int, list[Subject]] = {key: [] for key in challenges}
    if decided := set(selections.values_list("subject_id", flat=True)):
        for bid in bids.filter(parent__in=decided, ended_at__isnull=True).select_related("lead"):
            selected[bid.parent_id or 0].append(bid)
    partners = _partners_of([bid for chosen in selected.values() for bid in chosen])
    for key, chosen in selected.items():
        found[key] = {
            "challenge.bids_received": f"{received.get(key, 0)} 家",
            "challenge.selected": f"{len(chosen)} 家",
            "challenge.selected_members": _count_members(chosen, partners),
        }
    return found


_COUNTED = frozenset({"challenge.bids_received", "challenge.selected", "challenge.selected_members"})
