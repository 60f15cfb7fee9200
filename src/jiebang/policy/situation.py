"""What is known when a pack is asked: facts with provenance, decisions, departures, relations, and the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.pack import Source

RANK: Mapping[Source, int] = {Source.declared: 0, Source.checked: 1, Source.computed: 1, Source.register: 2}
SOURCE_LABELS: Mapping[Source, str] = {
    Source.declared: "申报",
    Source.checked: "已核实",
    Source.computed: "系统计算",
    Source.register: "登记系统查询",
}


class Fact:
    """A value with where it comes from and as of which day. Missing facts are absent, never false."""

    __slots__ = ("as_of", "evidence", "rank", "source", "value")

    def __init__(
        self,
        value: Any,
        source: Source = Source.declared,
        as_of: date | None = None,
        evidence: str | None = None,
    ) -> None:
        self.value = value
        self.source = source
        self.rank = RANK[source]
        self.as_of = as_of
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class Act:
    """A decision taken outside the system: who issued it is the departure's or decision's `by`."""

    number: str
    on: date
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody entitled decided where the regulation is silent."""

    value: Any
    by: str
    on: date | None = None
    reason: str | None = None
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """A recorded departure from an in-principle condition."""

    by: str
    with_: str
    reason: str | None = None
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """One edge of the relation graph, with the dates it held."""

    from_: str
    to: str
    kind: str
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Dates are inclusive; an open end still holds."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


Graph = dict[str, list[str]]


@dataclass(slots=True)
class Situation:
    """Everything a verdict may look at. Nothing else is consulted: no clock, no database."""

    on: date
    facts: dict[str, Fact] = field(default_factory=dict)
    decided: dict[str, Decision] = field(default_factory=dict)
    departures: dict[str, Departure] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    relations_as_of: date | None = None
    calendar: WorkingCalendar | None = None
    #: word → (the record looked at under that word while a list is gone through, rank of the list's source)
    items: dict[str, tuple[Mapping[str, Any], int]] = field(default_factory=dict)
    _graphs: dict[frozenset[str], tuple[tuple[Relation, ...], Graph]] = field(
        default_factory=dict, repr=False
    )

    def inside(self) -> Situation:
        """The same knowledge with records of its own to look at; one is enough for going through a whole list."""
        return Situation(
            self.on, self.facts, self.decided, self.departures, self.relations, self.relations_as_of,
            self.calendar, dict(self.items), self._graphs,
        )  # fmt: skip

    def graph(self, kinds: frozenset[str]) -> Graph:
        """The neighbours over relations of these kinds that hold on the day; worked out once for all rules."""
        known = self._graphs.get(kinds)
        if known is None or known[0] is not self.relations:
            known = (self.relations, relation_graph(self.relations, kinds, self.on))
            self._graphs[kinds] = known
        return known[1]


def relation_graph(relations: tuple[Relation, ...], kinds: frozenset[str], day: date) -> Graph:
    """Who is next to whom over edges of `kinds` that hold on `day`.

    employed_by runs only from the person to the organisation: otherwise two firms would be related because one
    person works for both. Every other link runs both ways.
    """
    neighbours: Graph = {}
    for edge in relations:
        if edge.kind in kinds and edge.holds_on(day):
            neighbours.setdefault(edge.from_, []).append(edge.to)
            if edge.kind != "employed_by":
                neighbours.setdefault(edge.to, []).append(edge.from_)
    return neighbours


def find_path(start: Sequence[str], goal: Sequence[str], neighbours: Graph) -> list[str] | None:
    """The shortest path from one of `start` to one of `goal`, both included, or None."""
    for here in start:
        if here in neighbours:
            break
        if here in goal:
            return [here]
    else:
        return None  # the usual case: nobody here has any relation at all
    goals = set(goal)
    came_from: dict[str, str | None] = dict.fromkeys(start)
    queue = list(start)
    for here in queue:
        if here in goals:
            path: list[str] = []
            step: str | None = here
            while step is not None:
                path.append(step)
                step = came_from[step]
            return path[::-1]
        for there in neighbours.get(here, ()):
            if there not in came_from:
                came_from[there] = here
                queue.append(there)
    return None
