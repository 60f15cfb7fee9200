"""The facts of a case in groups that can be read one at a time: what the present step looks at first, then paper by paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jiebang.console.queries import FactRow
from jiebang.lifecycle.models import Subject
from jiebang.policy.program import Program
from jiebang.policy.reads_of_stage import facts_at

#: So many facts taken over from elsewhere are shown without being asked for, where a thing has none of its own.
_FEW = 12


@dataclass(slots=True)
class FactGroup:
    """Facts under one heading. `is_open`: shown without being asked for."""

    title: str
    rows: list[FactRow]
    is_open: bool = False


def group_facts(
    rows: Iterable[FactRow], subject: Subject, program: Program, stages: Iterable[str]
) -> list[FactGroup]:
    """Groups in reading order; `stages` are those open for the subject. Each fact is in one group."""
    needed = {name for stage in stages for name in facts_at(program, subject.process, stage)}
    now = FactGroup("现在这一步要看的", [], is_open=True)
    papers: dict[str, FactGroup] = {}
    taken_over: dict[int, FactGroup] = {}
    for row in rows:
        if row.entry.name in needed:
            now.rows.append(row)
        elif row.owner.pk == subject.pk:
            title = _paper_of(row.entry.name, subject, program)
            papers.setdefault(title, FactGroup(title, [])).rows.append(row)
        else:
            title = f"来自{row.owner.get_kind_display()} {row.owner.number}"
            taken_over.setdefault(row.owner.pk, FactGroup(title, [])).rows.append(row)
    found = [*([now] if now.rows else []), *papers.values(), *taken_over.values()]
    if found and not now.rows and (papers or len(found[0].rows) <= _FEW):
        found[0].is_open = True
    return found


def _paper_of(fact: str, subject: Subject, program: Program) -> str:
    """The first paper of the process that asks for a fact."""
    for paper in program.pack.papers.values():
        if (not paper.processes or subject.process in paper.processes) and any(
            one.fact == fact for one in paper.fields
        ):
            return f"《{paper.label}》"
    return "办理中记录的"
