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


def read_entries(*kinds: str, chain_key: str | None = None) -> Iterator[Told]:
    """The entries of some kinds in order, of one chain or of all. That they are untouched is `verify_chain`'s to say."""
    rows = Entry.objects.filter(kind__in=kinds).order_by("chain", "sequence")
    if chain_key is not None:
        rows = rows.filter(chain__key=chain_key)
    for sequence, at, kind, body in rows.values_list("sequence", "at", "kind", "body").iterator():
        yield Told(sequence, at, kind, json.loads(body))
