"""The racing lanes of a challenge: which there are, which wait to be joined, which went into which."""

from __future__ import annotations

from collections.abc import Iterable

from jiebang.lifecycle.models import StageRun, Subject
from jiebang.projects.models import Predecessor


def lanes_of(challenge: Subject) -> list[Subject]:
    """Every project the challenge ever had, ended and joined ones included, in the order they were made."""
    return lanes_of_each([challenge.pk])[challenge.pk]


def lanes_of_each(challenges: Iterable[int]) -> dict[int, list[Subject]]:
    """The lanes of each of some challenges, by its key."""
    found: dict[int, list[Subject]] = {key: [] for key in challenges}
    for lane in Subject.objects.filter(parent__in=found, kind="project").order_by("pk") if found else ():
        found[lane.parent_id or 0].append(lane)
    return found


def runs_of_each(lanes: Iterable[Subject]) -> dict[int, list[StageRun]]:
    """Every run of each of some lanes, by its key, the newest last."""
    found: dict[int, list[StageRun]] = {lane.pk: [] for lane in lanes}
    for run in StageRun.objects.filter(subject__in=found).order_by("opened_at", "pk") if found else ():
        found[run.subject_id].append(run)
    return found


def lanes_to_merge(challenge: Subject) -> list[Subject]:
    """Lanes still in it whose newest run is an assessment that found they should join with others."""
    lanes = lanes_of(challenge)
    runs = runs_of_each(lanes)
    return [lane for lane in lanes if waits_to_merge(lane, runs[lane.pk])]


def waits_to_merge(lane: Subject, runs: list[StageRun]) -> bool:
    """Whether a lane with these `runs`, the newest last, is still in it and is to be joined with others."""
    newest = runs[-1] if runs and lane.ended_at is None else None
    return newest is not None and newest.kind == "assess_milestone" and newest.outcome == "merged"


def predecessors_of(project: Subject) -> list[Subject]:
    """The lanes a joint team's project grew out of; none for an ordinary project."""
    return predecessors_of_each([project]).get(project.pk, [])


def predecessors_of_each(projects: Iterable[Subject]) -> dict[int, list[Subject]]:
    """The predecessors of those of some projects that have any, by the project's key."""
    found: dict[int, list[Subject]] = {}
    keys = [one.pk for one in projects]
    if not keys:
        return found
    for row in Predecessor.objects.filter(project__in=keys).select_related("lane").order_by("pk"):
        found.setdefault(row.project_id, []).append(row.lane)
    return found
