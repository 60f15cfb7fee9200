"""What a policy pack is made of. Every item carries the clause it comes from; nothing has a default a regulation didn't give."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag

from jiebang.policy.expressions import Condition, Departs, Force, Operand, Strict
from jiebang.policy.stages import Per
from jiebang.policy.values import Kind

UNSET = "unset"


def _as_list(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


def _read_day(raw: Any) -> Any:
    if isinstance(raw, str) and raw != UNSET:
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise ValueError(f"没有“{raw}”这一天；写成 2026-03-02，办法空着的写 unset") from None
    return raw


Names = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
Day = Annotated[date, BeforeValidator(_read_day)]
DayOrUnset = Annotated[date | Literal["unset"], BeforeValidator(_read_day)]


class Item(Strict):
    """Anything with a clause."""

    clause: Names


class When(StrEnum):
    """At which moment of a stage a rule runs."""

    submit = "submit"
    decide = "decide"
    sign = "sign"
    pay = "pay"


class Source(StrEnum):
    """Where a fact comes from, least first (computed ranks with checked)."""

    declared = "declared"
    checked = "checked"
    computed = "computed"
    register = "register"


# ── identity ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── lists, parties, facts ─────────────────────────────────────────────────────────────────────────────────────────


class Options(Item):
    """A list of options. `open`: the text ends with 等, so a word outside it isn't wrong but has to be judged."""

    label: str
    options: dict[str, str]
    open: bool = False


class PartyIs(StrEnum):
    """What fills a role."""

    organisation = "organisation"
    organisations = "organisations"
    authority = "authority"
    panel = "panel"
    person = "person"
    persons = "persons"


class Party(Item):
    """A role of this programme. One organisation may hold several unless a rule forbids it."""

    label: str
    is_: PartyIs = Field(alias="is")
    required: bool = True
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


class RecordField(Strict):
    """One field of a record."""

    label: str
    type: Kind
    unit: str | None = None
    list: str | None = None
    options: dict[str, str] | None = None


class FactDeclaration(Strict):
    """A fact that rules, money and papers can name: `subject.name`."""

    label: str
    type: Kind
    unit: str | None = None
    list: str | None = None
    options: dict[str, str] | None = None
    fields: dict[str, RecordField] | None = None
    hint: str | None = None
    clause: Names | None = None


# ── rules, money, time ────────────────────────────────────────────────────────────────────────────────────────────


class Rule(Item):
    """A condition that runs at one moment of some stages. `force` is what its leaves have unless they say otherwise."""

    label: str
    force: Force
    test: Condition
    departs: Departs | None = None
    processes: Names | None = None
    stages: Names
    at: When
    source: Source = Source.declared
    given: Condition | None = None
    says: str | None = None


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


class Term(Item):
    """A period or a window: how long, counted how, from when, for whom, closing at which clock time."""

    label: str
    length: Operand
    counting: Operand | None = None
    bound: Literal["exactly", "at_most", "at_least"] = "exactly"
    starts: str
    after: str | None = None
    role: str | None = None
    closes_at: str | None = None
    backward: bool = False
    rolls: bool | None = None
    force: Force = Force.must
    departs: Departs | None = None
    processes: Names | None = None
    stage: str | None = None


class Counting(Item):
    """How this law counts: is the first day counted; does an end on a rest day roll on."""

    first_day: Literal["excluded"]
    end_on_rest_day: Literal["rolls", "stays"]


# ── process ───────────────────────────────────────────────────────────────────────────────────────────────────────


class End(Strict):
    """Where a path ends, in the words of an official."""

    end: str


def _target_tag(raw: Any) -> str:
    return "one" if isinstance(raw, str) else "several" if isinstance(raw, list) else "end"


Target = Annotated[
    Annotated[str, Tag("one")] | Annotated[list[str], Tag("several")] | Annotated[End, Tag("end")],
    Discriminator(_target_tag),
]


class Criterion(Strict):
    """One scored criterion. `weight` in points: the most a reviewer may give."""

    label: str
    most: str
    clause: str | None = None


class Scoring(Strict):
    """How scores become a result: criteria with their points, a line to pass, how many survive."""

    criteria: dict[str, Criterion] = {}
    pass_mark: str | None = None
    survivors: str | None = None
    drop_extremes: bool = False


class Papers(Strict):
    """Papers a stage takes in and gives out."""

    takes: list[str] = []
    gives: list[str] = []


class Stage(Item):
    """One stage of a process."""

    kind: str
    label: str
    per: Per
    by: Names
    with_: Names | None = Field(default=None, alias="with")
    when: Condition | None = None
    skipped: Target | None = None
    papers: Papers = Papers()
    term: str | None = None
    scoring: Scoring | None = None
    at_most: str | None = None
    sealed: bool = False
    force: Force = Force.must
    outcomes: dict[str, Target]


class Process(Item):
    """One way a thing goes, from first stage to its ends."""

    label: str
    instrument: str
    starts: str
    stages: dict[str, Stage]


# ── rights, duties, papers, discretion ────────────────────────────────────────────────────────────────────────────


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


class PaperField(Strict):
    """One field of a paper: a fact, whether it has to be given, and the clause that asks for it."""

    fact: str
    required: bool = True
    clause: str | None = None
    when: Condition | None = None


class Paper(Item):
    """A paper of the process with its fields, from which forms are rendered."""

    label: str
    from_: Names = Field(alias="from")
    to: Names | None = None
    fields: list[PaperField] = []
    signed: bool = False
    sealed: bool = False
    confidential: bool = False
    processes: Names | None = None
    when: Condition | None = None


class Scope(StrEnum):
    """For what a discretion item is decided, widest first."""

    programme = "programme"
    batch = "batch"
    challenge = "challenge"
    project = "project"
    result = "result"


class Discretion(Item):
    """A question the regulation leaves open: nothing that depends on it goes on until somebody entitled decides."""

    question: str
    scope: Scope
    type: Kind
    unit: str | None = None
    list: str | None = None
    options: dict[str, str] | None = None
    decides: Names
    refers_to: str | None = None
    blocks: str


class Pack(Strict):
    """A whole pack, its base pack's items included once the loader has merged them."""

    pack: Identity
    clauses: dict[str, Clause] = {}
    lists: dict[str, Options] = {}
    parties: dict[str, Party] = {}
    capacities: dict[str, Capacity] = {}
    facts: dict[str, FactDeclaration] = {}
    rules: dict[str, Rule] = {}
    money: dict[str, Money] = {}
    terms: dict[str, Term] = {}
    counting: Counting | None = None
    processes: dict[str, Process] = {}
    rights: dict[str, Right] = {}
    duties: dict[str, Duty] = {}
    papers: dict[str, Paper] = {}
    discretion: dict[str, Discretion] = {}

    @property
    def key(self) -> str:
        """`id/version`, as cases and programmes pin it."""
        return f"{self.pack.id}/{self.pack.version}"


#: Sections whose entries are items with a clause, in the order a person reads them.
ITEM_SECTIONS = (
    "lists", "parties", "capacities", "rules", "money", "terms", "processes", "rights", "duties", "papers", "discretion",
)  # fmt: skip
