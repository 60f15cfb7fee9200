"""What has happened around a case, the newest first; the same step for several things at a time is told once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.db.models import QuerySet

from jiebang.console.labels import kind_label
from jiebang.console.offers import describe_stage
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.policy.program import Program
from jiebang.policy.words import outcome_label

#: How many steps are shown before the older ones are folded away.
RECENT = 6


@dataclass(slots=True)
class Event:
    """One run on the timeline, with those that ended alike beside it."""

    run: StageRun
    label: str
    outcome: str
    who: str
    is_open: bool
    is_own: bool
    #: the things of all runs told here, in the order they were opened
    subjects: list[Subject] = field(default_factory=list)

    def tells_of(self, other: Event) -> bool:
        """Whether another run can be told in the same line: the same step of another thing, with the same end."""
        return (
            not (self.is_own or other.is_own or self.run.note or other.run.note)
            and self.is_open == other.is_open
            and (self.run.stage, self.run.kind, self.outcome, self.who, self.run.round)
            == (other.run.stage, other.run.kind, other.outcome, other.who, other.run.round)
            and self.run.closes_at == other.run.closes_at
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """The timeline: what is open and what happened of late, and what lies further back; each the newest first."""

    recent: list[Event]
    earlier: list[Event]


def timeline_of(
    subject: Subject, relatives: list[Subject], program: Program, runs: QuerySet[StageRun]
) -> list[Event]:
    """Those of `runs` that are the subject's or its relatives', each on its own, in the order they were opened."""
    by_id = {one.pk: one for one in relatives}
    runs = runs.filter(subject__in=by_id).select_related("closed_by__person")
    found = []
    for run in runs.order_by("opened_at", "pk"):
        run.subject = by_id[run.subject_id]
        stage = describe_stage(program, run.subject, run.stage)
        found.append(
            Event(
                run, stage.label if stage else kind_label(run.kind),
                outcome_label(run.kind, run.outcome) if run.outcome else "",
                run.closed_by.person.name if run.closed_by else "系统时钟" if run.closed_at else "",
                run.closed_at is None, run.subject_id == subject.pk, [run.subject],
            )
        )  # fmt: skip
    return found


def passage_of(timeline: list[Event]) -> Passage:
    """The timeline for reading. What is open stands first whenever it began; what followed at once on its like is merged."""
    merged: list[Event] = []
    for event in timeline:
        if merged and merged[-1].tells_of(event):
            merged[-1].subjects.append(event.run.subject)
        else:
            # A copy: what is merged into it is no part of the timeline.
            merged.append(replace(event, subjects=list(event.subjects)))
    merged.reverse()
    merged.sort(key=lambda event: not event.is_open)
    return Passage(merged[:RECENT], merged[RECENT:])
