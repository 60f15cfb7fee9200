"""Facts about a challenge's projects that only rows of the platform can tell.

They are computed for the very thing they are asked of, nearest last: a lane's own count replaces anything recorded for its
challenge, which can't know the lane. What an officer recorded on that same thing stands after it (`situation_of`), so a
checked figure is never replaced silently; no paper asks for these facts, so nobody else can have written one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import FactEntry, StageRun, Subject
from jiebang.projects.lanes import lanes_of_each, runs_of_each, waits_to_merge


def tell_announcement(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`challenge.announced_on`, by the announcement's own day.

    A list that was published elsewhere on an earlier day is recorded by an officer on the same batch or challenge, and stands.
    """
    dated = [
        one.pk
        for one in subjects
        if one.kind in ("batch", "challenge") and "challenge.announced_on" in program_of(one).types
    ]
    if not dated:
        return {}
    found = {}
    announced = StageRun.objects.filter(
        subject__in=dated, kind="announce", outcome="announced", closed_at__isnull=False
    )
    # The newest stands.
    for run in announced.order_by("closed_at", "pk"):
        assert run.closed_at is not None
        found[run.subject_id] = {"challenge.announced_on": local_date(run.closed_at).isoformat()}
    return found


def count_lanes(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`challenge.lanes_to_merge` of a challenge; `challenge.lanes_passed` as the assessment that a lane is at asks for it.

    Lanes that passed are counted in the same round of the same assessment, ended lanes included. While one lane still in
    it hasn't been found to have passed or not, the number isn't known: who is the only one can't be said before all are in.
    """
    merging = [
        one.pk
        for one in subjects
        if one.kind == "challenge" and "challenge.lanes_to_merge" in program_of(one).types
    ]
    assessed = _lanes_asked(subjects, "challenge.lanes_passed")
    if not merging and not assessed:
        return {}
    lanes = lanes_of_each([*merging, *assessed.values()])
    every = [lane for beside in lanes.values() for lane in beside]
    runs = runs_of_each(every)
    found: dict[int, dict[str, Any]] = {}
    for key in merging:
        waiting = [lane for lane in lanes[key] if waits_to_merge(lane, runs[lane.pk])]
        found[key] = {"challenge.lanes_to_merge": f"{len(waiting)} 家"}
    findings = _findings_about(every) if assessed else {}
    for key, challenge in assessed.items():
        mine = [run for run in runs[key] if run.kind == "assess_milestone"]
        if not mine:
            continue
        passed = [
            _has_passed(lane, mine[-1], runs[lane.pk], findings.get(lane.pk, [])) for lane in lanes[challenge]
        ]
        if None not in passed:
            found[key] = {"challenge.lanes_passed": f"{passed.count(True)} 家"}
    return found


def _lanes_asked(subjects: Sequence[Subject], fact: str) -> dict[int, int]:
    """{a lane's key: its challenge's} of the lanes about which the pack knows a fact."""
    return {
        one.pk: one.parent_id
        for one in subjects
        if one.kind == "project" and one.parent_id is not None and fact in program_of(one).types
    }


def count_others_left(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`challenge.other_lanes_left` of a lane: how many others it still has beside it, or has had accepted before it."""
    racing = _lanes_asked(subjects, "challenge.other_lanes_left")
    lanes = lanes_of_each(racing.values())
    runs = runs_of_each(lane for beside in lanes.values() for lane in beside)
    found = {}
    for key, challenge in racing.items():
        left = sum(not _is_out(lane, runs[lane.pk]) for lane in lanes[challenge] if lane.pk != key)
        found[key] = {"challenge.other_lanes_left": f"{left} 家"}
    return found


def _is_out(lane: Subject, runs: list[StageRun]) -> bool:
    """Whether a lane can't be the one that a race comes to any more: it was found not to go on, or ended without being accepted."""
    if lane.ended_at is not None:
        return not any(run.kind == "accept" and run.outcome == "passed" for run in runs)
    assessed = [run for run in runs if run.kind == "assess_milestone"]
    return bool(assessed) and assessed[-1].outcome == "not_continued"


def _findings_about(lanes: list[Subject]) -> dict[int, list[FactEntry]]:
    """Every finding about each of some lanes at an assessment, by its key, replaced ones included, the newest last."""
    found: dict[int, list[FactEntry]] = {}
    entries = FactEntry.objects.filter(subject__in=lanes, name="project.stage_passed")
    for entry in entries.exclude(source="declared").order_by("recorded_at", "pk"):
        found.setdefault(entry.subject_id, []).append(entry)
    return found


def _has_passed(
    lane: Subject, like: StageRun, runs: list[StageRun], findings: list[FactEntry]
) -> bool | None:
    """What the assessment found about a lane in the same round as `like`; None while that isn't known."""
    rounds = {run.round: run for run in runs if run.stage == like.stage}
    run = rounds.get(like.round)
    if run is None:
        # It left before this round, or it hasn't come so far.
        return False if lane.ended_at is not None or _went_another_way(runs) else None
    before = rounds.get(run.round - 1)
    for entry in reversed(findings):
        at = entry.recorded_at
        if at < run.opened_at or (run.closed_at is not None and at > run.closed_at):
            continue
        # What was recorded at the instant that ended the round before belongs to that one.
        if before is None or before.closed_at is None or at != before.closed_at:
            return bool(entry.value)
    return False if run.outcome == "not_continued" else None


def _went_another_way(runs: list[StageRun]) -> bool:
    """Whether a lane still in it is past its assessments: no further round of one will come by itself."""
    if not runs:
        return False
    if runs[-1].kind == "assess_milestone":
        return runs[-1].outcome in ("merged", "finished")
    return runs[-1].kind in ("accept", "approve_exit", "liquidate", "recover")
