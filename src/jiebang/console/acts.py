"""What can be done at an open run, by whom, and what stands in the way: the same questions the door asks, asked beforehand.

The door decides; a page only foretells it, so that nobody fills in a form in vain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from jiebang.console.articles import articles_of
from jiebang.console.labels import outcome_label
from jiebang.console.proposed import Proposed, proposed_at, still_stands
from jiebang.console.sight import Sight, sight_of
from jiebang.console.signing import sign_off_state, signing_obstacles
from jiebang.console.visibility import sees_proposals, visible_runs, visible_subjects
from jiebang.funding.queries import paid_between_parties, waiting_for_confirmation
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.closing import last_day_of, window_problem
from jiebang.lifecycle.facts import is_appointed
from jiebang.lifecycle.known import program_of, situation_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.roles import roles_of
from jiebang.lifecycle.rules import EVERY_MOMENT, situations_about
from jiebang.lifecycle.sign_off import chain_at, is_run_by_authority
from jiebang.lifecycle.transitions import Act, Transition, find, rows_of
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import Position
from jiebang.policy.pack_process import Among, Stage
from jiebang.policy.pack_rules import When
from jiebang.policy.process import is_windowed, targets_of
from jiebang.policy.program import Program
from jiebang.policy.stages import INTAKE_KINDS, MONEY_KINDS, is_guarded
from jiebang.policy.verdicts import explain_verdict, judge_rule
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

_DIGEST = re.compile(r"（sha256:[0-9a-f]{64}）")
#: What only authorities ever do among themselves: to others, their experts too, it isn't worth a line on their page.
_INTERNAL = frozenset(
    {"check_facts", "check_relations", "propose", "withdraw_proposal", "sign_off", "conclude_as_signed"}
)

#: What the chain on the page tells already: whose turn it is, and that what has been put up waits for it.
_TOLD_BY_THE_CHAIN = frozenset({"sign_off", "conclude_as_signed"})
_PUT_UP = frozenset({"propose", "conclude"})


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


#: Verdicts that stand in nobody's way.
_IN_ORDER = frozenset({"pass", "departed", "not-applicable"})


@dataclass(slots=True)
class Desk:
    """Everything about one open run that its page shows."""

    run: StageRun
    stage: Stage
    articles: list[str]
    days_left: int | None
    offers: list[Offer]
    verdicts: list[dict[str, Any]]
    unset_ahead: list[tuple[str, str]]
    chain: list[tuple[str, str]]
    #: what waits for the chain's signatures; nothing where money moves, whose amounts are shown by themselves
    proposed: Proposed | None = None
    returned: str | None = None
    #: a year without whose holidays what comes next can't be dated
    year_ahead: int | None = None

    @property
    def decides(self) -> bool:
        """Whether the actor may end this run now, so that what the rules say concerns it at once."""
        return any(one.allowed and one.event not in SUBMISSIONS | ASIDE for one in self.offers)

    @property
    def may_act(self) -> bool:
        """Whether there is anything here for the actor to do now."""
        return any(one.allowed for one in self.offers)

    @property
    def barred(self) -> list[Offer]:
        """What is the actor's own but can't be done now, each with why; whose turn it is to sign stands in the chain."""
        return [one for one in self._closed if one.is_own]

    @property
    def others(self) -> list[Offer]:
        """What is for others to do."""
        return [one for one in self._closed if not one.is_own]

    @property
    def _closed(self) -> list[Offer]:
        return [
            one
            for one in self.offers
            if not one.allowed
            and not (
                self.chain and (one.event in _TOLD_BY_THE_CHAIN or (self.proposed and one.event in _PUT_UP))
            )
        ]

    @property
    def turn(self) -> str:
        """The position that signs next; empty where nobody does."""
        return next((position for position, told in self.chain if not told), "")

    @property
    def waits_for_proposal(self) -> bool:
        """Whether nothing is there that the chain could sign: not yet, or not as it was proposed."""
        return self.run.kind not in MONEY_KINDS and (self.proposed is None or bool(self.proposed.changed))

    @property
    def against(self) -> list[dict[str, Any]]:
        """What the rules say that stands in the way, or may."""
        return [one for one in self.verdicts if one["verdict"] not in _IN_ORDER]

    @property
    def in_order(self) -> list[dict[str, Any]]:
        """What the rules have nothing against."""
        return [one for one in self.verdicts if one["verdict"] in _IN_ORDER]

    @property
    def tally(self) -> list[tuple[str, int]]:
        """How many rules say what, the unfavourable first."""
        found = [one["verdict"] for one in self.verdicts]
        order = ("fail", "unknown", "departable", "departed", "pass", "not-applicable", "withheld")
        return [(word, found.count(word)) for word in order if word in found]


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


def is_shown(row: Transition, run: StageRun, subject: Subject) -> bool:
    """Leave out acts that have no sense here: signing without a chain, closing a correction that awaits its firm."""
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


def desks_of(subject: Subject, actor: Actor, at: datetime) -> list[Desk]:
    """The open runs of a subject that the actor may know of, with everything that can be done there."""
    program = program_of(subject)
    runs = visible_runs(actor, at).filter(subject=subject, closed_at__isnull=True).order_by("opened_at", "pk")
    found = []
    for run in runs.prefetch_related("sign_offs__signed_by__person"):
        run.subject = subject
        stage = describe_stage(program, subject, run.stage)
        if stage is not None:
            found.append(_desk(run, stage, program, actor, at))
    return found


def _desk(run: StageRun, stage: Stage, program: Program, actor: Actor, at: datetime) -> Desk:
    subject = run.subject
    situation = situation_of(subject, at)
    verdicts = verdicts_of(run, program, at)
    serves = sees_proposals(actor)
    act = Act(run, subject, stage, program, actor, None, at, {})
    proposed = proposed_at(act)
    if actor.organisation_id is not None:
        # What the rules say of a rival's bid is as closed to others as the bid itself.
        seen = set(visible_subjects(actor, at).values_list("pk", flat=True))
        verdicts = [one for one in verdicts if one["thing"] is None or one["thing"].pk in seen]
    verdicts = _keep_back(verdicts, subject, program, actor, at)
    unset: list[tuple[str, str]] = []
    year_ahead = None
    for target in stage.outcomes.values():
        for name in targets_of(target):
            after = program.pack.processes[subject.process].stages[name]
            if is_windowed(after) and after.term is not None:
                deadline = program.timekeeper.deadline(after.term, local_date(at), situation)
                unset += [(key, program.pack.discretion[key].question) for key in deadline.unset]
                year_ahead = year_ahead or deadline.unknown_year
    return Desk(
        run=run,
        stage=stage,
        articles=articles_of(program, stage.clause),
        days_left=days_left(run, at),
        offers=offers_of(act, proposed),
        verdicts=verdicts,
        unset_ahead=list(dict.fromkeys(unset)),
        chain=sign_off_state(run, subject)[0] if serves else [],
        proposed=proposed if serves else None,
        returned=_returned_with(run),
        year_ahead=year_ahead,
    )


def _returned_with(run: StageRun) -> str | None:
    """The words with which a thing was given back to those who handed it in; None where this run isn't such a correction."""
    subject = run.subject
    if run.kind not in INTAKE_KINDS or subject.kind in ("batch", "challenge"):
        return None
    before = StageRun.objects.filter(subject=subject, outcome="returned").order_by("-closed_at").first()
    return before.note if before else ""


