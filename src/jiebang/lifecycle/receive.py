"""A party hands in a paper for a new thing (a need, a bid), or hands it in again: one draft, one thing, one receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.facts import record_facts
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.roles import ORGANISATION
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.subjects import create_below, enter_named, note_hand_in, retitle, take_part
from jiebang.lifecycle.submissions import read_submission
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_process import Among
from jiebang.policy.pack_rules import When


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in: the thing, and whether it took the place of an earlier version."""

    subject: Subject
    replaced: bool


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """A paper that an officer enters for an organisation (代录): whose it is, what it says, what it may leave out.

    `may_lack`: facts that the organisation gives later. They stay unknown; nothing that needs them goes on meanwhile.
    """

    organisation: Organisation
    values: dict[str, Any]
    may_lack: frozenset[str] = frozenset()


def hand_in(
    act: Act, *, kind: str, lead_fact: str, title_facts: tuple[str, ...], letter: str, behalf: OnBehalf | None = None
) -> Handed:  # fmt: skip
    """Take a submission at an open stage of a wider subject (a batch's needs, a challenge's bids).

    One live thing per organisation, draft and parent: handing in again while the window is open replaces the facts. With
    `behalf` the organisation is the one that an officer names, and the ledger says so. Raises BadFields, Refused by the
    rules of the moment `submit`, NotAllowed for somebody without an organisation.
    """
    organisation, values = (behalf.organisation, behalf.values) if behalf else _own_paper(act)
    may_lack = behalf.may_lack if behalf else frozenset[str]()
    found = _find(act, kind, organisation, for_other=behalf is not None)
    # What the platform knows by itself nobody has to write.
    known = may_lack | {lead_fact, "challenge.sponsor"}
    if found is not None and act.stage.among is Among.remaining:
        known |= known_of(act, found)
    facts = read_submission(act.program, act.stage, values, act.at, found or act.subject, known)
    # A pack without that idea has no rule that could look at it; the bureau's own topics have nobody's code.
    if lead_fact in act.program.types and organisation is not None:
        facts[lead_fact] = {"value": organisation.credit_code, "source": "computed", "as_of": _today(act)}
    # A title is read by whoever may see that there is a bid; out of a sealed one it is taken when the window has closed.
    titled = () if act.stage.sealed and kind == "bid" else title_facts
    title = next((str(values[name]) for name in titled if values.get(name)), act.subject.title)[:300]
    thing = found or _make(act, kind, organisation, title, letter, for_other=behalf is not None)
    replaced = found is not None
    require_rules(act_on(act, thing), (When.submit,), facts, let_unknown=bool(may_lack))
    if any(values.get(name) for name in titled):
        retitle(thing, title)
    record_facts(act, thing, facts)
    enter_named(thing, act.program, facts, act.at)
    note_hand_in(act.run, thing, act.at)
    body: dict[str, Any] = {"subject": thing.pk, "number": thing.number, "replaced": replaced}
    if behalf is not None:
        body["on_behalf_of"] = behalf.organisation.pk
    act.drafts.append(EntryDraft(f"{kind}.submitted", body))
    act.messages.append((f"{kind}.submitted", thing, {"number": thing.number}))
    act.result.update({"subject": thing.pk, "number": thing.number, "replaced": replaced})
    return Handed(thing, replaced)


def _own_paper(act: Act) -> tuple[Organisation | None, dict[str, Any]]:
    """Whose paper it is: the actor's organisation's, or the authority's own where a stage is for authorities to pose topics."""
    values = dict(act.payload.get("values", {}))
    if act.actor is not None and act.actor.authority_id is not None and act.stage.kind == "set_challenge":
        return None, values
    if act.actor is None or act.actor.organisation_id is None:
        raise NotAllowed(where=act.stage.label, what="要以单位的身份提交", fix="换成单位的身份")
    return Organisation.objects.get(pk=act.actor.organisation_id), values


def hand_in_again(act: Act) -> str:
    """Correct what was returned: the same thing's facts anew, and on to the stage that returned it.

    Raises NotAllowed for any organisation but the one whose thing it is: the stage is open to any, this thing isn't.
    """
    # An authority's own topic has no lead, and neither has the authority an organisation.
    own = act.actor is not None and act.actor.organisation_id == act.subject.lead_id
    if not own or (act.subject.lead_id is None and act.stage.kind != "set_challenge"):
        raise NotAllowed(where=act.subject.number, what="只有原提交单位可以补正", fix="换成原提交单位的身份")
    values = dict(act.payload.get("values", {}))
    facts = read_submission(act.program, act.stage, values, act.at, act.subject, known_of(act, act.subject))
    require_rules(act, (When.submit,), facts)
    record_facts(act, act.subject, facts)
    enter_named(act.subject, act.program, facts, act.at)
    note_hand_in(act.run, act.subject, act.at)
    act.drafts.append(EntryDraft(f"{act.subject.kind}.corrected", {"subject": act.subject.pk}))
    return "closed"


