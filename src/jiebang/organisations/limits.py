"""The shape of a limit, for the settings, which are read before any model is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attempts within `minutes`: of one name from one address, of one name, from one address. None: any number."""

    minutes: int
    pair: int | None
    name: int | None
    address: int | None
