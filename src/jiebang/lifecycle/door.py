"""The one door: lock, see who acts, see when, see what the pack says, change, record, all in one transaction.

Whoever changes a state field anywhere else goes past permission, rules and ledger; tests/lifecycle holds that nobody does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jiebang.kernel.periods import SHANGHAI, local_date
from jiebang.ledger.append import EntryDraft, EntryReference, append_entries
from jiebang.ledger.read import read_entries
from jiebang.lifecycle.begun import noting_begun
from jiebang.lifecycle.closing import window_problem
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, OutsideWindow, UnableToApply
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import OutboxMessage, StageRun, Subject, SubjectKind, Submission
from jiebang.lifecycle.roles import require_no_interest, roles_of
from jiebang.lifecycle.routing import close_run
from jiebang.lifecycle.transitions import Act, Transition, find
from jiebang.organisations.actor import Actor, still_acts
from jiebang.organisations.models import Mandate, Programme
from jiebang.policy.words import outcome_label


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
        if actor is not None and not still_acts(actor, local_date(at)):
            raise NotAllowed(
                where=subject.number, what="您的授权或账号刚刚停止了", fix="换一个身份，或联系本单位管理员"
            )
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
        with noting_begun() as begun:
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
            # What comes in may go straight on to an end, though the stage stays open.
            note_ends(act, ended_before)
        act.drafts += begun.drafts()
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
    if actor is not None and actor.organisation_id not in (None, _sent_by(subject.programme.chain_key, made)):
        # Somebody else's receipt would say that this paper has arrived when it hasn't.
        raise AlreadyDone(
            where=subject.number, what="这份草稿的编号已被另一个单位用过", fix="重新打开表单再提交"
        )
    reference = EntryReference(subject.programme.chain_key, made.entry_sequence, made.entry_hash)
    return Receipt(
        (reference,), None, {"subject": made.subject_id, "number": made.subject.number}, repeated=True
    )


def _sent_by(chain_key: str, made: Submission) -> int | None:
    """The organisation that a receipt was given to, as its ledger entry tells: not all who hand in lead the case."""
    entry = next(read_entries(chain_key=chain_key, sequence=made.entry_sequence), None)
    if entry is None or (mandate := entry.body["actor"].get("mandate")) is None:
        return None
    return Mandate.objects.filter(pk=int(mandate)).values_list("organisation_id", flat=True).first()


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
        where=subject.number,
        what=f"这个阶段已由{who}于 {when} 办结（{outcome_label(last.kind, last.outcome)}）",
        fix="刷新页面看结果",
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
            require_no_interest(actor, subject, at, row.label)
            return role
    raise NotAllowed(where=row.label, what="您现在的身份不能办理这一步", fix="换一个身份，或请有权的人办理")


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
