"""The one door: lock, see who acts, see when, see what the pack says, change, record, all in one transaction.

Whoever changes a state field anywhere else goes past permission, rules and ledger; tests/lifecycle holds that nobody does.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jiebang.kernel.periods import SHANGHAI, local_date
from jiebang.ledger.append import EntryDraft, EntryReference, append_entries, salted_digest
from jiebang.lifecycle.closing import window_problem
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, OutsideWindow, Refused, UnableToApply
from jiebang.lifecycle.known import (
    alive_below,
    booked_facts,
    lineage_of,
    program_of,
    situation_of,
    situations_of,
)
from jiebang.lifecycle.limits import decided_items, require_decided_within_limits
from jiebang.lifecycle.models import (
    FactEntry,
    OutboxMessage,
    Participation,
    StageRun,
    Subject,
    SubjectKind,
    Submission,
)
from jiebang.lifecycle.roles import interest_of, roles_of
from jiebang.lifecycle.routing import close_run
from jiebang.lifecycle.transitions import Act, Transition, find
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Programme
from jiebang.policy.pack_facts import Source
from jiebang.policy.pack_rules import When
from jiebang.policy.process import targets_of
from jiebang.policy.reads_of_stage import facts_at
from jiebang.policy.situation import Situation
from jiebang.policy.stages import MONEY_KINDS, Per
from jiebang.policy.truth import PASS, UNKNOWN
from jiebang.policy.verdicts import explain_verdict, judge_rule


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an act left behind: its ledger entries, the stage's outcome if it closed, and what the handler tells."""

    entries: tuple[EntryReference, ...]
    outcome: str | None
    result: dict[str, Any]
    repeated: bool = False


def apply(  # noqa: PLR0913  the public is an actor of its own sort
    subject_id: int,
    stage: str,
    event: str,
    *,
    actor: Actor | None,
    at: datetime,
    payload: dict[str, Any] | None = None,
    submission: tuple[str, int] | None = None,
    public: bool = False,
) -> Receipt:
    """Do `event` at the open run of `stage` for a subject. `actor` None is the clock, or with `public` anybody at all.

    `submission` (draft, revision) makes it happen once: a second click, a second tab or a retry after a lost answer gets
    the first receipt back, marked repeated, and changes nothing.

    Raises AlreadyDone where the run is closed (two officers at once: one wins, the other reads who and when), NotAllowed,
    OutsideWindow, Refused with the verdicts, StillUnset, or what the handler raises. Nothing is changed then.
    """
    with transaction.atomic():
        subject = _lock_subject(subject_id)
        if submission is not None and (earlier := _earlier_receipt(subject, submission, actor)) is not None:
            return earlier
        program = program_of(subject)
        described = program.pack.processes[subject.process].stages.get(stage)
        if described is None:
            raise UnableToApply(where=subject.number, what="本流程没有这个阶段", fix="回到事项页面重新选择")
        row = find(described.kind, event)
        if row is None or not row.applies(described):
            raise UnableToApply(
                where=described.label, what=f"这个阶段没有“{event}”这个操作", fix="回到事项页面重新选择"
            )
        role = _allowed_role(row, described.by, described.with_ or [], subject, actor, at, public)
        ended_before = ended_at(subject, at)
        # Only now: who ended a stage, and how, isn't for those who have no part in it.
        run = _open_run(subject, stage)
        if late := window_problem(row, run, described, at):
            raise OutsideWindow(where=row.label, what=late[0], fix=late[1])
        draft = submission[0] if submission else ""
        act = Act(run, subject, described, program, actor, role, at, payload or {}, draft)
        outcome = row.handle(act)
        if outcome is not None:
            if outcome not in described.outcomes:
                raise UnableToApply(
                    where=described.label,
                    what=f"本流程没有结果“{outcome}”",
                    fix=f"可用：{'、'.join(described.outcomes)}",
                )
            run.closed_by_id = actor.account_id if actor else None
            close_run(run, outcome, at)
            note_ends(act, ended_before)
        return _record(act, event, outcome, submission, public)


def note_ends(act: Act, before: set[int]) -> None:
    """Put into the ledger what this act ended besides its own thing's stage: the way of everything that went with it.

    `before`: what another act had ended at the very same instant; a tick of the clock does many acts at one.
    """
    after = ended_at(act.subject, act.at) - before
    if after:
        ended = list(Subject.objects.filter(pk__in=after).order_by("pk"))
        told = [{"subject": one.pk, "ending": one.ending} for one in ended]
        act.drafts.append(EntryDraft("subjects.ended", {"ended": told}))
        act.messages += [("subject.ended", one, {"ending": one.ending}) for one in ended]