def _keep_back(
    verdicts: list[dict[str, Any]], subject: Subject, program: Program, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Of what rests on something its reader may not know leave out why and whether it holds: either tells of the value.

    Of what is sealed say nothing.
    """
    sights: dict[int, Sight] = {}
    found = []
    for one in verdicts:
        thing = one["thing"] or subject
        if thing.pk not in sights:
            sights[thing.pk] = sight_of(actor, thing, program, at)
        if sights[thing.pk].sealed & facts_read(one):
            continue
        if withhold(one, sights[thing.pk]):
            one["verdict"] = "withheld"
        found.append(one)
    return found


def facts_read(told: dict[str, Any]) -> set[str]:
    """The facts that a verdict, told as data, rests on."""
    return {given["fact"] for leaf in told["conditions"] for given in leaf["inputs"]}


def withhold(told: dict[str, Any], sight: Sight) -> bool:
    """Leave the explanation of a verdict out that rests on what its reader may not know; whether it does."""
    rests = bool(sight.kept & facts_read(told))
    if rests:
        told["explanation"] = f"{told['label']}：所依据的内容没有公布，不在这里写明"
    return rests


def verdicts_of(run: StageRun, program: Program, at: datetime) -> list[dict[str, Any]]:
    """What the rules of a run say now, those about narrower things once for each of these."""
    subject = run.subject
    # Where anybody may still hand in, what is asked of a paper is judged on that paper, not on the batch that waits for it.
    is_open_to_papers = run.kind in INTAKE_KINDS and subject.kind in ("batch", "challenge")
    rules = [
        rule
        for moment in EVERY_MOMENT
        if not (is_open_to_papers and moment is When.submit)
        for rule in program.rules_for(subject.process, run.stage, moment.value)
    ]
    things, situations = situations_about(subject, {rule.about for rule in rules}, at)
    found = []
    for rule in rules:
        for thing in things[rule.about]:
            told = explain_verdict(judge_rule(rule, situations[thing.pk]), program.types, program.pack)
            told["articles"] = articles_of(program, told["clause"])
            # Which file it is can be seen among the facts; a digest is no reading.
            told["explanation"] = _DIGEST.sub("", told["explanation"])
            told["thing"] = thing if thing is not subject else None
            found.append(told)
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
