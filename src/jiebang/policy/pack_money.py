"""Amounts: who pays whom, how the amount is found, and between which limits."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from jiebang.policy.expressions import Condition, Departs, Force, Operand, Strict
from jiebang.policy.pack_items import Item, Names


class Limit(Item):
    """A ceiling or a floor of an amount. `scope`: what it holds over; `already`: what others of that scope have had."""

    name: str
    limit: Operand
    force: Force
    departs: Departs | None = None
    scope: str = "item"
    already: Operand | None = None
    when: Condition | None = None


class MoneyKind(StrEnum):
    """What sort of payment a money item is."""

    grant = "grant"
    instalment = "instalment"
    recovery = "recovery"
    contribution = "contribution"
    price = "price"


class DecidedAmount(Strict):
    """An amount that a body sets within the limits, read from a fact once it has."""

    decided: str
    by: Names
    with_: Literal["reason", "meeting", "external_act", "agreement"] = Field(alias="with")


class RestOf(Strict):
    """What is left of an item after its other parts."""

    rest_of: str


def _amount_tag(raw: Any) -> str:
    keys = raw if isinstance(raw, dict) else raw.model_fields_set if isinstance(raw, BaseModel) else ()
    return "decided" if "decided" in keys else "rest_of" if "rest_of" in keys else "computed"


AmountForm = Annotated[
    Annotated[DecidedAmount, Tag("decided")]
    | Annotated[RestOf, Tag("rest_of")]
    | Annotated[Operand, Tag("computed")],
    Discriminator(_amount_tag),
]


class FunderShare(Item):
    """The part of an item that one funder bears."""

    role: str
    share: Operand


class Money(Item):
    """One amount: who pays whom, how it is found, between which limits, at which stage and on which papers."""

    label: str
    kind: MoneyKind
    payer: Names
    payee: Names
    amount: AmountForm
    ceilings: list[Limit] = []
    floors: list[Limit] = []
    part_of: str | None = None
    processes: Names | None = None
    stage: str | None = None
    evidence: list[str] = []
    funders: list[FunderShare] = []
    when: Condition | None = None
    per: str = "project"
    fiscal: bool
    odd_fen: str | None = None
    round: Literal["down", "up", "half_up"] = "down"
