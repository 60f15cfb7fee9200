"""What is known of a subject on a day, gathered for the rules: its own facts, those it inherits, decisions, departures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import DepartureRecord, DiscretionDecision, FactEntry, RelationLookup, Subject
from jiebang.lifecycle.packs import load_program, working_calendar
from jiebang.organisations.models import Relation
from jiebang.policy.in_force import state_on
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program
from jiebang.policy.read_facts import FactReader
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import PackProblems, Problem

#: Facts that upper parts compute (marks, money paid, bids received): each gives {name: (value, evidence)} of a subject.
Source_ = Callable[[Subject], dict[str, Any]]
_computed: list[Source_] = []
_booked: list[Source_] = []


def register_computed_facts(source: Source_, *, booked: bool = False) -> None:
    """Let an upper part add facts it computes from its own records.

    `booked`: sums of money, counts of payments and of a race's lanes that the platform's own rows alone can tell; nothing
    recorded takes their place, and nobody may write them.
    """
    into = _booked if booked else _computed
    if source not in into:
        into.append(source)


def booked_facts(subject: Subject) -> set[str]:
    """The facts about a subject that nobody may write: its own rows tell them, or the regulation's validity."""
    told = {name for source in _booked for name in source(subject)}
    return told | _VALIDITY


_VALIDITY = {"programme.in_force_from", "programme.has_lapsed"}


def program_of(subject: Subject) -> Program:
    """The pack version a subject is pinned to."""
    return load_program(subject.programme.pack_id, subject.pack_version)


def lineage_of(subject: Subject) -> list[Subject]:
    """The subject, what it grew out of, what it belongs to, and so on up; nearest first, each once."""
    found: list[Subject] = []
    queue: list[Subject | None] = [subject]
    while queue:
        here = queue.pop(0)
        if here is None or here in found:
            continue
        found.append(here)
        queue += [here.origin, here.parent]
    return found


def situation_of(subject: Subject, at: datetime, extra: dict[str, Any] | None = None) -> Situation:
    """Everything the rules may look at for `subject` at the instant `at`; `situations_of` for one."""
    return situations_of([subject], at, extra)[subject.pk]


def situations_of(
    subjects: Sequence[Subject], at: datetime, extra: dict[str, Any] | None = None
) -> dict[int, Situation]:
    """Everything the rules may look at for each subject at the instant `at`, by key. What several share is gathered once.

    `extra` are facts of an act being judged, in the form of a facts file ({name: {value, source, as_of}}); they come
    before what is recorded. Raises PackProblems where one of them can't be read.
    """
    _load_families(subjects)
    families = {subject.pk: lineage_of(subject) for subject in subjects}
    gathered = _gather({here.pk: here for family in families.values() for here in family}, at)
    general: dict[int, dict[str, Any]] = {}
    found = {}
    for subject in subjects:
        if subject.programme_id not in general:
            general[subject.programme_id] = _general(subject)
        known = general[subject.programme_id]
        program = program_of(subject)
        facts: dict[str, Any] = {}
        decided: dict[str, Any] = dict(known["decided"])
        departures: dict[str, Any] = {}
        looked_up = []
        # Farthest first, so that the nearest wins.
        for here in reversed(families[subject.pk]):
            part = gathered[here.pk]
            facts |= part.facts
            decided |= part.decided
            departures |= part.departures
            looked_up += part.looked_up
        data: dict[str, Any] = {"decided": decided, "departures": departures, "relations": known["relations"]}
        if looked_up:
            data["relations_as_of"] = max(looked_up).isoformat()
        facts |= (extra or {}) | _tell_validity(subject, program, local_date(at))
        facts = {name: raw for name, raw in facts.items() if name in program.types or name in (extra or {})}
        found[subject.pk] = read_situation(program, {**data, "facts": facts}, at)
    return found


def _tell_validity(subject: Subject, program: Program, on: date) -> dict[str, Any]:
    """`programme.in_force_from` and `programme.has_lapsed`: since when the regulation holds here, and whether its time is over."""
    if not _VALIDITY & program.types.keys():
        return {}
    state = state_on(program.pack, on, subject.programme.adopted_on)
    told: dict[str, Any] = {"programme.has_lapsed": state.state == "lapsed"}
    if state.from_on is not None:
        told["programme.in_force_from"] = state.from_on.isoformat()
    return {
        name: {"value": value, "source": "computed", "as_of": on.isoformat()} for name, value in told.items()
    }


@dataclass(slots=True)
class _Gathered:
    """What is known of one subject by itself, in the form of a facts file, and on which days its ties were looked up."""

    facts: dict[str, Any] = field(default_factory=dict)
    decided: dict[str, Any] = field(default_factory=dict)
    departures: dict[str, Any] = field(default_factory=dict)
    looked_up: list[date] = field(default_factory=list)


