"""What of a case's facts somebody may read: a thing draws on what stands above it, and that isn't all its reader's."""

from __future__ import annotations

from dataclasses import dataclass

from jiebang.console.visibility import inside_of
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.organisations.actor import Actor
from jiebang.policy.program import Program
from jiebang.publications.queries import announced_facts

#: What is open to many while only a part of it was announced.
_ANNOUNCED = frozenset({"batch", "need", "challenge"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor may read of a subject and of what it draws on.

    `whole`: the things of which everything is open to the actor; of the others only the facts `announced`.
    """

    current: dict[str, FactEntry]
    whole: frozenset[int]
    announced: frozenset[str]

    def shows(self, entry: FactEntry) -> bool:
        """Whether the actor may know of this value at all."""
        if entry.subject_id in self.whole:
            return True
        return entry.name in self.announced and entry.subject.kind in _ANNOUNCED

    @property
    def shown(self) -> dict[str, FactEntry]:
        """The current value of each fact that the actor may know of."""
        return {name: entry for name, entry in self.current.items() if self.shows(entry)}

    @property
    def kept(self) -> frozenset[str]:
        """The facts that are known but not to the actor."""
        return frozenset(name for name, entry in self.current.items() if not self.shows(entry))


def sight_of(actor: Actor, subject: Subject, program: Program) -> Sight:
    """What the actor may read on the page of a subject.

    Organisations: everything of what is their own, with the bid that a project of theirs grew out of; of another's challenge and
    of what it came from only what was announced. Authorities read the whole of every case they may open.
    """
    family = lineage_of(subject)
    whole = inside_of(actor, family)
    whole |= {one.origin_id for one in family if one.kind == "project" and one.pk in whole and one.origin_id}
    has_been = any(one.kind == "challenge" for one in family)
    announced = announced_facts(program, subject) if has_been else []
    return Sight(current_facts(family), frozenset(whole), frozenset(announced))


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
