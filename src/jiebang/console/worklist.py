"""What waits for one actor, by when, under which clause: a fixed number of queries however long the list is.

But for one more for each open objection, to see who may handle it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import F, Q

from jiebang.console.articles import articles_of
from jiebang.console.handed_in import HandedIn, handed_in
from jiebang.console.offers import (
    ASIDE,
    days_left,
    describe_stage,
    is_others_money,
    is_shown,
    may_in_role,
    obstacles_of,
)
from jiebang.console.proposed import outdated_at, standing_at
from jiebang.console.visibility import programmes_of, sees_proposals, visible_runs
from jiebang.console.waiting_questions import WaitingQuestion, waiting_questions
from jiebang.funding.sent_back import Outdated
from jiebang.lifecycle.closing import in_time, window_problem
from jiebang.lifecycle.known import lineage_of, program_of
from jiebang.lifecycle.models import HandIn, StageRun, Subject
from jiebang.lifecycle.parties import parts_of
from jiebang.lifecycle.sign_off import chain_at
from jiebang.lifecycle.transitions import Act, rows_of
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import ACTING_POSITIONS, Position
from jiebang.organisations.models import RoleHolder
from jiebang.policy.pack_parties import PartyIs
from jiebang.policy.pack_process import Among, Stage
from jiebang.policy.program import Program
from jiebang.policy.stages import INTAKE_KINDS, MONEY_KINDS
from jiebang.publications.models import Objection
from jiebang.reviews.models import Review

#: How far up a subject's family reaches; loaded with the run so that walking it asks nothing more.
_FAMILY = (
    "subject__programme",
    "subject__lead",
    "subject__parent__parent",
    "subject__parent__origin__parent",
    "subject__origin__parent__parent",
    "subject__origin__parent__origin__parent",
    "subject__origin__origin__parent",
)
_MOST = 300


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits: at which run, what may be done, until when, by which clause."""

    run: StageRun
    subject: Subject
    stage: Stage
    acts: tuple[str, ...]
    articles: tuple[str, ...]
    days_left: int | None
    waits: str = ""
    #: what has changed since the actor proposed how to conclude it, or what to pay
    outdated: tuple[str, ...] = ()

    @property
    def is_of_money(self) -> bool:
        """Whether amounts are put up here instead of a conclusion."""
        return self.run.kind in MONEY_KINDS


@dataclass(slots=True)
class Worklist:
    """What can be done now, what is under way, and what stands open to any organisation."""

    now: list[Task]
    later: list[Task]
    open_to_all: list[Task]
    #: what the actor may decide and somebody's step waits for
    questions: list[WaitingQuestion] = field(default_factory=list)
    #: what the organisation has in an open window and may still change
    handed_in: list[HandedIn] = field(default_factory=list)
    #: whether there is more than is shown
    is_cut: bool = False


def worklist_of(actor: Actor, at: datetime) -> Worklist:
    """The actor's list, the nearest deadline first. Auditors and administrators have none."""
    found = Worklist([], [], [])
    if actor.organisation_id is None and actor.position not in {*ACTING_POSITIONS, Position.EXPERT}:
        return found
    runs = _runs(actor, at)
    found.is_cut, runs = len(runs) > _MOST, runs[:_MOST]
    roles = _RolesHeld(actor)
    # Proposals are the authorities' own; to others they stand or don't.
    outdated = outdated_at(_acts_at(runs, actor, at)) if sees_proposals(actor) else {}
    proposed = standing_at(runs) - outdated.keys()
    reviewed = set(
        Review.objects.filter(run__in=runs, expert_id=actor.person_id).values_list("run_id", flat=True)
        if actor.position == Position.EXPERT
        else ()
    )
    objected = set(
        Objection.objects.filter(run__in=runs, resolved_at__isnull=True).values_list("run_id", flat=True)
    )
    with_papers = set(HandIn.objects.filter(run__in=runs).values_list("run_id", flat=True))
    for run in runs:
        known = _Known(
            run.pk in proposed, run.pk in reviewed, run.pk in objected, run.pk in with_papers,
            _own_outdated(outdated, run, actor),
        )  # fmt: skip
        _sort_in(run, found, actor, roles, known, at)
    if actor.organisation_id is not None:
        found.handed_in = handed_in(actor.organisation_id, runs, at)
        # A bid is one: whoever has it in looks after that, and isn't asked for another.
        bids = {one.run.pk for one in found.handed_in if one.subject.kind == "bid"}
        found.open_to_all = [task for task in found.open_to_all if task.run.pk not in bids]
    if actor.position in ACTING_POSITIONS:
        found.questions = waiting_questions(runs, roles.at)
    for tasks in (found.now, found.later, found.open_to_all):
        tasks.sort(key=lambda task: (task.days_left is None, task.days_left or 0, task.run.opened_at))
    return found


