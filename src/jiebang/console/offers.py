"""What can be done at an open run, by whom, and what stands in the way: the same questions the door asks, asked beforehand.

The door decides; a page only foretells it, so that nobody fills in a form in vain.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from jiebang.console.proposed import Proposed, still_stands
from jiebang.console.signing import signing_obstacles
from jiebang.console.visibility import sees_proposals
from jiebang.funding.queries import paid_between_parties, waiting_for_confirmation
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.closing import last_day_of, window_problem
from jiebang.lifecycle.facts import is_appointed
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.roles import roles_of
from jiebang.lifecycle.sign_off import chain_at, is_run_by_authority
from jiebang.lifecycle.transitions import Act, Transition, find, rows_of
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import Position
from jiebang.policy.pack_money import MoneyKind
from jiebang.policy.pack_process import Among, Stage
from jiebang.policy.program import Program
from jiebang.policy.stages import INTAKE_KINDS, MONEY_KINDS, is_guarded
from jiebang.policy.words import outcome_label
from jiebang.publications.actions.resolve_objection import has_judged
from jiebang.publications.models import Objection

SUBMISSIONS = frozenset(
    {"submit_need", "submit_bid", "submit_result", "submit_papers", "import_needs", "pose_topic"}
)


#: Acts beside the way of a case: always possible, nobody's duty, on a page of their own.
ASIDE = frozenset(
    {
        "check_facts", "check_relations", "import_needs", "file_objection", "record_contribution",
        "confirm_contribution", "withdraw_proposal",
    }
)  # fmt: skip


#: What only authorities ever do among themselves: to others, their experts too, it isn't worth a line on their page.
_INTERNAL = frozenset(
    {"check_facts", "check_relations", "propose", "withdraw_proposal", "sign_off", "conclude_as_signed"}
)


@dataclass(slots=True)
class Offer:
    """One act at one open run: whether this actor may do it now, and otherwise why not."""

    run: StageRun
    event: str
    label: str
    allowed: bool
    why_not: list[str] = field(default_factory=list)
    #: whether it is the actor's to do at all, now or at another time
    is_own: bool = True


def describe_stage(program: Program, subject: Subject, name: str) -> Stage | None:
    """The pack's description of a stage; None for one that the process doesn't have."""
    process = program.pack.processes.get(subject.process)
    return process.stages.get(name) if process else None


def days_left(run: StageRun, at: datetime) -> int | None:
    """Whole days between today and the last day it is open, in Shanghai; None where nothing closes it."""
    return None if run.closes_at is None else (last_day_of(run.closes_at) - local_date(at)).days


def may_in_role(row: Transition, stage: Stage, held: list[str], is_expert: bool) -> bool:
    """Whether any of the roles held is one that this act may be done in."""
    wanted = {*(stage.by if "by" in row.who else ()), *((stage.with_ or []) if "with" in row.who else ())}
    named = {*stage.by, *(stage.with_ or [])}
    if wanted & set(held):
        return True
    if "expert" in row.who:
        return is_expert and bool(named & set(held))
    return "any_organisation" in row.who and bool(named & set(held))


def who_may(row: Transition, stage: Stage, program: Program) -> str:
    """Who may do an act, in the pack's own words."""
    if "expert" in row.who:
        return "专家"
    roles = [*(stage.by if "by" in row.who else ()), *((stage.with_ or []) if "with" in row.who else ())]
    if "any_organisation" in row.who:
        return "符合条件的单位"
    return "、".join(dict.fromkeys(program.pack.parties[r].label for r in roles)) or "有权的人"


def is_others_money(run: StageRun, subject: Subject) -> bool:
    """Whether all that is paid at a stage is paid by other parties to one another: there is nothing to put up, sign and pay out."""
    items = (
        program_of(subject).money_at(subject.process, run.stage).values() if run.kind in MONEY_KINDS else ()
    )
    return bool(items) and all(item.kind is MoneyKind.contribution for item in items)


def is_shown(row: Transition, run: StageRun, subject: Subject) -> bool:
    """Leave out acts that have no sense here: signing without a chain, closing a correction that awaits its firm."""
    if row.event in ("propose_payment", "sign_off", "record_payment") and is_others_money(run, subject):
        return False
    if row.event == "submit_papers":
        stage = describe_stage(program_of(subject), subject, run.stage)
        return bool(stage and stage.papers.takes)
    if row.event == "record_contribution":
        return bool(paid_between_parties(program_of(subject), subject.process))
    if row.event == "confirm_contribution":
        return waiting_for_confirmation(subject).exists()
    signs = bool(chain_at(run, subject))
    if row.event == "sign_off":
        return signs
    if row.event in ("propose", "withdraw_proposal", "conclude_as_signed"):
        return signs and find(run.kind, "conclude") is not None
    if row.event == "conclude" and signs and run.kind not in MONEY_KINDS:
        # What the chain has to sign is proposed instead.
        stage = describe_stage(program_of(subject), subject, run.stage)
        return bool(stage and any(not is_guarded(run.kind, outcome) for outcome in stage.outcomes))
    if row.event in ("close", "import_needs") and run.kind in INTAKE_KINDS:
        return subject.kind in ("batch", "challenge")
    return True


