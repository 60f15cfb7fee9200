"""What has been published of a challenge: the fields of the papers that its announcement or notice gives out, no others."""

from __future__ import annotations

from jiebang.lifecycle.models import Subject
from jiebang.policy.pack_process import Stage
from jiebang.policy.program import Program


def announced_facts(program: Program, subject: Subject) -> list[str]:
    """Names of the facts an announcement of this process shows, in the order of its papers.

    Papers marked confidential show nothing. A process whose announcement names no paper announces titles alone.
    """
    process = program.pack.processes[subject.process]
    return _facts_given(program, [stage for stage in process.stages.values() if stage.kind == "announce"])


def noticed_facts(program: Program, subject: Subject, stage: str) -> list[str]:
    """Names of the facts that a notice shows besides: the fields of the papers that its stage gives out."""
    return _facts_given(program, [program.pack.processes[subject.process].stages[stage]])


def _facts_given(program: Program, stages: list[Stage]) -> list[str]:
    found: list[str] = []
    for stage in stages:
        for key in stage.papers.gives:
            paper = program.pack.papers[key]
            if not paper.confidential:
                found += [one.fact for one in paper.fields if one.fact not in found]
    return found
