"""Facts about challenges that the platform knows itself."""

from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import Participation, Subject


def name_sponsor(subject: Subject) -> dict[str, Any]:
    """`challenge.sponsor`: who submitted the need in the role of sponsor; the need's own day."""
    if subject.kind not in ("need", "challenge"):
        return {}
    need = subject if subject.kind == "need" else subject.origin
    if need is None:
        return {}
    found: dict[str, Any] = {"need.submitted_on": local_date(need.created_at).isoformat()}
    row = (
        Participation.objects.filter(subject=need, role="sponsor", until_at__isnull=True)
        .select_related("organisation")
        .first()
    )
    if row is not None:
        found["challenge.sponsor"] = row.organisation.credit_code
    return found
