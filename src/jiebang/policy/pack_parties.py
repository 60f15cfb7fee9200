"""Who takes part: roles, what they do in a process, what they may hold in a result, what they owe."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from jiebang.policy.expressions import Condition, Force, Operand
from jiebang.policy.pack_items import Item, Names


class PartyIs(StrEnum):
    """What fills a role."""

    organisation = "organisation"
    organisations = "organisations"
    authority = "authority"
    panel = "panel"
    person = "person"
    persons = "persons"


class Party(Item):
    """A role of this programme. One organisation may hold several unless a rule forbids it.

    `named_in`: the fact that names who fills the role (a bid's partners); whoever is named there takes part. `or_authority`:
    an authority may fill a role of organisations as well (who funds a government's bounty is a government).
    """

    label: str
    is_: PartyIs = Field(alias="is")
    required: bool = True
    named_in: str | None = None
    or_authority: bool = False
    processes: Names | None = None


class CapacityWord(StrEnum):
    """What a role does in a process."""

    poses = "poses"
    funds = "funds"
    leads = "leads"
    performs = "performs"
    takes_part = "takes_part"
    signs = "signs"
    is_paid = "is_paid"
    pays_back = "pays_back"
    judges = "judges"
    decides = "decides"
    owns = "owns"
    uses = "uses"


class Capacity(Item):
    """Which roles have a capacity in a process, from which stage on or until which (roles may change at award)."""

    capacity: CapacityWord
    roles: Names
    processes: Names | None = None
    from_stage: str | None = None
    until_stage: str | None = None


class RightWord(StrEnum):
    """What may be held in a result."""

    own = "own"
    dispose = "dispose"
    use = "use"
    income = "income"
    free_use = "free_use"
    shared_use = "shared_use"
    first_refusal = "first_refusal"
    demand = "demand"
    agreed_by_contract = "agreed_by_contract"


class Right(Item):
    """Who holds what in a result, under which condition."""

    label: str
    right: RightWord
    holders: Names
    processes: Names | None = None
    when: Condition | None = None
    term: str | None = None
    force: Force = Force.must


class Duty(Item):
    """Something a role owes and records: an organisational clause, a service, an obligation after closure."""

    label: str
    role: Names
    when: Literal["standing", "yearly", "per_batch", "at_stage", "on_event", "after_acceptance"]
    stage: str | None = None
    processes: Names | None = None
    given: Condition | None = None
    lasts: Operand | None = None
    records: list[str] = []
    force: Literal["must", "in-principle", "prefer", "may"]
