"""Read a scenario file strictly: every unknown word is an error with its line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from jiebang.kernel.periods import SHANGHAI
from jiebang.policy.pack_items import Day
from jiebang.policy.problems import say_in_chinese
from jiebang.policy.strict_yaml import PackProblems, read_yaml


class Part(BaseModel):
    """A part of a file that somebody writes by hand: no unknown keys."""

    model_config = ConfigDict(extra="forbid")


_Shape = TypeVar("_Shape", bound=Part)
#: `pack-id/version`
PackKey = Annotated[str, Field(pattern=r"^[a-z0-9-]+/[A-Za-z0-9.-]+$")]


def _check_instant(text: str) -> str:
    try:
        read_instant(text)
    except ValueError:
        raise ValueError(f"没有“{text[:40]}”这个时刻；写成 2026-03-02T09:00") from None
    return text


class Adoption(Part):
    """The act by which an authority put a draft into force."""

    on: Day
    number: str


class ProgrammePart(Part):
    """A programme: its address, its bureau, the bureau's own chains of signatures."""

    slug: str
    title: str
    bureau: str
    adopted: Adoption | None = None
    sign_off: dict[str, list[str]] = {}


class AuthorityPart(Part):
    """An authority and the pack roles it fills."""

    name: str
    kind: str
    roles: list[str] = []


class PersonPart(Part):
    """A person and one mandate; whoever has the same name in one scenario is the same person."""

    name: str
    acts_for: str
    position: str


class Step(Part):
    """One act: who, when, what, on what, with what; and what it must come to."""

    at: Annotated[str, AfterValidator(_check_instant)]
    by: str
    do: str
    on: str | None = None
    stage: str | None = None
    says: str | None = None
    process: str | None = None
    number: str | None = None
    title: str | None = None
    key: str | None = None
    value: Any = None
    reason: str = ""
    outcome: str | None = None
    note: str = ""
    #: a filled-in form of `sheets`; its entries are the step's values (what a party hands in) or facts (what an officer finds)
    sheet: str | None = None
    values: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    marks: dict[str, str] = {}
    opinion: str = ""
    bids: list[str] = []
    bid: str | None = None
    thing: str | None = None
    as_of: str | None = None
    evidence: str | None = None
    relations: list[dict[str, str]] | None = None
    agreed: bool | None = None
    voucher: str | None = None
    paid_on: str | None = None
    #: another party's payment: which money item, how much, from whom (`@name`) to whom
    item: str | None = None
    amount: str | None = None
    payer: str | None = None
    payee: str | None = None
    objector: str | None = None
    contact: str | None = None
    statement: str | None = None
    request: str | None = None
    conclusion: str | None = None
    upheld: bool | None = None
    objection: str | None = None
    #: the one of several on notice that an objection is against, or `whole`
    against: str | None = None
    issuer: str | None = None
    act: str | None = None
    dated: str | None = None
    replace: bool | None = None
    draft: str | None = None
    revision: int | None = None
    xlsx: list[list[str]] | None = None
    names: dict[str, str] = {}
    organisation: str | None = None
    role: str | None = None
    as_: str | None = Field(default=None, alias="as")
    refused: str | None = None


class PaymentExpected(Part):
    """One payment: on what, which money item, how much, when, and where several bear it, how much each role does."""

    on: str
    item: str
    amount: str
    paid_on: str | None = None
    shares: dict[str, str] = {}


class Expected(Part):
    """What has to be true at the end."""

    ended: dict[str, str] = {}
    open: dict[str, list[str]] = {}
    payments: list[PaymentExpected] = []
    closes: dict[str, str] = {}
    refusals: int
    ledger: Literal["verified"]


class Scenario(Part):
    """A whole life."""

    title: str
    about: str
    pack: PackKey
    synthetic: Literal[True]
    #: it stops half way on purpose: a demo goes on from where it stands
    half_way: bool = False
    programme: ProgrammePart
    authorities: dict[str, AuthorityPart]
    organisations: dict[str, str] = {}
    people: dict[str, PersonPart]
    #: filled-in forms, by name, so that steps stay short; `@name` stands for that organisation's credit code
    sheets: dict[str, dict[str, Any]] = {}
    steps: Annotated[list[Step], Field(min_length=1)]
    expect: Expected


def read_instant(text: str) -> datetime:
    """Wall time in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def read_scenario(path: Path) -> Scenario:
    """Read one file. Raises PackProblems with every problem, its line and what was expected."""
    return read_part(path, Scenario)


def read_part(path: Path, shape: type[_Shape]) -> _Shape:
    """Read a file of this shape. Raises PackProblems with every problem, its line and what was expected."""
    file, problems = read_yaml(path, str(path))
    if problems:
        raise PackProblems(problems)
    try:
        return shape.model_validate(file.data)
    except ValidationError as error:
        raise PackProblems(say_in_chinese(error, file.data, lambda p: (str(path), file.line_of(p)))) from None


def find_pack_root(path: Path, pack: str) -> Path | None:
    """The nearest folder above a scenario's file that holds its pack (`id/version`), as a pack's own folder of scenarios has."""
    above = path.resolve().parents
    return next((folder for folder in above if (folder / pack / "pack.yaml").is_file()), None)