def _runs(actor: Actor, at: datetime) -> list[StageRun]:
    runs = StageRun.objects.filter(subject__programme__in=programmes_of(actor).values("pk"))
    if actor.organisation_id is not None:
        seen = visible_runs(actor, at)
        runs = seen.filter(~Q(kind__in=INTAKE_KINDS) | in_time(seen, at))
    runs = runs.filter(closed_at__isnull=True, subject__ended_at__isnull=True)
    ordered = runs.select_related(*_FAMILY).prefetch_related("sign_offs__signed_by__person")
    # What has no closing time comes last: the limit must never cut off what is due soonest.
    return list(ordered.order_by(F("closes_at").asc(nulls_last=True), "opened_at", "pk")[: _MOST + 1])


def _acts_at(runs: list[StageRun], actor: Actor, at: datetime) -> Iterator[Act]:
    for run in runs:
        program = program_of(run.subject)
        stage = describe_stage(program, run.subject, run.stage)
        if stage is not None and (run.kind in MONEY_KINDS or chain_at(run, run.subject)):
            yield Act(run, run.subject, stage, program, actor, None, at, {})


def _own_outdated(outdated: dict[int, Outdated], run: StageRun, actor: Actor) -> tuple[str, ...]:
    """What has changed since this very person proposed how to conclude a run, or what to pay there."""
    found = outdated.get(run.pk)
    return found.changed if found is not None and actor.person_id in found.people else ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read beforehand about a run."""

    has_proposal: bool
    has_reviewed: bool
    has_objection: bool
    has_papers: bool
    outdated: tuple[str, ...] = ()


class _RolesHeld:
    """The actor's roles everywhere, read once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.of_programme: dict[int, list[str]] = {}
        self.of_subject: dict[int, list[str]] = {}
        if actor.authority_id is not None:
            rows = RoleHolder.objects.filter(authority_id=actor.authority_id).values_list(
                "programme_id", "role"
            )
            for programme, role in rows:
                self.of_programme.setdefault(programme, []).append(role)
        elif actor.organisation_id is not None:
            parts = parts_of(actor.organisation_id).values_list("subject_id", "role")
            for subject, role in parts:
                self.of_subject.setdefault(subject, []).append(role)

    def at(self, subject: Subject, program: Program) -> list[str]:
        """Roles held for a subject, without those that any organisation may take by acting."""
        if self.actor.authority_id is None:
            return [role for here in lineage_of(subject) for role in self.of_subject.get(here.pk, ())]
        held = self.of_programme.get(subject.programme_id, [])
        if self.actor.position == Position.EXPERT:
            people = (PartyIs.panel, PartyIs.person, PartyIs.persons)
            return [key for key, party in program.pack.parties.items() if party.is_ in people] if held else []
        return held


def _owes_papers(stage: Stage, program: Program, held: list[str]) -> bool:
    """Whether giving a paper is what somebody is at this stage for (an expert's opinion), and not one act among others."""
    givers = {role for key in stage.papers.takes for role in program.pack.papers[key].from_}
    return bool(givers & set(held)) and not set(stage.by) & set(held)


def _sort_in(
    run: StageRun, found: Worklist, actor: Actor, roles: _RolesHeld, known: _Known, at: datetime
) -> None:
    subject = run.subject
    program = program_of(subject)
    stage = describe_stage(program, subject, run.stage)
    if stage is None:
        return
    held = roles.at(subject, program)
    acts, waits, open_acts = [], "", []
    is_own = actor.organisation_id is not None and subject.lead_id == actor.organisation_id
    for row in rows_of(run.kind):
        # Beside the way of a case but where the case waits for nothing else.
        aside = row.event in ASIDE and not (
            row.event == "record_contribution" and is_others_money(run, subject)
        )
        if aside or not row.applies(stage) or not is_shown(row, run, subject):
            continue
        answers = "any_organisation" in row.who
        is_opinion = row.event == "submit_papers" and actor.organisation_id is None
        if is_opinion and not _owes_papers(stage, program, held):
            continue
        if answers and not (is_own and subject.kind in ("need", "bid")):
            open_acts.append(row.label)
            continue
        if not answers and not may_in_role(row, stage, held, actor.position == Position.EXPERT):
            continue
        late = window_problem(row, run, stage, at)
        stands = (
            late[0]
            if late
            else "；".join(obstacles_of(row, run, subject, actor, known.has_proposal, known.has_objection))
        )
        if row.event == "record_review" and known.has_reviewed:
            stands = "您已打分，汇总之前可以修改"
        if is_opinion and known.has_papers:
            stands = "材料已提交，办结之前可以补充"
        if stands:
            waits = waits or stands
        else:
            acts.append(row.label)
    task = Task(
        run, subject, stage, tuple(acts), tuple(articles_of(program, stage.clause)), days_left(run, at), waits,
        known.outdated,
    )  # fmt: skip
    if acts:
        found.now.append(task)
    elif waits:
        found.later.append(task)
    elif is_own:
        # Whoever handed something in sees where it is, though others have it on their desks.
        who = "、".join(program.pack.parties[role].label for role in stage.by)
        found.later.append(replace(task, waits=f"由{who}办理"))
    elif (
        actor.organisation_id is not None
        and run.kind in INTAKE_KINDS
        and stage.among is not Among.remaining
        and subject.kind in ("batch", "challenge")
    ):
        found.open_to_all.append(replace(task, acts=tuple(open_acts)))
