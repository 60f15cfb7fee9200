"""What was decided becomes a project: one for each bid still alive, so that a racing lane is a project like any other.

Lanes that an assessment found should join become one project as well: a joint team's.
"""

from typing import Any

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_given, record_facts
from jiebang.lifecycle.known import alive_below, situations_of
from jiebang.lifecycle.limits import decided_items, require_decided_within_limits
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.subjects import create_below
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_rules import When
from jiebang.projects.actions.merge_lanes import merge_lanes
from jiebang.projects.lanes import lanes_to_merge


def approve_projects(act: Act) -> str:
    """Approve or reject. Facts of the payload belong to the projects made. Raises UnableToApply, Refused."""
    outcome = str(act.payload.get("outcome", ""))
    note = str(act.payload.get("note", ""))
    if outcome == "rejected":
        if not note.strip():
            raise UnableToApply(where=act.stage.label, what="没有写理由", fix="不予立项要写明理由")
        act.run.note = note
        return outcome
    if outcome != "approved":
        raise UnableToApply(where=act.stage.label, what="没有选择结果", fix="可用：approved、rejected")
    facts = facts_given(act)
    lanes = lanes_to_merge(act.subject) if act.subject.kind == "challenge" else []
    require_rules(act, (When.decide,), facts, affected={"project": lanes} if lanes else None)
    require_signed(act)
    if lanes:
        act.result["projects"] = [merge_lanes(act, lanes, facts).pk]
    else:
        act.result["projects"] = _approve_bids(act, facts)
    act.run.note = note
    return outcome


def _approve_bids(act: Act, facts: dict[str, Any]) -> list[int]:
    challenge = act.subject if act.subject.kind == "challenge" else act.subject.parent
    bids = [act.subject] if act.subject.kind == "bid" else alive_below(act.subject, "bid")
    # A bid becomes a project once; a later approval of the same challenge is about what has come in since.
    become = set(Subject.objects.filter(origin__in=bids, kind="project").values_list("origin_id", flat=True))
    bids = [bid for bid in bids if bid.pk not in become]
    if not bids or challenge is None:
        raise UnableToApply(where=act.stage.label, what="没有可以立项的揭榜申请", fix="先完成遴选")
    made = []
    for bid in bids:
        project = create_below(
            challenge, kind="project", letter="P", title=challenge.title, at=act.at, origin=bid
        )
        record_facts(act, project, facts)
        made.append(project)
        act.drafts.append(
            EntryDraft("project.approved", {"subject": project.pk, "bid": bid.pk, "number": project.number})
        )
        act.messages.append(("project.approved", project, {"number": project.number}))
    # What the bids couldn't know, since it is only being decided: what the other lanes get out of the same limit.
    items = [key for key, _ in decided_items(act.program, act.subject.process, act.run.stage)]
    known = situations_of(made, act.at) if items else {}
    for key in items:
        for project in made:
            require_decided_within_limits(act, key, known[project.pk])
    return [project.pk for project in made]
