"""Whether the mandates under which people act are those that the ledger says were granted and ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jiebang.ledger.read import altered, read_entries
from jiebang.organisations.models import Mandate


def altered_mandates() -> Iterator[str]:
    """Every mandate that isn't what the chains say, in Chinese. All chains: whose a body's is changes with its programmes."""
    said: dict[int, dict[str, Any]] = {}
    for told in read_entries("mandate.granted", "mandate.ended"):
        known = said.setdefault(told.body["mandate"], {"ended": None})
        known |= {"ended": told.at} if told.kind == "mandate.ended" else told.body
    held = {}
    for row in Mandate.objects.select_related("person").order_by("pk").iterator():
        now = {
            "person": row.person_id, "authority": row.authority_id or 0, "organisation": row.organisation_id or 0,
            "position": row.position, "from": row.from_on, "ended": row.revoked_at,
        }  # fmt: skip
        if row.revoked_at is None:
            now["until"] = row.until_on  # ending one sets its last day
        held[row.pk] = (f"{row.person.name}的授权（第 {row.pk} 号，{row.get_position_display()}）", now)
    yield from altered(said, held, "授权")
