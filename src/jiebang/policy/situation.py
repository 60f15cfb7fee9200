"""What is known when a pack is asked: facts with provenance, decisions, departures, relations, and the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.pack_facts import Source

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

    @property
    def has_reason(self) -> bool:
        """Whether somebody wrote why; blanks are no reason."""
        return isinstance(self.reason, str) and bool(self.reason.strip())


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


#: somebody on the way, and whether the way has had its one link of those that may be there once
Reached = tuple[str, bool]


class Graph:
    """Who is next to whom over relations of some kinds that hold on a day; who can be reached is worked out once.

    employed_by runs only from the person to the organisation: otherwise two firms would be related because one
    person works for both. Every other link runs both ways. Of the kinds in `once` a path has one link at most.
    """

    __slots__ = ("_neighbours", "_reached", "relations")

    def __init__(
        self,
        relations: tuple[Relation, ...],
        kinds: frozenset[str],
        day: date,
        once: frozenset[str] = frozenset(),
    ) -> None:
        self.relations = relations
        #: from whom to whom, and whether the link is one that a path has once
        self._neighbours: dict[str, list[tuple[str, bool]]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        for edge in relations:
            if edge.kind in kinds and edge.holds_on(day):
                spends = edge.kind in once
                self._neighbours.setdefault(edge.from_, []).append((edge.to, spends))
                if edge.kind != "employed_by":
                    self._neighbours.setdefault(edge.to, []).append((edge.from_, spends))

    def connects(self, start: Sequence[str], goal: Sequence[str]) -> bool:
        """Whether some path leads from one of `start` to one of `goal`; everybody is connected with themselves."""
        return any(not self.reach(here).isdisjoint(goal) for here in start)

    def reach(self, here: str) -> frozenset[str]:
        """Everybody some path leads to, `here` included."""
        reached = self._reached.get(here)
        if reached is None:
            reached = self._reached[here] = frozenset(there for there, _ in self._walk([here]))
        return reached

    def find_path(self, start: Sequence[str], goal: Sequence[str]) -> list[str] | None:
        """The shortest path from one of `start` to one of `goal`, both included, or None."""
        came_from = self._walk(start)
        # The walk met everybody in the order of their distance.
        for reached in came_from:
            if reached[0] in goal:
                path = [reached]
                while (step := came_from[path[-1]]) is not None:
                    path.append(step)
                return [here for here, _ in reversed(path)]
        return None

    def _walk(self, start: Sequence[str]) -> dict[Reached, Reached | None]:
        """Everybody who can be reached, nearest first, and from whom."""
        came_from: dict[Reached, Reached | None] = dict.fromkeys((here, False) for here in start)
        queue = list(came_from)
        for here in queue:
            for name, spends in self._neighbours.get(here[0], ()):
                there = (name, here[1] or spends)
                # Who was reached with the link still to spare needn't be reached again without it.
                if there in came_from or (name, False) in came_from or (spends and here[1]):
                    continue
                came_from[there] = here
                queue.append(there)
        return came_from


class Watched(dict[Any, Any]):
    """A dictionary that notes each key asked for."""

    def __init__(self, content: Mapping[Any, Any], note: Callable[[Any], None]) -> None:
        super().__init__(content)
        self.note = note

    def __getitem__(self, key: Any) -> Any:
        self.note(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """Look up, noting the key."""
        self.note(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.note(key)
        return super().__contains__(key)


@dataclass(slots=True)
class Situation:
    """Everything a verdict may look at. Nothing else is consulted: no clock, no database.

    A situation is asked by one thread at a time: while a list is gone through, it holds the record looked at.
    """

    on: date
    facts: dict[str, Fact] = field(default_factory=dict)
    decided: dict[str, Decision] = field(default_factory=dict)
    departures: dict[str, Departure] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    relations_as_of: date | None = None
    calendar: WorkingCalendar | None = None
    #: word → (the record looked at under that word while a list is gone through, rank of the list's source)
    items: dict[str, tuple[Mapping[str, Any], int]] = field(default_factory=dict)
    _graphs: dict[tuple[frozenset[str], frozenset[str]], Graph] = field(default_factory=dict, repr=False)

    def graph(self, kinds: frozenset[str], once: frozenset[str] = frozenset()) -> Graph:
        """The graph over relations of these kinds that hold on the day, made once for all rules."""
        known = self._graphs.get((kinds, once))
        if known is None or known.relations is not self.relations:
            known = self._graphs[kinds, once] = Graph(self.relations, kinds, self.on, once)
        return known
