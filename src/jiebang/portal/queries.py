"""What anybody may see: what was announced, what is on notice, the policies, the heads of the ledgers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.closing import in_time, last_day_of
from jiebang.lifecycle.known import descendants_of, lineage_of, program_of
from jiebang.lifecycle.models import FactEntry, StageRun, Subject
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_process import Among
from jiebang.policy.program import Program
from jiebang.policy.values import Kind, format_value, read_value
from jiebang.publications.queries import announced_facts, noticed_facts

WINDOWS = ("take_bids", "register")


@dataclass(frozen=True, slots=True)
class Shown:
    """One open run as the public sees it."""

    run: StageRun
    subject: Subject
    label: str
    article: str
    days_left: int | None
    #: past its end, and still taking what comes
    is_late: bool


def open_runs(kinds: tuple[str, ...], at: datetime) -> list[Shown]:
    """Open runs of some kinds whose last instant hasn't come, or that take what comes after it; the nearest first."""
    runs = StageRun.objects.filter(kind__in=kinds, closed_at__isnull=True)
    runs = runs.exclude(kind__in=WINDOWS, subject__kind="bid")
    runs = runs.filter(in_time(runs, at))
    found = []
    for run in runs.select_related("subject__programme__bureau").order_by("closes_at", "pk")[:200]:
        program = program_of(run.subject)
        stage = program.pack.processes[run.subject.process].stages[run.stage]
        if stage.among is Among.remaining:
            continue  # open to a few, who know
        days = None if run.closes_at is None else (last_day_of(run.closes_at) - local_date(at)).days
        found.append(
            Shown(
                run,
                run.subject,
                stage.label,
                article(program, stage.clause[0]),
                days,
                run.closes_at is not None and run.closes_at <= at,
            )
        )
    return found


def article(program: Program, clause: str) -> str:
    """A clause as people cite it."""
    found = program.pack.clauses.get(clause)
    return found.article if found else clause


def published_facts(
    subject: Subject, program: Program, names: list[str] | None = None
) -> list[tuple[str, str]]:
    """(label, value) of what the announcement of a challenge shows (or of other `names`), and nothing that it doesn't."""
    names = announced_facts(program, subject) if names is None else names
    values: dict[str, FactEntry] = {}
    for here in lineage_of(subject):
        # One's word for itself isn't what was published of them all.
        for entry in FactEntry.objects.filter(
            subject=here, superseded_at__isnull=True, organisation__isnull=True
        ):
            values.setdefault(entry.name, entry)
    return [
        (program.pack.facts[name].label, _show(values[name], program))
        for name in names
        if name in values and name in program.types
    ]


def _show(entry: FactEntry, program: Program) -> str:
    of = program.types[entry.name]
    if isinstance(entry.value, list) and of.fields:
        rows = ["，".join(str(cell) for cell in row.values()) for row in entry.value]
        return "；".join(rows)
    if of.kind is Kind.organisation:
        found = Organisation.objects.filter(credit_code=entry.value).first()
        return found.name if found else str(entry.value)
    try:
        return format_value(read_value(entry.value, of), of)
    except JiebangError:
        return str(entry.value)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Who is on notice to be chosen, with what the notice's papers tell of its bid."""

    name: str
    facts: list[tuple[str, str]]


def proposed_bids(run: StageRun, program: Program) -> list[Proposed]:
    """The bids that are still alive under what is on notice."""
    subject = run.subject
    names = noticed_facts(program, subject, run.stage)
    common = {label for label, _ in published_facts(subject, program, names)}
    bids = [subject] if subject.kind == "bid" else list(descendants_of(subject, "bid"))
    return [
        Proposed(
            bid.lead.name if bid.lead else bid.title,
            [pair for pair in published_facts(bid, program, names) if pair[0] not in common],
        )
        for bid in bids
        if bid.ended_at is None
    ]


def notice_of(subject_id: int, at: datetime) -> StageRun | None:
    """The notice running over a subject now."""
    runs = StageRun.objects.filter(subject_id=subject_id, kind="notice", closed_at__isnull=True)
    return runs.exclude(closes_at__lte=at).select_related("subject__programme__bureau").first()


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice that is over: its stage, when it ran, how it ended, and whom it named."""

    run: StageRun
    label: str
    article: str
    outcome: str
    proposed: list[Proposed]


def past_challenges(at: datetime) -> list[tuple[Subject, str]]:
    """Challenges that stood on the board and stand there no more, the newest first, each with how far it has come."""
    stood = StageRun.objects.filter(subject=OuterRef("pk"), kind__in=WINDOWS)
    still = stood.filter(in_time(StageRun.objects.filter(kind__in=WINDOWS), at), closed_at__isnull=True)
    found = Subject.objects.filter(Exists(stood), ~Exists(still), kind="challenge")
    return [
        (one, one.ending if one.ended_at else "有项目在实施" if one.projects else "已经截止，正在办理")
        for one in found.annotate(
            projects=Exists(Subject.objects.filter(parent=OuterRef("pk"), kind="project"))
        )
        .select_related("programme")
        .order_by("-pk")[:60]
    ]


def past_notices(subject: Subject, program: Program) -> list[Noticed]:
    """Notices of a challenge that have ended: what was public for all to see stays so. Those it named only if it held."""
    found = []
    for run in StageRun.objects.filter(subject=subject, kind="notice", closed_at__isnull=False).order_by(
        "pk"
    ):
        stage = program.pack.processes[subject.process].stages[run.stage]
        run.subject = subject
        held = run.outcome == "unopposed"
        outcome = "公示无异议或异议不成立" if held else "异议成立"
        if held and run.objections.filter(upheld=True).exists():
            outcome = "异议成立的不再列入，其余无异议或异议不成立"
        found.append(
            Noticed(
                run, stage.label, article(program, stage.clause[0]), outcome,
                proposed_bids(run, program) if held else [],
            )
        )  # fmt: skip
    return found
