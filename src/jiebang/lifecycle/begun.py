"""What an act sets up on its way: things, who takes part in them, stages and until when they stay open.

Nobody writes these rows for their own sake, so no act names them; put into the ledger together with the act, they can't be changed
quietly either: who leads a bid, whose project it is, when a window closes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.models import Participation, StageRun, Subject

BEGUN = "things.begun"


@dataclass(slots=True)
class Begun:
    """What was set up, each thing, stage and party as the ledger keeps it."""

    things: list[dict[str, Any]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    handed_in: list[dict[str, Any]] = field(default_factory=list)

    def drafts(self) -> list[EntryDraft]:
        """One entry for all of it; none where nothing was set up."""
        body = {word: rows for word, rows in asdict(self).items() if rows}
        return [EntryDraft(BEGUN, body)] if body else []


_begun: ContextVar[Begun | None] = ContextVar("begun", default=None)


@contextmanager
def noting_begun() -> Iterator[Begun]:
    """Gather what is set up meanwhile. Of what is tried out and undone inside another act, that act gathers nothing."""
    found = Begun()
    token = _begun.set(found)
    try:
        yield found
    finally:
        _begun.reset(token)


def note_thing(subject: Subject) -> None:
    """Note a thing that has come to be."""
    if (begun := _begun.get()) is not None:
        begun.things.append(thing_body(subject))


def note_stages(runs: Iterable[StageRun]) -> None:
    """Note stages that have opened."""
    if (begun := _begun.get()) is not None:
        begun.stages += [stage_body(run) for run in runs]


def note_parties(*, joined: Iterable[Participation] = (), left: Iterable[Participation] = ()) -> None:
    """Note who has come to take part in something, and who no longer does."""
    if (begun := _begun.get()) is not None:
        begun.joined += [party_body(one) for one in joined]
        begun.left += [party_body(one) for one in left]


def note_papers(run: StageRun, subject: Subject) -> None:
    """Note that a thing's papers came in at a run."""
    if (begun := _begun.get()) is not None:
        begun.handed_in.append({"run": run.pk, "subject": subject.pk})


def thing_body(subject: Subject) -> dict[str, Any]:
    """What the ledger keeps of a thing: all that never changes. 0 stands for nothing above it, nobody leading it."""
    return {
        "subject": subject.pk, "programme": subject.programme_id, "kind": str(subject.kind), "number": subject.number, "process": subject.process,
        "pack_version": subject.pack_version, "parent": subject.parent_id or 0, "origin": subject.origin_id or 0,
        "lead": subject.lead_id or 0,
    }  # fmt: skip


def stage_body(run: StageRun) -> dict[str, Any]:
    """What the ledger keeps of an open stage: of which thing, the how manieth time, until when ("" for no deadline)."""
    return {
        "subject": run.subject_id, "stage": run.stage, "kind": run.kind, "round": run.round,
        "closes_at": "" if run.closes_at is None else run.closes_at,
    }  # fmt: skip


def party_body(one: Participation) -> dict[str, Any]:
    """What the ledger keeps of who takes part in what."""
    return {"subject": one.subject_id, "organisation": one.organisation_id, "role": one.role}
