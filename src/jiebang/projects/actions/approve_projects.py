"""What was decided becomes a project: one for each bid still alive, so that a racing lane is a project like any other."""

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.door import as_recorded, record_facts, require_rules
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import descendants_of
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.subjects import create_below
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack import When


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
    facts = as_recorded(act.payload.get("facts", {}), "checked", act.at)
    require_rules(act, (When.decide,), facts)
    require_signed(act)
    challenge = act.subject if act.subject.kind == "challenge" else act.subject.parent
    bids = (
        [act.subject]
        if act.subject.kind == "bid"
        else [b for b in descendants_of(act.subject, "bid") if b.ended_at is None]
    )
    if not bids or challenge is None:
        raise UnableToApply(where=act.stage.label, what="没有可以立项的揭榜申请", fix="先完成遴选")
    made = []
    for bid in bids:
        project = create_below(
            challenge, kind="project", letter="P", title=challenge.title, at=act.at, origin=bid
        )
        record_facts(act, project, facts)
        made.append(project.pk)
        act.drafts.append(
            EntryDraft("project.approved", {"subject": project.pk, "bid": bid.pk, "number": project.number})
        )
        act.messages.append(("project.approved", project, {"number": project.number}))
    act.run.note = note
    act.result["projects"] = made
    return outcome
