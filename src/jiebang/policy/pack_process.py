"""Processes: stages, what each takes, gives and scores, and where its outcomes lead."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from jiebang.policy.expressions import Condition, Force, Strict
from jiebang.policy.pack_items import Item, Names
from jiebang.policy.stages import Per


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


class Among(StrEnum):
    """Whom a window or a selection is open to."""

    anyone = "anyone"
    remaining = "remaining"
    reserve = "reserve"


class Stage(Item):
    """One stage of a process.

    `on_expiry`: the outcome when the stage's term runs out; without it a term binds those who run the stage, but time alone
    decides nothing. `among`: a window for whoever is still in it, or a selection out of those an earlier one kept in reserve.
    `at_once`: while it holds, a selection opens for the first that has come so far, without waiting for the others; a window
    lets what has come in go on at once, without waiting until it closes. `late`: while it holds, a window takes what comes
    after its end as well, until somebody closes it.
    """

    kind: str
    label: str
    per: Per
    by: Names
    with_: Names | None = Field(default=None, alias="with")
    when: Condition | None = None
    skipped: Target | None = None
    papers: Papers = Papers()
    term: str | None = None
    on_expiry: str | None = None
    among: Among | None = None
    at_once: Condition | None = None
    late: Condition | None = None
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
