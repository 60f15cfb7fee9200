"""Which acts exist at which kinds of stage. Domain parts register their rows here; nothing else can change state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jiebang.policy.pack_process import Stage
from jiebang.policy.pack_rules import When
from jiebang.policy.stages import KINDS

if TYPE_CHECKING:
    from jiebang.ledger.append import EntryDraft
    from jiebang.lifecycle.models import StageRun, Subject
    from jiebang.organisations.actor import Actor
    from jiebang.policy.program import Program


@dataclass(slots=True)
class Act:
    """One act being done: everything its handler may look at, and what it leaves to be recorded."""

    run: StageRun
    subject: Subject
    stage: Stage
    program: Program
    actor: Actor | None
    role: str | None
    at: datetime
    payload: dict[str, Any]
    draft: str = ""
    #: tried out to see what it would do, and undone
    is_trial: bool = False
    #: what the chain of signatures is for: done as it was signed, or (in a trial) found to need signing
    is_signed: bool = False
    drafts: list[EntryDraft] = field(default_factory=list)
    messages: list[tuple[str, Subject | None, dict[str, Any]]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)


#: A handler does its changes and returns the stage's outcome, or None while the stage stays open.
Handler = Callable[[Act], str | None]


def _everywhere(stage: Stage) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Transition:
    """One act. `who`: by or with (the stage's roles), any_organisation, expert, clock, public.

    `window`: open, closed, any (which is open where time alone decides a stage), or always.
    `applies`: whether a stage as the pack describes it knows this act at all.
    """

    event: str
    label: str
    kinds: frozenset[str]
    who: frozenset[str]
    handle: Handler
    window: str = "any"
    moment: When | None = None
    applies: Callable[[Stage], bool] = _everywhere


_rows: dict[tuple[str, str], Transition] = {}


def register(*rows: Transition) -> None:
    """Add rows; an act has one meaning per kind of stage, so a second row for the same is an error."""
    for row in rows:
        unknown = row.kinds - set(KINDS)
        if unknown:
            raise ValueError(f"{row.event}: unknown stage kinds {sorted(unknown)}")
        for kind in row.kinds:
            held = _rows.get((kind, row.event))
            if held is not None and held is not row:
                raise ValueError(f"{row.event} at {kind} is registered twice")
            _rows[kind, row.event] = row


def find(kind: str, event: str) -> Transition | None:
    """The row for an act at a kind of stage."""
    return _rows.get((kind, event))


def events() -> frozenset[str]:
    """Every act there is, at whatever kind of stage."""
    return frozenset(event for _, event in _rows)


def rows_of(kind: str) -> list[Transition]:
    """All acts at a kind of stage."""
    return [row for (k, _), row in _rows.items() if k == kind]
