"""The racing lanes of a challenge: which there are, which wait to be joined, which went into which."""

from __future__ import annotations

from jiebang.lifecycle.models import StageRun, Subject
from jiebang.projects.models import Predecessor


def lanes_of(challenge: Subject) -> list[Subject]:
    """Every project the challenge ever had, ended and joined ones included, in the order they were made."""
    return list(Subject.objects.filter(parent=challenge, kind="project").order_by("pk"))


def lanes_to_merge(challenge: Subject) -> list[Subject]:
    """Lanes still in it whose newest run is an assessment that found they should join with others."""
    found = []
    for lane in lanes_of(challenge):
        if lane.ended_at is not None:
            continue
        newest = StageRun.objects.filter(subject=lane).order_by("-opened_at", "-pk").first()
        if newest is not None and newest.kind == "assess_milestone" and newest.outcome == "merged":
            found.append(lane)
    return found


def predecessors_of(project: Subject) -> list[Subject]:
    """The lanes a joint team's project grew out of; none for an ordinary project."""
    return [
        row.lane for row in Predecessor.objects.filter(project=project).select_related("lane").order_by("pk")
    ]
