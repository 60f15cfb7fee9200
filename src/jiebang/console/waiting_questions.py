"""Open questions that stand before somebody's step, for whoever may decide them: one query, however many cases there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from jiebang.console.articles import article_of
from jiebang.lifecycle.actions.decide_discretion import fits_scope
from jiebang.lifecycle.known import lineage_of, program_of
from jiebang.lifecycle.models import DiscretionDecision, StageRun, Subject
from jiebang.organisations.models import Programme
from jiebang.policy.pack_facts import Scope
from jiebang.policy.program import Program
from jiebang.policy.reads_of_stage import questions_at


@dataclass(slots=True)
class WaitingQuestion:
    """A question nobody has decided yet, at the place where it is decided, and the runs whose work needs it."""

    key: str
    question: str
    blocks: str
    articles: tuple[str, ...]
    programme: Programme
    #: for which thing it is decided; None: for the whole programme
    target: Subject | None
    runs: list[StageRun] = field(default_factory=list)

    @property
    def shown(self) -> list[StageRun]:
        """A few of the runs that need it."""
        return self.runs[:3]

    @property
    def more(self) -> int:
        """How many of them aren't shown."""
        return len(self.runs) - len(self.shown)


def waiting_questions(
    runs: Iterable[StageRun], roles_at: Callable[[Subject, Program], list[str]]
) -> list[WaitingQuestion]:
    """What the actor may decide and others wait for, those before whom most waits first.

    `roles_at`: the roles the actor holds for a subject. Whether a case will really come to the question is for its own page.
    """
    runs = list(runs)
    decided = set(
        DiscretionDecision.objects.filter(
            programme__in={run.subject.programme_id for run in runs}, superseded_at__isnull=True
        ).values_list("programme_id", "subject_id", "key")
    )
    by_stage: dict[tuple[int, str, str, str], list[str]] = {}
    found: dict[tuple[int, int | None, str], WaitingQuestion] = {}
    for run in runs:
        subject = run.subject
        program = program_of(subject)
        place = (subject.programme_id, subject.pack_version, subject.process, run.stage)
        if place not in by_stage:
            process = program.pack.processes.get(subject.process)
            known = process is not None and run.stage in process.stages
            by_stage[place] = questions_at(program, subject.process, run.stage) if known else []
        if not by_stage[place]:
            continue
        held = set(roles_at(subject, program))
        for key in by_stage[place]:
            item = program.pack.discretion[key]
            if not held & set(item.decides):
                continue
            targets = _targets(item.scope, subject)
            ids = [None if target is None else target.pk for target in targets]
            if not targets or any((subject.programme_id, pk, key) in decided for pk in ids):
                continue
            # Decided for the thing itself rather than for what it came from.
            where = (subject.programme_id, ids[0], key)
            if where not in found:
                articles = tuple(article_of(program, clause) for clause in item.clause)
                found[where] = WaitingQuestion(
                    key, item.question, item.blocks, articles, subject.programme, targets[0]
                )
            found[where].runs.append(run)
    return sorted(found.values(), key=lambda one: (-len(one.runs), one.runs[0].opened_at))


def _targets(scope: Scope, subject: Subject) -> list[Subject | None]:
    """The things of a case's family for which the question may have been decided, nearest first."""
    if scope is Scope.programme:
        return [None]
    return [here for here in lineage_of(subject) if fits_scope(here, scope)]
