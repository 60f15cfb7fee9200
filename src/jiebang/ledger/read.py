"""What a chain's entries say, and whether the ordinary rows beside it still say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from jiebang.kernel.canonical_json import canonical_text
from jiebang.ledger.models import Entry

Key = TypeVar("Key", int, tuple[Any, ...])
Body = Mapping[str, Any]


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


def last_told(chain_key: str, kind: str, key: str) -> dict[int, Body]:
    """What a chain's entries of one kind say of each row, by the key that their bodies give; the last word of each counts."""
    return {told.body.get(key, 0): told.body for told in read_entries(kind, chain_key=chain_key)}


def agrees(told: Body | None, now: Body | None) -> bool:
    """Whether a row says what an entry says of it. The entry may say more: who did it, by which clause. None: there isn't any."""
    if told is None or now is None:
        return told is now
    return canonical_text({name: told.get(name) for name in now}) == canonical_text(dict(now))


def differing(said: Mapping[Key, Body], held: Mapping[Key, Body]) -> list[Key]:
    """The keys, sorted, of rows that don't say what the ledger says of them, or that are there for only one of the two."""
    return [key for key in sorted(said.keys() | held.keys()) if not agrees(said.get(key), held.get(key))]


def altered(said: Mapping[int, Body], held: Mapping[int, tuple[str, Body]], what: str) -> Iterator[str]:
    """In Chinese, each row ({key: (what it is called, what it says)}) that isn't what the ledger says, and each that is gone."""
    for key, (called, now) in held.items():
        if not agrees(said.get(key), now):
            yield f"{called}与账本所记的不同"
    for key in sorted(said.keys() - held.keys()):
        yield f"第 {key} 号{what}账本有记录而已不在"
