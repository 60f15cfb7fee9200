"""What an actor may see, as queries: whoever asks for anything else gets nothing, not even that it exists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject, SubjectKind
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.parties import own_subjects, parts_of
from jiebang.lifecycle.roles import bids_of
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import ACTING_POSITIONS, Position
from jiebang.organisations.models import Programme
from jiebang.policy.pack_process import Among
from jiebang.policy.stages import AWAITING_KINDS, INTAKE_KINDS

#: kinds of stage at which experts give an opinion
JUDGED_BY_EXPERTS = ("vet_need", "review", "visit", "verify_result", "accept")


def programmes_of(actor: Actor) -> QuerySet[Programme]:
    """Programmes whose cases an authority's person may look at: those its authority runs or fills a role in."""
    if actor.authority_id is None or not (
        actor.position in ACTING_POSITIONS or actor.position in (Position.AUDITOR, Position.EXPERT)
    ):
        return Programme.objects.none()
    return Programme.objects.filter(
        Q(bureau_id=actor.authority_id) | Q(role_holders__authority_id=actor.authority_id)
    ).distinct()


def visible_subjects(actor: Actor, at: datetime) -> QuerySet[Subject]:
    """Subjects the actor may open.

    Acting officers, council, finance and auditors see the cases of their programmes; experts what is put before them;
    organisations their own cases, what these became, and what stands open to anybody. A rival's bid is in none of these.
    """
    if actor.organisation_id is not None:
        return Subject.objects.filter(_of_organisation(actor.organisation_id, at))
    found = Subject.objects.filter(programme__in=programmes_of(actor).values("pk"))
    if actor.position == Position.EXPERT:
        judged = StageRun.objects.filter(kind__in=JUDGED_BY_EXPERTS)
        found = found.filter(
            Exists(judged.filter(subject=OuterRef("pk")))
            | Exists(judged.filter(subject=OuterRef("parent_id"), subject__kind="challenge"))
            | Exists(judged.filter(subject__parent=OuterRef("pk")))
        )
    return found


def followed_subjects(organisation_id: int) -> QuerySet[Subject]:
    """What an organisation is told about: its own cases and what became of them."""
    return Subject.objects.filter(_own(organisation_id))


def _own(organisation_id: int) -> Q:
    mine = own_subjects(organisation_id).values("pk")
    return (
        Q(pk__in=mine)
        | Q(origin__in=mine)
        | Q(kind="project", parent__origin__in=mine)
        | Q(kind="result", parent__origin__in=mine)
        | Q(kind="result", origin__origin__in=mine)
        | Q(kind="result", origin__parent__origin__in=mine)
    )


def _appointed(organisation_id: int) -> Q:
    """What an organisation sees by appointment to a batch: the batch, and things below for which a stage names its role.

    Nothing of a challenge it bids for, led by itself or named: there it doesn't judge, and reads no rival's bid.
    """
    found = Q(pk__in=[])
    rows = list(parts_of(organisation_id).filter(subject__kind="batch").select_related("subject__programme"))
    if not rows:
        return found
    races = _bid_for(organisation_id)
    beside = ~Q(pk__in=races) & ~Q(parent__in=races) & ~Q(parent__parent__in=races)
    for row in rows:
        stages = program_of(row.subject).pack.processes[row.subject.process].stages.values()
        kinds = {stage.per.value for stage in stages if row.role in (*stage.by, *(stage.with_ or ()))}
        below = Q(parent=row.subject) | Q(parent__parent=row.subject) | Q(parent__parent__parent=row.subject)
        found |= Q(pk=row.subject_id) | (Q(kind__in=kinds) & below & beside)
    return found


def _bid_for(organisation_id: int) -> list[int]:
    """The challenges that an organisation bids for or has bid for."""
    challenges = Subject.objects.filter(kind=SubjectKind.CHALLENGE)
    return [one.parent_id or 0 for one in bids_of(organisation_id, challenges)]


