"""Lanes whose routes complete each other become one joint team: a new project with the lanes as its predecessors."""

from __future__ import annotations

from typing import Any

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import record_facts
from jiebang.lifecycle.models import Participation, Subject
from jiebang.lifecycle.subjects import create_below, retire, take_part
from jiebang.lifecycle.transitions import Act
from jiebang.projects.models import Predecessor


def merge_lanes(act: Act, lanes: list[Subject], facts: dict[str, Any]) -> Subject:
    """Make the joint team's project below the challenge; everybody of every lane takes part, and the lanes end in it.

    What was decided, found or paid for a lane stays the lane's: the new project inherits the challenge only, so that no lane's
    aid or assessment counts twice. `facts` belong to the new project. Raises UnableToApply with fewer than two lanes.
    """
    if len(lanes) < 2:
        raise UnableToApply(
            where=act.stage.label, what="要合组的赛道不足两条", fix="选“不予立项”，由这条赛道单独继续"
        )
    joint = create_below(
        act.subject, kind="project", letter="P", title=f"{act.subject.title}（联合团队）", at=act.at
    )
    seen: set[tuple[int, str]] = set()
    for lane in lanes:
        Predecessor.objects.create(project=joint, lane=lane)
        around = [one for one in (lane.origin, lane) if one is not None]
        for row in Participation.objects.filter(subject__in=around, until_at__isnull=True).order_by("pk"):
            if (row.organisation_id, row.role) not in seen:
                seen.add((row.organisation_id, row.role))
                take_part(joint, row.organisation, row.role)
        retire(lane, f"并入联合团队项目 {joint.number}", act.at)
    record_facts(act, joint, facts)
    act.drafts.append(
        EntryDraft(
            "project.merged",
            {"subject": joint.pk, "number": joint.number, "lanes": [lane.pk for lane in lanes]},
        )
    )
    act.messages.append(("project.approved", joint, {"number": joint.number}))
    act.result.update({"subject": joint.pk, "number": joint.number})
    return joint