def _find(act: Act, kind: str, organisation: Organisation | None, *, for_other: bool) -> Subject | None:
    """The organisation's live thing that this submission is a new version of.

    Raises AlreadyDone for a second version that doesn't say it replaces the first, NotAllowed for a newcomer at a window
    that is only for those still in it.
    """
    mine = Subject.objects.filter(parent=act.subject, kind=kind, lead=organisation, ended_at__isnull=True)
    if kind != "bid":
        return None if for_other else _find_one_of_several(act, mine)
    found = mine.first()
    remaining = act.stage.among is Among.remaining
    if found is None:
        if remaining:
            raise NotAllowed(
                where=act.stage.label,
                what="这一轮只收前面留下的单位的材料，贵单位不在其中",
                fix="看前面各轮的结果",
            )
        return None
    is_second = not remaining or found.hand_ins.filter(run=act.run).exists()
    if is_second and not act.payload.get("replace"):
        raise AlreadyDone(
            where=found.number, what="贵单位已经提交过揭榜申请", fix="截止之前可以选择“替换”重新提交"
        )
    return found


def _find_one_of_several(act: Act, mine: QuerySet[Subject]) -> Subject | None:
    """Of several needs in one batch the one that `replaces` names, else the one that came in under this very draft.

    A list that the bureau entered brings many under one draft, and none under its firm's: these can only be named. Raises
    NotAllowed for one that isn't the organisation's, or isn't in this batch any more.
    """
    if (named := act.payload.get("replaces")) is None:
        return mine.filter(submissions__draft=act.draft).first() if act.draft else None
    found = mine.filter(pk=named).first()
    if found is None:
        raise NotAllowed(
            where=act.stage.label, what="要更正的不是贵单位在这里的材料", fix="从待办里重新打开要更正的那一份"
        )
    return found


def _make(
    act: Act, kind: str, organisation: Organisation | None, title: str, letter: str, *, for_other: bool
) -> Subject:
    made = create_below(act.subject, kind=kind, letter=letter, title=title, at=act.at, lead=organisation)
    role = act.role or ""
    if for_other:
        # The officer's role isn't the organisation's: it takes the one that hands in such papers.
        parties = act.program.pack.parties
        role = next(
            (r for r in [*(act.stage.with_ or []), *act.stage.by] if parties[r].is_ in ORGANISATION), role
        )
    if organisation is not None:
        # One live bid each: an earlier one of the same lead can't be called back beside this.
        Subject.objects.filter(parent=act.subject, kind=kind, lead=organisation).exclude(
            reserve_for=""
        ).update(reserve_for="")
        for one in dict.fromkeys([role, *_roles_of_papers(act)]):
            take_part(made, organisation, one)
    return made


def _roles_of_papers(act: Act) -> list[str]:
    """Roles that the stage's papers come from, each from one alone: whoever hands all of them in is every one of these.

    A firm that proposes a need and funds it is both; were it entered in one role only, the other could never act. A paper that
    several roles sign together makes nobody any of them.
    """
    open_to = [*act.stage.by, *(act.stage.with_ or [])]
    parties, papers = act.program.pack.parties, act.program.pack.papers
    alone = [papers[key].from_[0] for key in act.stage.papers.takes if len(papers[key].from_) == 1]
    return [role for role in alone if role in open_to and parties[role].is_ in ORGANISATION]


def close_intake(act: Act, kind: str, what: str) -> str:
    """End a batch's collection of things of a kind: `closed`, or `none_received` where the process knows it.

    On a returned thing's own run nobody corrected it: it goes back as it is to whoever returned it. Raises UnableToApply
    with nothing received and no such way.
    """
    if act.subject.kind != "batch" or Subject.objects.filter(parent=act.subject, kind=kind).exists():
        return "closed"
    if "none_received" in act.stage.outcomes:
        return "none_received"
    raise UnableToApply(where=act.stage.label, what=f"还没有收到{what}", fix=f"收到{what}后再结束征集")


def known_of(act: Act, thing: Subject) -> frozenset[str]:
    """Facts already known of a thing: a paper that asks for them again may leave them out."""
    return frozenset(situation_of(thing, act.at).facts)


def act_on(act: Act, thing: Subject) -> Act:
    """The same act, held for a narrower thing: its rules look at that thing's facts."""
    return replace(act, subject=thing)


def _today(act: Act) -> str:
    return local_date(act.at).isoformat()