def ended_at(subject: Subject, at: datetime) -> set[int]:
    """Keys of everything in the programme that ended at the instant."""
    # Naming every kind lets the index of programme, kind and end answer, however many cases the programme has had.
    rows = Subject.objects.filter(programme=subject.programme_id, kind__in=SubjectKind.values, ended_at=at)
    return set(rows.values_list("pk", flat=True))


def take_turn(programme_id: int) -> None:
    """Wait until no other act of the programme is under way, and keep others waiting until this one's transaction ends.

    What an act decides it decides by its neighbours: how many are through, what the other lanes have. On a database that shows
    a transaction nothing of another's unfinished one, two acts side by side would both count without the other. All of
    them end at the same chain's head anyway. SQLite has one writer as it is.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme_id)


def _lock_subject(subject_id: int) -> Subject:
    programme = Subject.objects.filter(pk=subject_id).values_list("programme_id", flat=True).first()
    if programme is not None:
        take_turn(programme)
    # The subject's row is what two officers would both change; a run alone can't be locked before it exists.
    subject = (
        Subject.objects.select_for_update(of=("self",))
        .select_related("programme")
        .filter(pk=subject_id)
        .first()
    )
    if subject is None:
        raise UnableToApply(what="没有这个事项", fix="回到列表重新选择")
    return subject


def _earlier_receipt(subject: Subject, submission: tuple[str, int], actor: Actor | None) -> Receipt | None:
    made = (
        Submission.objects.filter(programme=subject.programme, draft=submission[0], revision=submission[1])
        .select_related("subject")
        .first()
    )
    if made is None:
        return None
    if actor is not None and actor.organisation_id not in (None, made.subject.lead_id):
        # Somebody else's receipt would say that this paper has arrived when it hasn't.
        raise AlreadyDone(
            where=subject.number, what="这份草稿的编号已被另一个单位用过", fix="重新打开表单再提交"
        )
    reference = EntryReference(subject.programme.chain_key, made.entry_sequence, made.entry_hash)
    return Receipt(
        (reference,), None, {"subject": made.subject_id, "number": made.subject.number}, repeated=True
    )


def _open_run(subject: Subject, stage: str) -> StageRun:
    # At most one, by a constraint; `first` would sort.
    run = next(iter(StageRun.objects.filter(subject=subject, stage=stage, closed_at__isnull=True)), None)
    if run is not None:
        if subject.ended_at is not None:
            raise AlreadyDone(
                where=subject.number, what=f"这件事已经结束（{subject.ending}）", fix="刷新页面看结果"
            )
        run.subject = subject
        return run
    last = (
        StageRun.objects.filter(subject=subject, stage=stage)
        .select_related("closed_by__person")
        .order_by("-round")
        .first()
    )
    if last is None or last.closed_at is None:
        raise UnableToApply(where=subject.number, what="还没有走到这个阶段", fix="回到事项页面看现在的阶段")
    who = last.closed_by.person.name if last.closed_by else "系统"
    when = last.closed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    raise AlreadyDone(
        where=subject.number, what=f"这个阶段已由{who}于 {when} 办结（{last.outcome}）", fix="刷新页面看结果"
    )


def _allowed_role(
    row: Transition, by: list[str], with_: list[str], subject: Subject, actor: Actor | None, at: datetime,
    public: bool = False,
) -> str | None:  # fmt: skip
    """The role the actor acts in. Raises NotAllowed."""
    if public:
        if "public" not in row.who:
            raise NotAllowed(where=row.label, what="不对公众开放", fix="登录后以有权的身份办理")
        return None
    if actor is None:
        if "clock" not in row.who:
            raise NotAllowed(where=row.label, what="不能由系统时钟办理", fix="由有权的人办理")
        return None
    open_to_all = bool(row.who & {"any_organisation", "expert"})
    permitted: list[str] = [
        *(by if open_to_all or "by" in row.who else ()),
        *(with_ if open_to_all or "with" in row.who else ()),
    ]
    held = roles_of(actor, subject, open_to=permitted if "any_organisation" in row.who else [], at=at)
    for role in permitted:
        if role in held:
            if interest := interest_of(actor, subject, at):
                raise NotAllowed(
                    where=row.label,
                    what=f"您同时在{interest.name}任职，它参与这件事，您应当回避",
                    fix="由其他人办理",
                )
            return role
    raise NotAllowed(where=row.label, what="您现在的身份不能办理这一步", fix="换一个身份，或请有权的人办理")


def require_rules(
    act: Act,
    moments: tuple[When, ...],
    extra: dict[str, Any] | None = None,
    affected: dict[str, list[Subject]] | None = None,
    *,
    let_unknown: bool = False,
) -> Situation:
    """Hold the pack's rules of this stage at these moments against what is known, `extra` facts included.

    A rule that looks at narrower things than the stage's own (bids, at a challenge's selection) is held for each of them:
    those `affected` names by kind, else all that are still alive below; for the stage's own thing where there is none.
    Raises Refused with every verdict that isn't a pass; preferences never refuse, and with `let_unknown` neither does what
    can't be judged yet. An amount that is decided here has to be within its limits. Returns the stage's own situation.
    """
    subject, program = act.subject, act.program
    rules = [
        rule for moment in moments for rule in program.rules_for(subject.process, act.run.stage, moment.value)
    ]
    # Where money moves, the amounts are computed and held there.
    decides = When.decide in moments and act.stage.kind not in MONEY_KINDS
    items = list(decided_items(program, subject.process, act.run.stage)) if decides else []
    abouts = {*(rule.about for rule in rules), *(about for _, about in items)}
    things, situations = situations_about(subject, abouts, act.at, extra, affected)
    bad: list[dict[str, Any]] = []
    for rule in rules:
        for thing in things[rule.about]:
            verdict = judge_rule(rule, situations[thing.pk])
            if let_unknown and verdict.truth == UNKNOWN:
                continue
            if not verdict.is_preference and verdict.truth != PASS:
                told = explain_verdict(verdict, program.types, program.pack)
                bad.append(
                    told
                    if thing is subject
                    else {**told, "explanation": f"{thing.number}：{told['explanation']}"}
                )
    if bad:
        raise Refused(bad)
    for key, about in items:
        for thing in things[about]:
            require_decided_within_limits(act, key, situations[thing.pk])
    return situations[subject.pk]


def situations_about(
    subject: Subject, abouts: set[Per | None], at: datetime, extra: dict[str, Any] | None = None,
    affected: dict[str, list[Subject]] | None = None,
) -> tuple[dict[Per | None, list[Subject]], dict[int, Situation]]:  # fmt: skip
    """The things that rules about some sorts are held for, by the sort, and what is known of each and of `subject`, by its key."""
    things = {about: things_about(subject, about, affected or {}) for about in abouts}
    every = {one.pk: one for one in [subject, *(one for some in things.values() for one in some)]}
    return things, situations_of(list(every.values()), at, extra)


def things_about(subject: Subject, about: Per | None, affected: dict[str, list[Subject]]) -> list[Subject]:
    """The things a rule about `about` is held for at a stage of `subject`: those below, or what is to become them."""
    order = list(Per)
    if about is None or order.index(about) <= order.index(Per(subject.kind)):
        return [subject]
    before = _BEFORE.get(about.value, "")
    below = affected.get(about.value, affected.get(before))
    if below is None:
        below = alive_below(subject, about.value) or alive_below(subject, before)
    return below or [subject]


#: What a thing is before it is one: until a list is announced a challenge is a need, until it is approved a project is a bid.
_BEFORE = {"challenge": "need", "project": "bid"}


#: A stage ends well only if all of its rules hold, whenever they were first looked at.
EVERY_MOMENT = tuple(When)


def record_facts(act: Act, subject: Subject, facts: dict[str, Any]) -> None:
    """Record facts ({name: {value, source, as_of, evidence}}) on a subject; the ledger keeps a salted digest of each."""
    if not facts:
        return
    FactEntry.objects.filter(subject=subject, name__in=facts, superseded_at__isnull=True).update(
        superseded_at=act.at
    )
    rows = [
        FactEntry(
            subject=subject, name=name, value=raw["value"], source=raw["source"], as_of=raw["as_of"],
            evidence=raw.get("evidence", ""), recorded_at=act.at,
            recorded_by_id=act.actor.account_id if act.actor else None, salt=secrets.token_hex(16),
        )
        for name, raw in facts.items()
    ]  # fmt: skip
    FactEntry.objects.bulk_create(rows)
    digests = {row.name: salted_digest(facts[row.name], row.salt) for row in rows}
    act.drafts.append(EntryDraft("facts.recorded", {"subject": subject.pk, "digests": digests}))


def source_of(act: Act) -> str:
    """What an actor's own words count as: an authority's are a check, an organisation's are only its declaration.

    An organisation that the bureau appointed to the role it acts in (an agency that checks papers) speaks for the bureau.
    """
    if act.actor is None:
        return "declared"
    return "checked" if act.actor.organisation_id is None or is_appointed(act) else "declared"


def is_appointed(act: Act) -> bool:
    """Whether an organisation acts in a role that the bureau appointed it to for the whole batch."""
    assert act.actor is not None
    return Participation.objects.filter(
        subject__in=[one for one in lineage_of(act.subject) if one.kind == "batch"],
        organisation=act.actor.organisation_id, role=act.role or "", until_at__isnull=True,
    ).exists()  # fmt: skip


def facts_given(act: Act) -> dict[str, Any]:
    """The facts that come with an act, each with its provenance.

    Nobody gives what the platform tells by itself. An organisation gives only what the stage asks for, appointed or not, and
    one that speaks for itself alone doesn't write over what somebody has checked. Raises UnableToApply, naming them.
    """
    given = dict(act.payload.get("facts", {}))
    declared = act.program.pack.facts
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise UnableToApply(
            where=act.stage.label, what=f"政策包里没有这些事实：{'、'.join(unknown)}", fix="检查表单"
        )
    refuse_told(act, given)
    refuse_unasked(act, given)
    source = source_of(act)
    if source == "declared" and given:
        held = situation_of(act.subject, act.at).facts
        _refuse_barred(
            act, [name for name in given if name in held and held[name].source is not Source.declared]
        )
    return as_recorded(given, source, act.at)


def refuse_unasked(act: Act, given: Iterable[str]) -> None:
    """Raise UnableToApply for facts that an organisation gives without the stage asking for them.

    One that the bureau appointed checks for it what it was appointed to look at, and nothing else of the case.
    """
    if act.actor is None or act.actor.organisation_id is None:
        return
    if names := list(given):
        asked = facts_asked_for(act)
        _refuse_barred(act, [name for name in names if name not in asked])


def _refuse_barred(act: Act, barred: list[str]) -> None:
    if barred:
        facts = act.program.pack.facts
        labels = "、".join(facts[name].label if name in facts else name for name in barred)
        raise UnableToApply(
            where=act.stage.label, what=f"单位不能在这里写：{labels}", fix="由主管部门核实记录"
        )


def facts_asked_for(act: Act) -> set[str]:
    """Facts that a stage asks of whoever concludes it: its papers' fields, what its rules and amounts look at, what decides what is next."""
    program, process = act.program, act.subject.process
    papers = [*act.stage.papers.takes, *act.stage.papers.gives]
    found = {one.fact for key in papers for one in program.pack.papers[key].fields}
    found |= set(facts_at(program, process, act.run.stage))
    for target in act.stage.outcomes.values():
        for name in targets_of(target):
            compiled = program.conditions.get(("processes", process, "stages", name, "when"))
            if compiled is not None:
                found |= {fact for operand in compiled.reads() for fact in operand.facts}
    return found


