"""When something closes: which acts are in time, and how people read the instant.

`closes_at` of a run is the first instant that is too late. Midnight is the end of the day before, not the start of the next;
where the law includes the second named, that instant is one second later and still reads as the minute named.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from jiebang.kernel.periods import SHANGHAI
from jiebang.lifecycle.known import program_of, situation_of
from jiebang.lifecycle.models import StageRun
from jiebang.lifecycle.transitions import Transition, find
from jiebang.policy.pack_process import Stage
from jiebang.policy.stages import INTAKE_KINDS, is_favourable
from jiebang.policy.truth import PASS


def last_day_of(closes_at: datetime) -> date:
    """The last day, in Shanghai, of which any part is still open."""
    return (closes_at.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()


def show_close(closes_at: datetime) -> str:
    """A closing instant in Shanghai to the minute; the midnight after a day as that day's 24:00."""
    here = closes_at.astimezone(SHANGHAI)
    if (here.hour, here.minute) == (0, 0):
        return f"{last_day_of(closes_at)} 24:00"
    return here.strftime("%Y-%m-%d %H:%M")


def closing_instant(closes_at: datetime) -> datetime:
    """The instant that the regulation names: closing times are named to the minute."""
    return closes_at.replace(second=0, microsecond=0)


def takes_late(run: StageRun, stage: Stage, at: datetime) -> bool:
    """Whether a window takes what comes after its end, until somebody closes it: only where that has been decided."""
    if stage.late is None or run.subject.kind != stage.per.value:
        return False
    where = ("processes", run.subject.process, "stages", run.stage, "late")
    return program_of(run.subject).holds(where, situation_of(run.subject, at)) == PASS


def in_time(runs: QuerySet[StageRun], at: datetime) -> Q:
    """What runs are in time among some: those without an end, before it, or past it and still taking what comes (`takes_late`)."""
    past = runs.filter(kind__in=INTAKE_KINDS, closed_at__isnull=True, closes_at__lte=at)
    late = [
        run.pk
        for run in past.select_related("subject__programme")
        if takes_late(run, program_of(run.subject).pack.processes[run.subject.process].stages[run.stage], at)
    ]
    return Q(closes_at__isnull=True) | Q(closes_at__gt=at) | Q(pk__in=late)


def window_problem(row: Transition, run: StageRun, stage: Stage, at: datetime) -> tuple[str, str] | None:
    """What is wrong with the hour of an act and what to do, in Chinese; None where it is in time.

    A term binds acts only where the kind of stage says so, or where time alone decides (`on_expiry`).
    """
    if run.closes_at is None:
        return None
    concludes = row.event in ("conclude", "propose", "conclude_as_signed")
    # A conclusion that is signed first is in time whenever the plain one would be.
    plain = find(run.kind, "conclude") if concludes else None
    window = (plain or row).window
    if window == "any" and stage.on_expiry is not None:
        window = "closed" if row.event == "close" else "open"
        if concludes and is_favourable(stage.kind, stage.on_expiry):
            # Silence would have passed it: if the clock couldn't say so, whoever runs the stage still may conclude.
            return None
    shown = show_close(run.closes_at)
    if window == "open" and at >= run.closes_at and not takes_late(run, stage, at):
        return f"已经截止（{shown}）", "截止以收到时间为准；有疑问请联系主管部门"
    if window == "closed" and at < run.closes_at:
        return f"还没有截止，要到 {shown} 截止之后", "到时再办理"
    return None
