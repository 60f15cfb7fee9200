"""Facts that the platform tells by itself, as the pack asks: moments of a thing's own runs, and what has passed them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jiebang.kernel.periods import SHANGHAI, local_date
from jiebang.lifecycle.closing import closing_instant, last_day_of
from jiebang.lifecycle.known import alive_below, lineage_of, program_of, register_computed_facts
from jiebang.lifecycle.models import FactEntry, HandIn, StageRun, Subject
from jiebang.policy.pack_facts import FactDeclaration, Told
from jiebang.policy.stages import is_favourable
from jiebang.policy.values import Kind


def tell(subject: Subject) -> dict[str, Any]:
    """Every fact of the subject's own kind that its pack declares as told. What hasn't happened yet stays unknown."""
    found: dict[str, Any] = {}
    for name, fact in program_of(subject).pack.facts.items():
        if fact.told is None or name.split(".")[0] != subject.kind:
            continue
        if fact.told.counts is None and fact.told.stood_at is None and _was_told_before(subject, fact.told):
            continue
        value = _tell_one(subject, fact, fact.told)
        if value is not None:
            found[name] = value
    return found


def _was_told_before(subject: Subject, told: Told) -> bool:
    """Whether a thing has no runs to tell of but grew out of one of its own kind: what that went through holds for it too.

    A result's entry in the library is asked what the result was.
    """
    origin = subject.origin
    return (
        origin is not None
        and origin.kind == subject.kind
        and not _runs(subject, told.stages).exists()
        and _runs(origin, told.stages).exists()
    )


def _tell_one(subject: Subject, fact: FactDeclaration, told: Told) -> Any:
    if told.counts is not None:
        alive = alive_below(subject, told.counts.value)
        counted = len(alive) if told.passed is None else len(_passed(alive, told.stages))
        return f"{counted} {fact.unit}"
    if told.passed is not None:
        return bool(_passed([subject], told.stages))
    if told.came_to is not None:
        return any(_came_to(subject, stage, outcome) for stage, outcome in told.came_to.items())
    if told.stood_at is not None:
        return next((_stood_at(subject, stage, name) for stage, name in told.stood_at.items()), None)
    at = _moment(subject, told)
    if at is None:
        return None
    if fact.type is Kind.date:
        return (last_day_of(at) if told.closes else local_date(at)).isoformat()
    return (closing_instant(at) if told.closes else at).astimezone(SHANGHAI).isoformat()


def _stood_at(subject: Subject, stage: str, name: str) -> Any:
    run = (
        StageRun.objects.filter(subject__in=lineage_of(subject), stage=stage)
        .order_by("-opened_at", "-pk")
        .first()
    )
    if run is None:
        return None
    rows = FactEntry.objects.filter(subject=subject, name=name, recorded_at__lte=run.opened_at)
    stood = rows.exclude(superseded_at__lte=run.opened_at).order_by("-recorded_at", "-pk")
    return stood.values_list("value", flat=True).first()


def _came_to(subject: Subject, stage: str, outcome: str) -> bool:
    closed = _runs(subject, [stage]).filter(closed_at__isnull=False)
    newest = closed.order_by("-closed_at", "-pk").values_list("outcome", flat=True).first()
    return newest == outcome


def _moment(subject: Subject, told: Told) -> datetime | None:
    """When it happened at the newest run that has it."""
    runs = _runs(subject, told.stages)
    if told.handed_in:
        rows = HandIn.objects.filter(subject=subject, run__stage__in=told.stages)
        return rows.order_by("-received_at").values_list("received_at", flat=True).first()
    field = "opened_at" if told.opened else "closes_at" if told.closes else "closed_at"
    return (
        runs.filter(**{f"{field}__isnull": False})
        .order_by("-opened_at", "-pk")
        .values_list(field, flat=True)
        .first()
    )


def _passed(things: list[Subject], stages: list[str]) -> list[int]:
    """Keys of the things whose newest closed run of the stages ended well; one query, however many there are."""
    newest: dict[int, StageRun] = {}
    closed = StageRun.objects.filter(subject__in=things, stage__in=stages, closed_at__isnull=False)
    for run in closed.order_by("closed_at", "pk"):
        newest[run.subject_id] = run
    return [pk for pk, run in newest.items() if is_favourable(run.kind, run.outcome)]


def _runs(thing: Subject, stages: list[str]) -> QuerySet[StageRun]:
    return StageRun.objects.filter(subject=thing, stage__in=stages)


register_computed_facts(tell)
