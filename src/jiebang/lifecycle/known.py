"""What is known of a subject on a day, gathered for the rules: its own facts, those it inherits, decisions, departures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects

from jiebang.kernel.periods import WorkingCalendar, local_date
from jiebang.lifecycle.models import DepartureRecord, DiscretionDecision, FactEntry, RelationLookup, Subject
from jiebang.lifecycle.packs import load_program, working_calendar
from jiebang.lifecycle.words import come_to, holders_of_each
from jiebang.organisations.models import Relation
from jiebang.policy.in_force import state_on
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program
from jiebang.policy.read_facts import FactReader
from jiebang.policy.situation import Relation as Tie
from jiebang.policy.situation import Situation, Watched
from jiebang.policy.strict_yaml import PackProblems, Problem

#: Facts that upper parts compute (marks, money paid, bids received): {a subject's key: {name: value}} of many subjects at
#: once, with a number of queries that doesn't depend on how many these are. What isn't known is left out.
FactSource = Callable[[Sequence[Subject]], Mapping[int, Mapping[str, Any]]]
_computed: list[FactSource] = []
_booked: list[FactSource] = []


def register_computed_facts(source: FactSource, *, booked: bool = False) -> None:
    """Let an upper part add facts it computes from its own records.

    `booked`: sums of money, counts of payments and of a race's lanes that the platform's own rows alone can tell; nothing
    recorded takes their place, and nobody may write them.
    """
    into = _booked if booked else _computed
    if source not in into:
        into.append(source)


def booked_facts(subject: Subject) -> set[str]:
    """The facts about a subject that nobody may write: its own rows tell them, or the regulation's validity."""
    told = {name for source in _booked for name in source([subject]).get(subject.pk, {})}
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


def lineages_of(subjects: Sequence[Subject]) -> dict[int, list[Subject]]:
    """The lineage of each of some subjects, by its key; one query for each step up, however many they are."""
    _load_families(subjects)
    return {one.pk: lineage_of(one) for one in subjects}


def situation_of(subject: Subject, at: datetime, extra: dict[str, Any] | None = None) -> Situation:
    """Everything the rules may look at for `subject` at the instant `at`; `situations_of` for one."""
    return situations_of([subject], at, extra)[subject.pk]


def situations_of(
    subjects: Sequence[Subject], at: datetime, extra: dict[str, Any] | None = None
) -> dict[int, Situation]:
    """Everything the rules may look at for each subject at the instant `at`, by key. What several share is gathered once.

    `extra` are facts of an act being judged, in the form of a facts file ({name: {value, source, as_of}}); they come
    before what is recorded. Of what each organisation says for itself they are one's word where they name the
    `organisation`, and nobody's where they don't. Raises PackProblems where one of them can't be read.
    """
    families = lineages_of(subjects)
    gathered = _gather({here.pk: here for family in families.values() for here in family}, at)
    together = _together(families, gathered, extra or {})
    general = _general({one.programme_id: one for one in subjects}, at)
    calendar, on = working_calendar(), local_date(at)
    found = {}
    for subject in subjects:
        decided_for_all, ties = general[subject.programme_id]
        program = program_of(subject)
        facts: dict[str, Any] = {}
        decided: dict[str, Any] = dict(decided_for_all)
        departures: dict[str, Any] = {}
        looked_up = []
        # Farthest first, so that the nearest wins.
        for here in reversed(families[subject.pk]):
            part = gathered[here.pk]
            facts |= part.facts
            decided |= part.decided
            departures |= part.departures
            looked_up += part.looked_up
        data: dict[str, Any] = {"decided": decided, "departures": departures}
        if looked_up:
            data["relations_as_of"] = max(looked_up).isoformat()
        facts |= (extra or {}) | _tell_validity(subject, program, on)
        for name in program.said_by_each:
            facts.pop(name, None)
        facts |= together[subject.pk]
        facts = {name: raw for name, raw in facts.items() if name in program.types or name in (extra or {})}
        situation = read_situation(program, {**data, "facts": facts}, at, calendar)
        situation.relations = ties
        _watch(situation)
        found[subject.pk] = situation
    return found


#: While somebody asks: each open question that is looked at, with what it was found decided to be.
_asked: ContextVar[dict[str, set[str]] | None] = ContextVar("asked", default=None)


@contextmanager
def noting_questions() -> Iterator[dict[str, set[str]]]:
    """Note every open question that anything done meanwhile looks at, decided or not, with the values found."""
    asked: dict[str, set[str]] = {}
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


def _watch(situation: Situation) -> None:
    asked = _asked.get()
    if asked is None:
        return
    decided = situation.decided

    def note(key: str) -> None:
        found = decided.get(key)
        asked.setdefault(key, set()).add("" if found is None else repr(found.value))

    situation.decided = Watched(decided, note)


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
    #: of facts that each organisation says for itself: {fact: {organisation: its word}}
    words: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)


def _gather(things: dict[int, Subject], at: datetime) -> dict[int, _Gathered]:
    """What is known of each thing by itself: one query for each kind of row, however many things there are."""
    on = local_date(at)
    found = {pk: _Gathered() for pk in things}
    told, booked = _compute(_computed, things), _compute(_booked, things)
    for pk in things:
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
        if entry.organisation_id is not None:
            found[pk].words.setdefault(entry.name, {})[entry.organisation_id] = raw
        else:
            found[pk].facts[entry.name] = raw
    for decision in DiscretionDecision.objects.filter(subject__in=found, superseded_at__isnull=True):
        found[decision.subject_id or 0].decided[decision.key] = _decision(decision)
    for departure in DepartureRecord.objects.filter(subject__in=found).select_related("act"):
        found[departure.subject_id].departures[departure.key] = _departure(departure)
    for lookup in RelationLookup.objects.filter(subject__in=found):
        found[lookup.subject_id].looked_up.append(lookup.as_of)
    return found