def _gather(things: dict[int, Subject], at: datetime) -> dict[int, _Gathered]:
    """What is known of each thing by itself: one query for each kind of row, besides what upper parts compute."""
    on = local_date(at)
    found = {pk: _Gathered() for pk in things}
    told: dict[int, dict[str, Any]] = {}
    booked: dict[int, dict[str, Any]] = {}
    for pk, here in things.items():
        told[pk] = {name: value for source in _computed for name, value in source(here).items()}
        booked[pk] = {name: value for source in _booked for name, value in source(here).items()}
        for name, value in (told[pk] | booked[pk]).items():
            found[pk].facts[name] = {"value": value, "source": "computed", "as_of": on.isoformat()}
    for entry in FactEntry.objects.filter(subject__in=found, superseded_at__isnull=True):
        pk = entry.subject_id
        # The books are nobody's to correct by a word; what the platform tells, an officer may, a declaration may not.
        if entry.name in booked[pk] or (entry.name in told[pk] and entry.source == Source.declared):
            continue
        raw = {"value": entry.value, "source": entry.source, "as_of": entry.as_of.isoformat()}
        if entry.evidence:
            raw["evidence"] = entry.evidence
        found[pk].facts[entry.name] = raw
    for decision in DiscretionDecision.objects.filter(subject__in=found, superseded_at__isnull=True):
        found[decision.subject_id or 0].decided[decision.key] = _decision(decision)
    for departure in DepartureRecord.objects.filter(subject__in=found).select_related("act"):
        found[departure.subject_id].departures[departure.key] = _departure(departure)
    for lookup in RelationLookup.objects.filter(subject__in=found):
        found[lookup.subject_id].looked_up.append(lookup.as_of)
    return found


def _general(subject: Subject) -> dict[str, Any]:
    """What holds for every subject of a programme: its own decisions, and the ties its bureau has confirmed."""
    decisions = DiscretionDecision.objects.filter(
        programme=subject.programme, subject__isnull=True, superseded_at__isnull=True
    )
    ties = Relation.objects.filter(bureau_id=subject.programme.bureau_id)
    return {
        "decided": {row.key: _decision(row) for row in decisions},
        "relations": [_relation(row) for row in ties],
    }


def _load_families(subjects: Sequence[Subject]) -> None:
    """Put everything that the subjects belong to and grew out of in its place: one query for each step up, for all of them.

    What somebody has put there already stays: an act holds rows that it is changing.
    """
    known = {one.pk: one for one in subjects}
    frontier = list(subjects)
    while frontier:
        held, wanted = [], set()
        for one in frontier:
            there = one._state.fields_cache  # noqa: SLF001  the only way to ask without a query
            for name, key in (("parent", one.parent_id), ("origin", one.origin_id)):
                if key is None or key in known:
                    continue
                if name in there:
                    known[key] = there[name]
                    held.append(there[name])
                else:
                    wanted.add(key)
        fetched = list(Subject.objects.filter(pk__in=wanted - known.keys()))
        known |= {row.pk: row for row in fetched}
        for one in frontier:
            there = one._state.fields_cache  # noqa: SLF001  as above
            for name, key in (("parent", one.parent_id), ("origin", one.origin_id)):
                if key is not None and name not in there:
                    setattr(one, name, known[key])
                    # A family has one programme; asking for it row by row would cost a query each.
                    if "programme" not in known[key]._state.fields_cache:  # noqa: SLF001  as above
                        known[key].programme = one.programme
        frontier = held + fetched


def _relation(row: Relation) -> dict[str, Any]:
    found = {"from": row.from_end, "to": row.to_end, "kind": row.kind}
    for word, on in (("since", row.since_on), ("until", row.until_on)):
        if on is not None:
            found[word] = on.isoformat()
    return found


def read_situation(program: Program, data: dict[str, Any], at: datetime) -> Situation:
    """Read facts-file data into a situation. Raises PackProblems naming every fact that can't be read."""
    problems: list[Problem] = []
    reader = FactReader(
        program,
        lambda path, what, expected: problems.append(Problem(".".join(map(str, path)), 0, what, expected)),
    )
    situation = reader.read(data, local_date(at), working_calendar())
    if problems:
        raise PackProblems(problems)
    return situation


def _decision(row: DiscretionDecision) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": row.value,
        "by": row.by_role,
        "on": local_date(row.decided_at).isoformat(),
    }
    if row.reason:
        found["reason"] = row.reason
    return found


def _departure(row: DepartureRecord) -> dict[str, Any]:
    found: dict[str, Any] = {"by": row.by_role, "with": row.with_form}
    if row.reason:
        found["reason"] = row.reason
    if row.act is not None:
        found["act"] = {"number": row.act.number, "on": row.act.on.isoformat()}
    return found


def alive_below(subject: Subject, kind: str) -> list[Subject]:
    """Subjects of a kind below `subject` that are still in it, in the order they were made."""
    return [one for one in descendants_of(subject, kind) if one.ended_at is None]


def descendants_of(subject: Subject, kind: str | None = None) -> Iterator[Subject]:
    """Subjects below `subject`, at any depth, in the order they were made; one query for each level, however many there are."""
    found: list[Subject] = []
    above = {subject.pk: subject}
    while above:
        level = list(Subject.objects.filter(parent__in=above))
        for one in level:
            one.parent = above[one.parent_id or 0]
        found += level
        above = {one.pk: one for one in level}
    yield from (one for one in sorted(found, key=lambda one: one.pk) if kind is None or one.kind == kind)
