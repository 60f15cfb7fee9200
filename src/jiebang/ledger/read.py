"""What a chain's entries say, for whoever holds the ordinary rows against them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from jiebang.ledger.models import Entry


class Told(NamedTuple):
    """One entry: where it stands, when, of what kind, and what it says."""

    sequence: int
    at: datetime
    kind: str
    body: dict[str, Any]


def read_entries(*kinds: str, chain_key: str | None = None, sequence: int | None = None) -> Iterator[Told]:
    """Entries in order, of some kinds or of every one, of one chain or of all, or the one at a place of a chain.

    That they are untouched is `verify_chain`'s to say.
    """
    rows = Entry.objects.order_by("chain", "sequence")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if chain_key is not None:
        rows = rows.filter(chain__key=chain_key)
    if sequence is not None:
        rows = rows.filter(sequence=sequence)
    for place, at, kind, body in rows.values_list("sequence", "at", "kind", "body").iterator():
        yield Told(place, at, kind, json.loads(body))
