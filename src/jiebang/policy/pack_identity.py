"""Which regulation a pack is, from which document, since when it holds, and its clauses."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from jiebang.policy.expressions import Strict
from jiebang.policy.pack_items import Day, DayOrUnset, Item


class SourceStatus(StrEnum):
    """What the source document is."""

    in_force = "in_force"
    trial = "trial"
    draft = "draft"
    consultation_draft = "consultation_draft"
    law = "law"


class SourceDocument(Strict):
    """The document a pack was written from."""

    title: str
    status: SourceStatus
    number: str | None = None
    note: str | None = None


class InForce(Item):
    """When the regulation holds. A blank date stays `unset`: it isn't in force until an authority's adoption is recorded."""

    from_: DayOrUnset = Field(alias="from")
    until: Day | None = None
    lasts: str | None = None


class Identity(Strict):
    """Which regulation this is."""

    id: str
    version: str
    title: str
    place: str
    bureau: str
    extends: str | None = None
    source: SourceDocument
    in_force: InForce | None = None


class Clause(Strict):
    """One clause, in our own words, for those who ask on what a verdict stands."""

    article: str
    says: str
    force: Literal["must", "in-principle", "prefer", "may"]
