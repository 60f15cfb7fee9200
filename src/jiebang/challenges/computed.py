"""Facts about challenges that the platform knows itself."""

from collections.abc import Sequence
from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import Participation, Subject


def name_sponsors(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`challenge.sponsor`: who submitted the need in the role of sponsor; the need's own day."""
    needs = {one.pk: one if one.kind == "need" else one.origin for one in subjects if one.kind in _ABOUT}
    if not needs:
        return {}
    rows = Participation.objects.filter(
        subject__in=[need for need in needs.values() if need is not None],
        role="sponsor",
        until_at__isnull=True,
    )
    # The first that was entered counts.
    sponsors = dict(rows.order_by("-pk").values_list("subject_id", "organisation__credit_code"))
    found: dict[int, dict[str, Any]] = {}
    for key, need in needs.items():
        if need is None:
            continue
        found[key] = {"need.submitted_on": local_date(need.created_at).isoformat()}
        if need.pk in sponsors:
            found[key]["challenge.sponsor"] = sponsors[need.pk]
    return found


_ABOUT = ("need", "challenge")