def refuse_told(act: Act, given: Iterable[str]) -> None:
    """Raise UnableToApply for facts that the platform tells by itself: typed in, they would be invented."""
    facts = act.program.pack.facts
    given = list(given)
    # Most acts say nothing of the kind; the books needn't be opened for them.
    booked = booked_facts(act.subject) if given else set()
    told = [
        facts[name].label
        for name in given
        if name in facts and (facts[name].told is not None or name in booked)
    ]
    if told:
        raise UnableToApply(
            where=act.stage.label, what=f"由系统告知，不能填写：{'、'.join(told)}", fix="去掉这一项"
        )


def as_recorded(facts: dict[str, Any], source: str, at: datetime) -> dict[str, Any]:
    """Facts as a form or an act gives them, each with its provenance; plain values get the act's own.

    An organisation's `declared` can't be talked up to a check, and nobody but the platform computes.
    """
    may_say = {
        "declared": ("declared",),
        "checked": ("declared", "checked", "register"),
        "computed": ("computed",),
    }[source]
    found = {}
    for name, raw in facts.items():
        given = raw if isinstance(raw, dict) and "value" in raw else {"value": raw}
        said = given.get("source", source)
        found[name] = {
            **given,
            "source": said if said in may_say else source,
            "as_of": given.get("as_of", local_date(at).isoformat()),
        }
    return found


