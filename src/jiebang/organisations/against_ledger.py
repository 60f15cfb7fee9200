"""Whether the mandates under which people act are those that the ledger says were granted and ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jiebang.kernel.canonical_json import canonical_text
from jiebang.ledger.read import read_entries
from jiebang.organisations.models import Mandate


def altered_mandates() -> Iterator[str]:
    """Every mandate that isn't what the chains say, in Chinese. All chains: whose a body's is changes with its programmes."""
    said: dict[int, dict[str, Any]] = {}
    ended: dict[int, Any] = {}
    for told in read_entries("mandate.granted", "mandate.ended"):
        if told.kind == "mandate.ended":
            ended[told.body["mandate"]] = told.at
        else:
            said[told.body["mandate"]] = {name: told.body[name] for name in _GRANTED}
    held = set()
    for row in Mandate.objects.select_related("person").order_by("pk").iterator():
        held.add(row.pk)
        now: dict[str, Any] = {
            "person": row.person_id, "authority": row.authority_id or 0, "organisation": row.organisation_id or 0,
            "position": row.position, "from": row.from_on, "until": row.until_on,
        }  # fmt: skip
        if row.pk in ended and row.pk in said:
            # Ending one sets its last day.
            now["until"] = said[row.pk]["until"]
        if (
            row.pk not in said
            or canonical_text(now) != canonical_text(said[row.pk])
            or row.revoked_at != ended.get(row.pk)
        ):
            yield f"{row.person.name}的授权（第 {row.pk} 号，{row.get_position_display()}）与账本所记的不同"
    for pk in sorted(said.keys() - held):
        yield f"第 {pk} 号授权账本有记录而已不在"


_GRANTED = ("person", "authority", "organisation", "position", "from", "until")
