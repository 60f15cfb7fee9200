"""What can be known of a case: facts and where they come from, lists of options, papers, and open questions."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from jiebang.policy.expressions import Condition, Strict
from jiebang.policy.pack_items import Item, Names
from jiebang.policy.stages import Per
from jiebang.policy.values import Kind


class Source(StrEnum):
    """Where a fact comes from, least first (computed ranks with checked)."""

    declared = "declared"
    checked = "checked"
    computed = "computed"
    register = "register"


class Options(Item):
    """A list of options. `open`: the text ends with 等, so a word outside it isn't wrong but has to be judged."""

    label: str
    options: dict[str, str]
    open: bool = False


class RecordField(Strict):
    """One field of a record."""

    label: str
    type: Kind
    unit: str | None = None
    list: str | None = None
    options: dict[str, str] | None = None


class Told(Strict):
    """What the platform tells of a thing by itself, from the runs of the stages named: exactly one word.

    `opened`, `closes`, `closed`: when the newest of them began, runs out, ended; `handed_in`: when the thing's papers came in
    there; `passed`: whether the newest of them ended well; `came_to`: {stage: outcome}, whether the newest run of one of them
    ended with that outcome; `stood_at`: {stage: fact}, what was on record for the thing, or what it grew out of, when the newest
    run of the stage began, its own or of what it belongs to, whatever has been recorded since; `counts`: how many things below, still in it,
    passed them or came to that outcome.
    """

    opened: Names | None = None
    closes: Names | None = None
    closed: Names | None = None
    handed_in: Names | None = None
    passed: Names | None = None
    came_to: dict[str, str] | None = None
    stood_at: dict[str, str] | None = None
    counts: Per | None = None

    @property
    def stages(self) -> list[str]:
        """The stages looked at, whatever the word."""
        named = [*(self.came_to or {}), *(self.stood_at or {})]
        words = (self.opened, self.closes, self.closed, self.handed_in, self.passed, named)
        return next((names for names in words if names), [])


class FactDeclaration(Strict):
    """A fact that rules, money and papers can name: `subject.name`.

    `said_by`: the roles that alone may put it on record, where the text makes it one body's or one party's own word.
    `each`: every organisation in one of these roles says it for itself, and none for the others.
    `sole`: it holds for one alone of the bids or lanes that are still beside one another (the best of them).
    """

    label: str
    type: Kind
    unit: str | None = None
    list: str | None = None
    options: dict[str, str] | None = None
    fields: dict[str, RecordField] | None = None
    hint: str | None = None
    clause: Names | None = None
    told: Told | None = None
    said_by: Names | None = None
    each: bool = False
    sole: bool = False


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
