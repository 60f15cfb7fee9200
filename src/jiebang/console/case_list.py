"""The list of cases: found by words, kind, programme and whether they go on; each with the step it is at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Q, QuerySet

from jiebang.console.labels import kind_label
from jiebang.console.offers import days_left, describe_stage
from jiebang.console.visibility import visible_runs, visible_subjects
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject, SubjectKind
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Organisation, Programme

STATES = {"open": "在办", "ended": "已结束", "all": "全部"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. Without words the list begins with what goes on; whoever searches by words finds all."""

    words: str = ""
    kind: str = ""
    programme: str = ""
    state: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Wanted:
        """From an address's query; what makes no sense is left out."""
        words = asked.get("q", "").strip()[:80]
        kind, state = asked.get("kind", ""), asked.get("state", "")
        return cls(
            words,
            kind if kind in SubjectKind.values else "",
            asked.get("programme", "").strip()[:60],
            state if state in STATES else "all" if words else "open",
        )


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of the list: at which step it is, and the days left where something closes it."""

    subject: Subject
    where: str
    days_left: int | None
    closes_at: datetime | None
    #: whose it is: who handed it in, or what it came of
    lead: Organisation | None = None


def find_cases(actor: Actor, at: datetime, wanted: Wanted) -> QuerySet[Subject]:
    """The cases the actor may open, what goes on before what has ended, the newest first."""
    found = visible_subjects(actor, at).select_related("programme", "lead", "origin__lead")
    if wanted.words:
        words = ["number", "title", "lead__name", *(["origin__lead__name"] if _sees_whose(actor) else [])]
        found = found.filter(Q.create([(f"{one}__icontains", wanted.words) for one in words], Q.OR))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.programme:
        found = found.filter(programme__slug=wanted.programme)
    if wanted.state in ("open", "ended"):
        found = found.filter(ended_at__isnull=wanted.state == "open")
    return found.order_by(F("ended_at").desc(nulls_first=True), "-pk")


def _sees_whose(actor: Actor) -> bool:
    """Whether an actor may know whose a thing is that hasn't been handed in: who posed a challenge, who carries a project out."""
    return actor.authority_id is not None and actor.position != Position.EXPERT


def programmes_seen(actor: Actor, at: datetime) -> QuerySet[Programme]:
    """The programmes of the cases the actor may open."""
    return Programme.objects.filter(
        pk__in=visible_subjects(actor, at).order_by().values("programme")
    ).order_by("pk")


def rows_of(subjects: Iterable[Subject], actor: Actor, at: datetime) -> list[CaseRow]:
    """Each case with where it is: one query for a page of them."""
    listed = list(subjects)
    going = [one.pk for one in listed if one.ended_at is None]
    above = {one.parent_id for one in listed if one.ended_at is None and one.parent_id is not None}
    near = StageRun.objects.filter(
        Q(subject__in={*going, *above})
        | Q(subject__origin__in=going)
        | Q(subject__parent__in=going)
        | Q(subject__parent__parent__in=going),
        closed_at__isnull=True,
        pk__in=visible_runs(actor, at).values("pk"),
    )
    runs = near.select_related("subject__programme", "subject__parent").order_by(
        F("closes_at").asc(nulls_last=True), "pk"
    )
    nearby = _Nearby(list(runs))
    return [replace(_row(one, nearby, at), lead=_whose(one, actor)) for one in listed]


def _whose(subject: Subject, actor: Actor) -> Organisation | None:
    return subject.whose if _sees_whose(actor) else subject.lead


class _Nearby:
    """Open runs of a page's cases and of what is around them, by the case they are seen from."""

    def __init__(self, runs: list[StageRun]) -> None:
        self.own: dict[int | None, list[StageRun]] = {}
        self.grown: dict[int | None, list[StageRun]] = {}
        self.below: dict[int | None, list[StageRun]] = {}
        for run in runs:
            subject = run.subject
            self.own.setdefault(subject.pk, []).append(run)
            self.grown.setdefault(subject.origin_id, []).append(run)
            self.below.setdefault(subject.parent_id, []).append(run)
            if subject.parent is not None:
                self.below.setdefault(subject.parent.parent_id, []).append(run)


def _row(subject: Subject, nearby: _Nearby, at: datetime) -> CaseRow:
    """Its own open step; else what it waits for, what it became, what goes on below it, or above it."""
    if subject.ended_at is not None:
        return CaseRow(subject, subject.ending, None, None)
    if own := nearby.own.get(subject.pk):
        closes_at = own[0].closes_at
        left = days_left(own[0], at) if closes_at is not None else None
        return CaseRow(subject, _labels(own), left, closes_at)
    if subject.waiting_for:
        stage = describe_stage(program_of(subject), subject, subject.waiting_for)
        return CaseRow(subject, f"等待{stage.label if stage else '下一步'}", None, None)
    if grown := nearby.grown.get(subject.pk):
        kind = grown[0].subject.get_kind_display()
        return CaseRow(subject, f"已成{kind}：{_labels(grown)}", None, None)
    if below := nearby.below.get(subject.pk):
        count = len({run.subject_id for run in below})
        return CaseRow(subject, f"下属 {count} 件在办：{_labels(below)}", None, None)
    if above := nearby.own.get(subject.parent_id):
        return CaseRow(subject, f"等待{_labels(above)}", None, None)
    return CaseRow(subject, "等待下一步", None, None)


def _labels(runs: list[StageRun]) -> str:
    return "、".join(list(dict.fromkeys(map(_label, runs)))[:3])


def _label(run: StageRun) -> str:
    stage = describe_stage(program_of(run.subject), run.subject, run.stage)
    return stage.label if stage else kind_label(run.kind)