def _is_left_out(run: StageRun, subject: Subject, actor: Actor) -> bool:
    """Whether a window is only for those still in it, and the actor's organisation isn't."""
    stage = describe_stage(program_of(subject), subject, run.stage)
    if stage is None or stage.among is not Among.remaining or actor.organisation_id is None:
        return False
    mine = Subject.objects.filter(
        parent=subject, kind="bid", lead=actor.organisation_id, ended_at__isnull=True
    )
    return subject.kind == "challenge" and not mine.exists()


def obstacles_of(
    row: Transition, run: StageRun, subject: Subject, actor: Actor, has_proposal: bool, has_objection: bool
) -> list[str]:
    """What else stands in the way of somebody whose role and hour are right.

    `has_proposal`: something waits at the run for signatures, or for what follows them: a payment, a conclusion.
    """
    found = signing_obstacles(row.event, run, subject, actor, has_proposal)
    if row.event == "resolve_objection":
        if not has_objection:
            found.append("没有待办的异议")
        elif has_judged(subject, actor.person_id):
            found.append("您经办过这件事，异议由没有经办过的人办理")
    correcting = run.subject_id == subject.pk and subject.kind in ("need", "bid")
    if row.event in ("submit_need", "submit_bid") and correcting and actor.organisation_id != subject.lead_id:
        found.append("等原提交单位补正")
    if row.event == "submit_bid" and _is_left_out(run, subject, actor):
        found.append("这一轮只收前面留下的单位的材料")
    if row.event in ("submit_need", "submit_bid", "submit_result") and actor.organisation_id is None:
        found.append("要以单位的身份提交")
    return found


def _label_of(row: Transition, run: StageRun, stage: Stage) -> str:
    """What an act is called; where a chain signs, what is concluded without it is called by its outcomes."""
    if row.event != "conclude" or run.kind in MONEY_KINDS or not chain_at(run, run.subject):
        return row.label
    return "、".join(outcome_label(run.kind, one) for one in stage.outcomes if not is_guarded(run.kind, one))


def _checks_for_bureau(row: Transition, act: Act, held: list[str]) -> bool:
    """Whether an organisation that the bureau appointed to run a stage may check there: what it finds counts as the bureau's."""
    role = next((one for one in act.stage.by if one in held), None)
    if row.event != "check_facts" or role is None or act.actor is None or act.actor.organisation_id is None:
        return False
    return is_appointed(replace(act, role=role))


def offers_of(act: Act, proposed: Proposed | None) -> list[Offer]:
    """Every act there is at an act's run, each with whether its actor may do it and why not; `proposed`: what stands there."""
    run, subject, stage, program, actor, at = act.run, act.subject, act.stage, act.program, act.actor, act.at
    assert actor is not None
    has_proposal = still_stands(act, proposed)
    has_objection = (
        run.kind == "notice" and Objection.objects.filter(run=run, resolved_at__isnull=True).exists()
    )
    found = []
    for row in rows_of(run.kind):
        if not row.applies(stage) or not is_shown(row, run, subject):
            continue
        open_to = [*stage.by, *(stage.with_ or [])] if "any_organisation" in row.who else []
        held = roles_of(actor, subject, open_to=open_to, at=at)
        if row.event in _INTERNAL and not sees_proposals(actor) and not _checks_for_bureau(row, act, held):
            continue
        if row.event == "withdraw_proposal" and not (proposed and proposed.is_by(actor)):
            continue
        why = []
        is_own = may_in_role(row, stage, held, actor.position == Position.EXPERT)
        if row.event in _INTERNAL and not is_own and not is_run_by_authority(stage, program):
            # A solver can't check its own work, and nobody else is asked to at a stage that it runs.
            continue
        if not is_own:
            why.append(f"由{who_may(row, stage, program)}办理")
        if late := window_problem(row, run, stage, at):
            why.append(late[0])
        if not why:
            why += obstacles_of(row, run, subject, actor, has_proposal, has_objection)
        found.append(Offer(run, row.event, _label_of(row, run, stage), not why, why, is_own))
    # What moves the case goes before what stands beside it, what can be done before what can't.
    return sorted(
        found,
        key=lambda offer: (
            offer.event in ASIDE,
            not offer.allowed,
            run.kind in MONEY_KINDS and offer.event == "conclude",
        ),
    )