def _record(
    act: Act, event: str, outcome: str | None, submission: tuple[str, int] | None, public: bool
) -> Receipt:
    body: dict[str, Any] = {
        "subject": act.subject.pk,
        "number": act.subject.number,
        "pack": f"{act.subject.programme.pack_id}/{act.subject.pack_version}",
        "stage": act.run.stage,
        "round": act.run.round,
        "actor": act.actor.reference if act.actor else {"public": True} if public else {"clock": True},
        "role": act.role or "",
    }
    if outcome is not None:
        body["outcome"] = outcome
        told = {"stage": act.run.stage, "kind": act.run.kind, "outcome": outcome, "note": act.run.note}
        act.messages.insert(0, ("stage.concluded", act.subject, told))
    drafts = [EntryDraft(f"stage.{event}", body), *act.drafts]
    OutboxMessage.objects.bulk_create(
        OutboxMessage(topic=topic, subject=subject, body=message, created_at=act.at)
        for topic, subject, message in act.messages
    )
    entries = append_entries(act.subject.programme.chain_key, drafts, act.at)
    if submission is not None:
        Submission.objects.create(
            programme=act.subject.programme, draft=submission[0], revision=submission[1],
            subject_id=act.result.get("subject", act.subject.pk), received_at=act.at,
            entry_sequence=entries[0].sequence, entry_hash=entries[0].hash,
        )  # fmt: skip
    return Receipt(entries, outcome, act.result)
