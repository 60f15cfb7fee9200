"""What is known of a subject on a day, gathered for the rules: its own facts, those it inherits, decisions, departures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import DepartureRecord, DiscretionDecision, FactEntry, RelationLookup, Subject
from jiebang.lifecycle.packs import load_program, working_calendar
from jiebang.organisations.models import Relation
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

    `booked`: sums of money and counts of payments that the books alone can tell; nothing recorded takes their place.
    """
    into = _booked if booked else _computed
    if source not in into:
        into.append(source)


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
    """Everything the rules may look at for `subject` at the instant `at`.

    `extra` are facts of an act being judged, in the form of a facts file ({name: {value, source, as_of}}); they come
    before what is recorded. Raises PackProblems where one of them can't be read.
    """
    program, on = program_of(subject), local_date(at)
    facts: dict[str, Any] = {}
    decided: dict[str, Any] = {}
    departures: dict[str, Any] = {}
    # Farthest first, so that the nearest wins.
    for decision in DiscretionDecision.objects.filter(
        programme=subject.programme, subject__isnull=True, superseded_at__isnull=True
    ):
        decided[decision.key] = _decision(decision)
    for here in reversed(lineage_of(subject)):
        told = {name: value for source in _computed for name, value in source(here).items()}
        booked = {name: value for source in _booked for name, value in source(here).items()}
        for name, value in (told | booked).items():
            facts[name] = {"value": value, "source": "computed", "as_of": on.isoformat()}
        for entry in FactEntry.objects.filter(subject=here, superseded_at__isnull=True):
            # The books are nobody's to correct by a word; what the platform tells, an officer may, a declaration may not.
            if entry.name in booked or (entry.name in told and entry.source == Source.declared):
                continue
            facts[entry.name] = {
                "value": entry.value,
                "source": entry.source,
                "as_of": entry.as_of.isoformat(),
            }
            if entry.evidence:
                facts[entry.name]["evidence"] = entry.evidence
        for decision in DiscretionDecision.objects.filter(subject=here, superseded_at__isnull=True):
            decided[decision.key] = _decision(decision)
        for departure in DepartureRecord.objects.filter(subject=here).select_related("act"):
            departures[departure.key] = _departure(departure)
    data: dict[str, Any] = {"decided": decided, "departures": departures, **_relations(subject)}
    facts.update(extra or {})
    facts = {name: value for name, value in facts.items() if name in program.types or name in (extra or {})}
    return read_situation(program, {**data, "facts": facts}, at)


def _relations(subject: Subject) -> dict[str, Any]:
    """Ties the bureau has confirmed, and the newest day on which those around this subject were looked up."""
    rows = Relation.objects.filter(bureau_id=subject.programme.bureau_id)
    found: dict[str, Any] = {"relations": [_relation(row) for row in rows]}
    newest = RelationLookup.objects.filter(subject__in=lineage_of(subject)).order_by("-as_of").first()
    if newest is not None:
        found["relations_as_of"] = newest.as_of.isoformat()
    return found


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