def _of_organisation(organisation_id: int, at: datetime) -> Q:
    collecting = StageRun.objects.filter(
        subject=OuterRef("pk"), kind__in=INTAKE_KINDS, closed_at__isnull=True, opened_at__lte=at
    )
    awaiting = StageRun.objects.filter(
        subject=OuterRef("pk"), kind__in=AWAITING_KINDS, closed_at__isnull=True, opened_at__lte=at
    )
    mine = own_subjects(organisation_id).values("pk")
    return (
        _own(organisation_id)
        | _appointed(organisation_id)
        | Q(kind="challenge")
        | (Q(kind="result") & Exists(awaiting))
        | (
            Q(kind="batch")
            & (Exists(collecting) | Q(pk__in=Subject.objects.filter(pk__in=mine).values("parent")))
        )
    )


def visible_runs(actor: Actor, at: datetime) -> QuerySet[StageRun]:
    """Runs the actor may know of, of subjects it may open.

    Organisations know every step of what is their own. Of another's batch, challenge or result they know what was announced, the
    windows open to all, the notices, and, while a bid of theirs is in it, where it waits and what their own role was asked to do.
    How others judge, and how it came out, stays with those who judge until it is on notice.
    """
    runs = StageRun.objects.filter(subject__in=visible_subjects(actor, at).values("pk"))
    if actor.organisation_id is None:
        return runs
    inside = Subject.objects.filter(_own(actor.organisation_id) | _appointed(actor.organisation_id))
    return runs.filter(
        Q(subject__in=inside.values("pk")) | _public(at) | _of_live_bids(actor.organisation_id)
    )


def _public(at: datetime) -> Q:
    """Steps that anybody may know of: an announcement once made, windows open to all, notices, results to be applied for."""
    windows = Q(kind__in=INTAKE_KINDS)
    batches = Subject.objects.filter(kind="batch").order_by()
    for one in batches.values("programme__pack_id", "pack_version", "process").distinct():
        stages = (
            load_program(one["programme__pack_id"], one["pack_version"]).pack.processes[one["process"]].stages
        )
        # Who is still in it after earlier rounds is nobody else's to know.
        if later := [name for name, stage in stages.items() if stage.among is Among.remaining]:
            windows &= ~Q(stage__in=later, **{f"subject__{key}": value for key, value in one.items()})
    announced = Q(kind="announce", closed_at__isnull=False)
    awaiting = Q(kind__in=AWAITING_KINDS, closed_at__isnull=True)
    return Q(opened_at__lte=at) & (windows | announced | Q(kind="notice") | awaiting)


def _of_live_bids(organisation_id: int) -> Q:
    """Steps of a challenge that concern one's own bid while it is in it: the open ones, and those that its role is named for."""
    parts = parts_of(organisation_id).filter(subject__kind="bid", subject__ended_at__isnull=True)
    found = Q(pk__in=[])
    for row in parts.select_related("subject__programme"):
        stages = program_of(row.subject).pack.processes[row.subject.process].stages.items()
        named = [name for name, stage in stages if row.role in (*stage.by, *(stage.with_ or ()))]
        found |= Q(subject=row.subject.parent_id) & (Q(closed_at__isnull=True) | Q(stage__in=named))
    return found


def is_inside(actor: Actor, subject: Subject) -> bool:
    """Whether the whole case is open to the actor, or only what was announced of it (another's challenge, an open batch)."""
    return subject.pk in inside_of(actor, [subject])


def inside_of(actor: Actor, subjects: Iterable[Subject]) -> set[int]:
    """Those of some subjects, by key, of which the whole case is open to the actor."""
    keys = {one.pk for one in subjects}
    if actor.organisation_id is None:
        return keys
    inside = _own(actor.organisation_id) | _appointed(actor.organisation_id)
    return set(Subject.objects.filter(inside, pk__in=keys).values_list("pk", flat=True))


def sees_proposals(actor: Actor) -> bool:
    """Who signs what, and what is to become of a case, is the authorities' own until it is concluded; experts only judge."""
    return actor.authority_id is not None and actor.position != Position.EXPERT


def may_read_only(actor: Actor) -> bool:
    """Auditors read all and change nothing."""
    return actor.position == Position.AUDITOR
