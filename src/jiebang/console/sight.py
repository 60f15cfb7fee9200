"""What of a case's facts somebody may read: a thing draws on what stands above it, and that isn't all its reader's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiebang.console.visibility import inside_of
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import FactEntry, HandIn, Subject
from jiebang.lifecycle.parties import own_subjects
from jiebang.organisations.actor import Actor
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program
from jiebang.publications.queries import announced_facts

#: What is open to many while only a part of it was announced.
_ANNOUNCED = frozenset({"batch", "need", "challenge"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor may read of a subject and of what it draws on.

    `whole`: the things of which everything is open to the actor; of the others only the facts `announced`. `sealed`: facts
    whose value nobody but their own party reads as long as the window is open that they came in through.
    """

    current: dict[str, FactEntry]
    whole: frozenset[int]
    announced: frozenset[str]
    sealed: frozenset[str]

    def shows(self, entry: FactEntry) -> bool:
        """Whether the actor may know of this value at all."""
        if entry.subject_id in self.whole:
            return True
        return entry.name in self.announced and entry.subject.kind in _ANNOUNCED

    @property
    def shown(self) -> dict[str, FactEntry]:
        """The current value of each fact that the actor may know to be there."""
        return {name: entry for name, entry in self.current.items() if self.shows(entry)}

    @property
    def readable(self) -> dict[str, FactEntry]:
        """The current value of each fact that the actor may read."""
        return {name: entry for name, entry in self.shown.items() if name not in self.sealed}

    @property
    def kept(self) -> frozenset[str]:
        """The facts that are known but not to the actor."""
        return frozenset(self.current.keys() - self.readable.keys())


def sight_of(actor: Actor, subject: Subject, program: Program, at: datetime) -> Sight:
    """What the actor may read on the page of a subject.

    Organisations: everything of what is their own, with the bid that a project of theirs grew out of; of another's challenge and
    of what it came from only what was announced. Authorities read the whole of every case they may open.
    """
    family = lineage_of(subject)
    whole = inside_of(actor, family)
    whole |= {one.origin_id for one in family if one.kind == "project" and one.pk in whole and one.origin_id}
    has_been = any(one.kind == "challenge" for one in family)
    announced = announced_facts(program, subject) if has_been else []
    current = current_facts(family)
    sealed = sealed_facts(actor, family, program, at)
    return Sight(
        current, frozenset(whole), frozenset(announced),
        frozenset(
            name for name, entry in current.items()
            if (entry.subject_id, name) in sealed and entry.source == Source.declared
        ),
    )  # fmt: skip


def sealed_facts(
    actor: Actor, subjects: list[Subject], program: Program, at: datetime
) -> set[tuple[int, str]]:
    """(subject, fact) of what came in through a window that the pack seals and that is open, but for the actor's own.

    What is open is decided by time, whether or not the clock has been there yet.
    """
    asked = {
        (key, name): {one.fact for paper in stage.papers.takes for one in program.pack.papers[paper].fields}
        for key, process in program.pack.processes.items()
        for name, stage in process.stages.items()
        if stage.sealed
    }
    if not asked:
        return set()
    came_in = HandIn.objects.filter(subject__in=subjects, run__closed_at__isnull=True).exclude(
        run__closes_at__lte=at
    )
    if actor.organisation_id is not None:
        came_in = came_in.exclude(subject__in=own_subjects(actor.organisation_id).values("pk"))
    return {
        (subject, fact)
        for subject, process, stage in came_in.values_list("subject", "subject__process", "run__stage")
        for fact in asked.get((process, stage), ())
    }


def current_facts(family: list[Subject]) -> dict[str, FactEntry]:
    """The nearest current value of each fact, the family given nearest first."""
    rank = {here.pk: (number, here) for number, here in enumerate(family)}
    found: dict[str, FactEntry] = {}
    for entry in FactEntry.objects.filter(subject__in=family, superseded_at__isnull=True).order_by("pk"):
        number, entry.subject = rank[entry.subject_id]
        held = found.get(entry.name)
        if held is None or number < rank[held.subject_id][0]:
            found[entry.name] = entry
    return found
