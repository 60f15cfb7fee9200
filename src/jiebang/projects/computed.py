"""Facts about a challenge's projects that only rows of the platform can tell.

They are computed for the very thing they are asked of, nearest last: a lane's own count replaces anything recorded for its
challenge, which can't know the lane. What an officer recorded on that same thing stands after it (`situation_of`), so a
checked figure is never replaced silently; no paper asks for these facts, so nobody else can have written one.
"""

from __future__ import annotations

from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import FactEntry, StageRun, Subject
from jiebang.projects.lanes import lanes_of, lanes_to_merge


def tell_announcement(subject: Subject) -> dict[str, Any]:
    """`challenge.announced_on`, by the announcement's own day.

    A list that was published elsewhere on an earlier day is recorded by an officer on the same batch or challenge, and stands.
    """
    if subject.kind not in ("batch", "challenge"):
        return {}
    if "challenge.announced_on" not in program_of(subject).types:
        return {}
    run = (
        StageRun.objects.filter(subject=subject, kind="announce", outcome="announced")
        .order_by("-closed_at", "-pk")
        .first()
    )
    if run is None or run.closed_at is None:
        return {}
    return {"challenge.announced_on": local_date(run.closed_at).isoformat()}


def count_lanes(subject: Subject) -> dict[str, Any]:
    """`challenge.lanes_to_merge` of a challenge; `challenge.lanes_passed` as the assessment that a lane is at asks for it.

    Lanes that passed are counted in the same round of the same assessment, ended lanes included. While one lane still in
    it hasn't been found to have passed or not, the number isn't known: who is the only one can't be said before all are in.
    """
    known = program_of(subject).types
    if subject.kind == "challenge" and "challenge.lanes_to_merge" in known:
        return {"challenge.lanes_to_merge": f"{len(lanes_to_merge(subject))} 家"}
    if subject.kind != "project" or subject.parent is None:
        return {}
    return _count_passed(subject, subject.parent) if "challenge.lanes_passed" in known else {}


def count_others_left(lane: Subject) -> dict[str, Any]:
    """`challenge.other_lanes_left`: how many others a lane still has beside it, or has had accepted before it."""
    if (
        lane.kind != "project"
        or lane.parent is None
        or "challenge.other_lanes_left" not in program_of(lane).types
    ):
        return {}
    left = sum(not _is_out(other) for other in lanes_of(lane.parent) if other.pk != lane.pk)
    return {"challenge.other_lanes_left": f"{left} 家"}


def _is_out(lane: Subject) -> bool:
    """Whether a lane can't be the one that a race comes to any more: it was found not to go on, or ended without being accepted."""
    runs = StageRun.objects.filter(subject=lane)
    if lane.ended_at is not None:
        return not runs.filter(kind="accept", outcome="passed").exists()
    newest = runs.filter(kind="assess_milestone").order_by("-opened_at", "-pk").first()
    return newest is not None and newest.outcome == "not_continued"


def _count_passed(subject: Subject, challenge: Subject) -> dict[str, Any]:
    mine = (
        StageRun.objects.filter(subject=subject, kind="assess_milestone")
        .order_by("-opened_at", "-pk")
        .first()
    )
    if mine is None:
        return {}
    passed = 0
    for lane in lanes_of(challenge):
        found = _has_passed(lane, mine)
        if found is None:
            return {}
        passed += found
    return {"challenge.lanes_passed": f"{passed} 家"}


def _has_passed(lane: Subject, like: StageRun) -> bool | None:
    """What the assessment found about a lane in the same round as `like`; None while that isn't known."""
    run = StageRun.objects.filter(subject=lane, stage=like.stage, round=like.round).first()
    if run is None:
        # It left before this round, or it hasn't come so far.
        return False if lane.ended_at is not None or _went_another_way(lane) else None
    entries = FactEntry.objects.filter(subject=lane, name="project.stage_passed").exclude(source="declared")
    entries = entries.filter(recorded_at__gte=run.opened_at)
    before = StageRun.objects.filter(subject=lane, stage=run.stage, round=run.round - 1).first()
    if before is not None and before.closed_at is not None:
        # What was recorded at the instant that ended the round before belongs to that one.
        entries = entries.exclude(recorded_at=before.closed_at)
    if run.closed_at is not None:
        entries = entries.filter(recorded_at__lte=run.closed_at)
    newest = entries.order_by("-recorded_at", "-pk").first()
    if newest is not None:
        return bool(newest.value)
    return False if run.outcome == "not_continued" else None


def _went_another_way(lane: Subject) -> bool:
    """Whether a lane still in it is past its assessments: no further round of one will come by itself."""
    newest = StageRun.objects.filter(subject=lane).order_by("-opened_at", "-pk").first()
    if newest is None:
        return False
    if newest.kind == "assess_milestone":
        return newest.outcome in ("merged", "finished")
    return newest.kind in ("accept", "approve_exit", "liquidate", "recover")
