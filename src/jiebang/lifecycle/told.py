"""Facts that the platform tells by itself, as the pack asks: moments of a thing's own runs, and what has passed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiebang.kernel.periods import SHANGHAI, local_date
from jiebang.lifecycle.closing import closing_instant, last_day_of
from jiebang.lifecycle.known import alive_below_each, lineage_of, program_of, register_computed_facts
from jiebang.lifecycle.models import FactEntry, HandIn, StageRun, Subject
from jiebang.policy.pack_facts import FactDeclaration, Told
from jiebang.policy.stages import is_favourable
from jiebang.policy.values import Kind


def tell(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """Every fact of each subject's own kind that its pack declares as told. What hasn't happened yet stays unknown."""
    asked = [
        (subject, name, fact, fact.told)
        for subject in subjects
        for name, fact in program_of(subject).pack.facts.items()
        if fact.told is not None and name.split(".")[0] == subject.kind
    ]
    if not asked:
        return {}
    records = _read([(subject, told) for subject, _, _, told in asked])
    found: dict[int, dict[str, Any]] = {}
    for subject, name, fact, told in asked:
        if told.counts is None and told.stood_at is None and _was_told_before(subject, told, records):
            continue
        value = _tell_one(subject, fact, told, records)
        if value is not None:
            found.setdefault(subject.pk, {})[name] = value
    return found


def _was_told_before(subject: Subject, told: Told, records: _Records) -> bool:
    """Whether a thing has no runs to tell of but grew out of one of its own kind: what that went through holds for it too.

    A result's entry in the library is asked what the result was.
    """
    origin = _alike_before(subject)
    return (
        origin is not None
        and not _runs(subject.pk, told.stages, records)
        and bool(_runs(origin.pk, told.stages, records))
    )


def _alike_before(subject: Subject) -> Subject | None:
    origin = subject.origin
    return origin if origin is not None and origin.kind == subject.kind else None


@dataclass(frozen=True, slots=True)
class _Records:
    """What was read beforehand, by the subject's key."""

    #: in the order they were opened
    runs: dict[int, list[StageRun]]
    #: (stage, when the papers came in)
    hand_ins: dict[int, list[tuple[str, datetime]]]
    #: what is still in it below
    alive: dict[int, list[Subject]]
    #: every value that a fact has had, by the subject's key and the fact, the newest last
    values: dict[tuple[int, str], list[FactEntry]]


def _read(asked: list[tuple[Subject, Told]]) -> _Records:
    alive = alive_below_each(one for one, told in asked if told.counts is not None)
    stages = {stage for _, told in asked for stage in told.stages}
    whose = {one.pk for one, told in asked if told.counts is None}
    whose |= {before.pk for one, _ in asked if (before := _alike_before(one)) is not None}
    whose |= {here.pk for one, told in asked if told.stood_at is not None for here in lineage_of(one)}
    for one, told in asked:
        if told.counts is not None and told.stages:
            whose |= {below.pk for below in alive[one.pk] if below.kind == told.counts.value}
    runs: dict[int, list[StageRun]] = {}
    if whose:
        rows = StageRun.objects.filter(subject__in=whose, stage__in=stages)
        for run in rows.order_by("opened_at", "pk"):
            runs.setdefault(run.subject_id, []).append(run)
    hand_ins: dict[int, list[tuple[str, datetime]]] = {}
    if papers := {one.pk for one, told in asked if told.handed_in}:
        handed = HandIn.objects.filter(subject__in=papers)
        for key, stage, at in handed.values_list("subject_id", "run__stage", "received_at"):
            hand_ins.setdefault(key, []).append((stage, at))
    values: dict[tuple[int, str], list[FactEntry]] = {}
    if stood := [
        (here.pk, name)
        for one, told in asked
        for name in (told.stood_at or {}).values()
        for here in lineage_of(one)
    ]:
        entries = FactEntry.objects.filter(
            subject__in={pk for pk, _ in stood}, name__in={name for _, name in stood}
        )
        for entry in entries.order_by("recorded_at", "pk"):
            values.setdefault((entry.subject_id, entry.name), []).append(entry)
    return _Records(runs, hand_ins, alive, values)


def _tell_one(subject: Subject, fact: FactDeclaration, told: Told, records: _Records) -> Any:
    if told.counts is not None:
        below = [one.pk for one in records.alive[subject.pk] if one.kind == told.counts.value]
        if told.came_to is not None:
            counted = sum(_came_to(key, told.came_to, records) for key in below)
        else:
            counted = len(below) if told.passed is None else len(_passed(below, told.stages, records))
        return f"{counted} {fact.unit}"
    if told.passed is not None:
        return bool(_passed([subject.pk], told.stages, records))
    if told.came_to is not None:
        return _came_to(subject.pk, told.came_to, records)
    if told.stood_at is not None:
        return next((_stood_at(subject, stage, name, records) for stage, name in told.stood_at.items()), None)
    at = _moment(subject, told, records)
    if at is None:
        return None
    if fact.type is Kind.date:
        return (last_day_of(at) if told.closes else local_date(at)).isoformat()
    return (closing_instant(at) if told.closes else at).astimezone(SHANGHAI).isoformat()


def _came_to(key: int, came_to: Mapping[str, str], records: _Records) -> bool:
    """Whether a thing's newest closed run of one of some stages ended with the outcome named for it."""
    newest = {stage: _newest_closed(key, [stage], records) for stage in came_to}
    return any(run is not None and run.outcome == came_to[stage] for stage, run in newest.items())


def _stood_at(subject: Subject, stage: str, name: str, records: _Records) -> Any:
    """What was on record for a thing when the newest run of a stage began, its own or of what it belongs to.

    As everywhere, what is said of the thing itself goes before what is said of what it grew out of.
    """
    lineage = lineage_of(subject)
    runs = [run for here in lineage for run in _runs(here.pk, [stage], records)]
    if not runs:
        return None
    at = max(runs, key=lambda run: (run.opened_at, run.pk)).opened_at
    stood = (
        entry.value
        for here in lineage
        for entry in reversed(records.values.get((here.pk, name), []))
        if entry.recorded_at <= at and (entry.superseded_at is None or entry.superseded_at > at)
    )
    return next(stood, None)


def _moment(subject: Subject, told: Told, records: _Records) -> datetime | None:
    """When it happened at the newest run that has it."""
    if told.handed_in:
        handed = records.hand_ins.get(subject.pk, [])
        return max((at for stage, at in handed if stage in told.stages), default=None)
    field = "opened_at" if told.opened else "closes_at" if told.closes else "closed_at"
    runs = _runs(subject.pk, told.stages, records)
    moments: list[datetime] = [at for run in runs if (at := getattr(run, field)) is not None]
    return moments[-1] if moments else None


def _passed(keys: Iterable[int], stages: list[str], records: _Records) -> list[int]:
    """Keys of the things whose newest closed run of the stages ended well."""
    newest = {key: _newest_closed(key, stages, records) for key in keys}
    return [key for key, run in newest.items() if run is not None and is_favourable(run.kind, run.outcome)]


def _runs(key: int, stages: list[str], records: _Records) -> list[StageRun]:
    return [run for run in records.runs.get(key, []) if run.stage in stages]


def _newest_closed(key: int, stages: list[str], records: _Records) -> StageRun | None:
    runs = _runs(key, stages, records)
    closed = [(run.closed_at, run.pk, run) for run in runs if run.closed_at is not None]
    return max(closed)[-1] if closed else None


register_computed_facts(tell)
