"""A party hands in a paper for a new thing (a need, a bid), or hands it in again: one draft, one thing, one receipt."""

from __future__ import annotations

from dataclasses import dataclass

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.door import judge_or_refuse, record_facts
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.subjects import create_below, retitle, take_part
from jiebang.lifecycle.submissions import read_submission
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.models import Organisation
from jiebang.policy.pack import When


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in: the thing, and whether it took the place of an earlier version."""

    subject: Subject
    replaced: bool


def hand_in(act: Act, *, kind: str, lead_fact: str, title_facts: tuple[str, ...], letter: str) -> Handed:
    """Take a submission at an open stage of a wider subject (a batch's needs, a challenge's bids).

    One live thing per organisation, draft and parent: handing in again while the window is open replaces the facts. Raises
    BadFields, Refused by the rules of the moment `submit`, NotAllowed for somebody without an organisation.
    """
    if act.actor is None or act.actor.organisation_id is None:
        raise NotAllowed(where=act.stage.label, what="要以单位的身份提交", fix="换成单位的身份")
    organisation = Organisation.objects.get(pk=act.actor.organisation_id)
    values = dict(act.payload.get("values", {}))
    facts = read_submission(act.program, act.stage, values, act.at)
    if lead_fact in act.program.types:  # a pack without that idea has no rule that could look at it
        facts[lead_fact] = {"value": organisation.credit_code, "source": "computed", "as_of": _today(act)}
    title = next((str(values[name]) for name in title_facts if values.get(name)), act.subject.title)[:300]
    thing, replaced = _find_or_make(act, kind, organisation, title, letter)
    situation = situation_of(thing, act.at, facts)
    judge_or_refuse(act.program, situation, act.subject.process, act.run.stage, When.submit)
    retitle(thing, title)
    record_facts(act, thing, facts)
    act.drafts.append(
        EntryDraft(f"{kind}.submitted", {"subject": thing.pk, "number": thing.number, "replaced": replaced})
    )
    act.messages.append((f"{kind}.submitted", thing, {"number": thing.number}))
    act.result.update({"subject": thing.pk, "number": thing.number, "replaced": replaced})
    return Handed(thing, replaced)


def hand_in_again(act: Act) -> str:
    """Correct what was returned: the same thing's facts anew, and on to the stage that returned it."""
    values = dict(act.payload.get("values", {}))
    facts = read_submission(act.program, act.stage, values, act.at)
    situation = situation_of(act.subject, act.at, facts)
    judge_or_refuse(act.program, situation, act.subject.process, act.run.stage, When.submit)
    record_facts(act, act.subject, facts)
    act.drafts.append(EntryDraft(f"{act.subject.kind}.corrected", {"subject": act.subject.pk}))
    return "closed"


def _find_or_make(
    act: Act, kind: str, organisation: Organisation, title: str, letter: str
) -> tuple[Subject, bool]:
    """The organisation's live thing that this submission is a new version of, or a new one."""
    mine = Subject.objects.filter(parent=act.subject, kind=kind, lead=organisation, ended_at__isnull=True)
    if kind == "bid":
        found = mine.first()
        if found is not None and not act.payload.get("replace"):
            raise AlreadyDone(
                where=found.number, what="贵单位已经提交过揭榜申请", fix="截止之前可以选择“替换”重新提交"
            )
    else:
        # A firm may have several needs in a batch, told apart by their drafts.
        found = mine.filter(submissions__draft=act.draft).first() if act.draft else None
    if found is not None:
        return found, True
    made = create_below(act.subject, kind=kind, letter=letter, title=title, at=act.at, lead=organisation)
    take_part(made, organisation, act.role or "")
    return made, False


def _today(act: Act) -> str:
    return local_date(act.at).isoformat()