def _together(
    families: Mapping[int, list[Subject]], gathered: Mapping[int, _Gathered], extra: Mapping[str, Any]
) -> dict[int, dict[str, Any]]:
    """What the words of all whose word counts come to, for each of some things; two queries, and none where nobody spoke."""
    found: dict[int, dict[str, Any]] = {pk: {} for pk in families}
    spoken: dict[int, dict[str, dict[int, dict[str, Any]]]] = {}
    asked: set[str] = set()
    for pk, family in families.items():
        for name, roles in program_of(family[0]).said_by_each.items():
            # The nearest thing that anybody said anything of, as everywhere.
            words = next((said for one in family if (said := gathered[one.pk].words.get(name))), {})
            given = extra.get(name, {})
            if (organisation := given.get("organisation")) is not None:
                words = {**words, organisation: given}
            if words:
                spoken.setdefault(pk, {})[name] = words
                asked |= roles
    if not spoken:
        return found
    holders = holders_of_each({pk: families[pk] for pk in spoken}, asked)
    for pk, by_name in spoken.items():
        says = program_of(families[pk][0]).said_by_each
        for name, words in by_name.items():
            held = {one for role in says[name] for one in holders.get(pk, {}).get(role, ())}
            if (whole := come_to(words, held)) is not None:
                found[pk][name] = whole
    return found


def _compute(sources: list[FactSource], things: dict[int, Subject]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {pk: {} for pk in things}
    for source in sources:
        for pk, values in source(list(things.values())).items():
            found[pk].update(values)
    return found


def _general(
    subjects: Mapping[int, Subject], at: datetime
) -> dict[int, tuple[dict[str, Any], tuple[Tie, ...]]]:
    """What holds for every subject of a programme: its own decisions, and the ties its bureau has confirmed.

    By the programme's key, of which a subject of each is given; two queries, however many programmes.
    """
    decisions: dict[int, dict[str, Any]] = {pk: {} for pk in subjects}
    rows = DiscretionDecision.objects.filter(
        programme__in=subjects, subject__isnull=True, superseded_at__isnull=True
    )
    for row in rows:
        decisions[row.programme_id][row.key] = _decision(row)
    ties: dict[int, list[dict[str, Any]]] = {}
    for tie in Relation.objects.filter(bureau__in={one.programme.bureau_id for one in subjects.values()}):
        ties.setdefault(tie.bureau_id, []).append(_relation(tie))
    return {
        pk: (
            decisions[pk],
            read_situation(
                program_of(one), {"relations": ties.get(one.programme.bureau_id, [])}, at
            ).relations,
        )
        for pk, one in subjects.items()
    }


def _load_families(subjects: Sequence[Subject]) -> None:
    """Put everything that the subjects belong to and grew out of in its place: one query for each step up, for all of them.

    What somebody has put there already stays: an act holds rows that it is changing.
    """
    prefetch_related_objects(subjects, "programme")
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
                if key is None:
                    continue
                if name not in there:
                    setattr(one, name, known[key])
                # A family has one programme; asking for it row by row would cost a query each.
                if "programme" not in there[name]._state.fields_cache:  # noqa: SLF001  as above
                    there[name].programme = one.programme
        frontier = held + fetched


def _relation(row: Relation) -> dict[str, Any]:
    found = {"from": row.from_end, "to": row.to_end, "kind": row.kind}
    for word, on in (("since", row.since_on), ("until", row.until_on)):
        if on is not None:
            found[word] = on.isoformat()
    return found


def read_situation(
    program: Program, data: dict[str, Any], at: datetime, calendar: WorkingCalendar | None = None
) -> Situation:
    """Read facts-file data into a situation. Raises PackProblems naming every fact that can't be read."""
    problems: list[Problem] = []
    reader = FactReader(
        program,
        lambda path, what, expected: problems.append(Problem(".".join(map(str, path)), 0, what, expected)),
    )
    situation = reader.read(data, local_date(at), calendar or working_calendar())
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
    return alive_below_each([subject], kind)[subject.pk]


def alive_below_each(subjects: Iterable[Subject], kind: str | None = None) -> dict[int, list[Subject]]:
    """Those still in it below each of some subjects, by its key; of a kind, or all."""
    below = descendants_of_each(subjects, kind)
    return {pk: [one for one in found if one.ended_at is None] for pk, found in below.items()}


def descendants_of(subject: Subject, kind: str | None = None) -> list[Subject]:
    """Subjects below `subject`, at any depth, in the order they were made."""
    return descendants_of_each([subject], kind)[subject.pk]


def descendants_of_each(subjects: Iterable[Subject], kind: str | None = None) -> dict[int, list[Subject]]:
    """What is below each of some subjects, by its key; one query for each level, however many there are."""
    roots = {one.pk: one for one in subjects}
    rows: dict[int, Subject] = {}
    children: dict[int, list[int]] = {}
    above = dict(roots)
    while above:
        level: dict[int, Subject] = {}
        for one in Subject.objects.filter(parent__in=above):
            one.parent = above[one.parent_id or 0]
            # As above: a family has one programme.
            one.programme = one.parent.programme
            children.setdefault(one.parent.pk, []).append(one.pk)
            rows[one.pk] = one
            # What is one of the roots itself has been looked below already.
            if one.pk not in roots:
                level[one.pk] = one
        above = level
    found = {}
    for pk in roots:
        below = list(children.get(pk, ()))
        for here in below:
            below += children.get(here, ())
        found[pk] = [rows[key] for key in sorted(below) if kind is None or rows[key].kind == kind]
    return found
