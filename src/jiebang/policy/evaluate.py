"""Put a question to a pack: facts from a file in, verdicts, amounts and deadlines out, as data that explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.amounts import explain_amount
from jiebang.policy.in_force import state_on
from jiebang.policy.program import Program
from jiebang.policy.read_facts import KEYS, FactReader, Report
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import PackProblems, Path_, Problem, read_yaml
from jiebang.policy.times import explain_deadline
from jiebang.policy.verdicts import explain_verdict

FILE_KEYS = (*KEYS, "process", "starts")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked beside the facts: on which day, of which process, stage and moment; None leaves it open."""

    on: date
    process: str | None = None
    stage: str | None = None
    at: str | None = None
    adopted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with which knowledge, and from which days terms run."""

    asked: Asked
    situation: Situation
    starts: Mapping[str, date]


def read_question(
    program: Program, path: Path, asked: Asked, calendar: WorkingCalendar | None = None
) -> Question:
    """Read a facts file (YAML, or JSON, which is YAML). Raises PackProblems naming every file, line, label and expectation."""
    file, problems = read_yaml(path)
    data = file.data if isinstance(file.data, dict) else {}
    if file.data is not None and not isinstance(file.data, dict):
        problems.append(Problem(file.file, 1, "文件最外层要是一组键", f"可用：{'、'.join(FILE_KEYS)}"))

    def report(where: Path_, what: str, expected: str) -> None:
        problems.append(Problem(file.file, file.line_of(where), what, expected))

    for key in data:
        if key not in FILE_KEYS:
            report((key,), f"不认识“{key}”", f"可用：{'、'.join(FILE_KEYS)}")
    situation = FactReader(program, report).read(data, asked.on, calendar)
    starts = _read_starts(program, data, report)
    chosen = asked.process if asked.process is not None else data.get("process")
    _check_place(program, chosen, asked.stage, report)
    if problems:
        raise PackProblems(list(dict.fromkeys(problems)))
    return Question(replace(asked, process=chosen), situation, starts)


def _read_starts(program: Program, data: Mapping[str, Any], report: Report) -> dict[str, date]:
    raw = data.get("starts", {})
    if not isinstance(raw, dict):
        report(("starts",), "starts 应是一组键", "写成 期限编号: 2026-03-02")
        return {}
    starts = {}
    for key, day in raw.items():
        if key not in program.timekeeper.terms:
            report(
                ("starts", key),
                f"没有期限“{key}”",
                f"已有：{'、'.join(program.timekeeper.terms) or '（无）'}",
            )
            continue
        try:
            starts[key] = date.fromisoformat(day)
        except (TypeError, ValueError):
            label = program.pack.terms[key].label
            report(("starts", key), f"{label}：没有“{day}”这一天", "写成 2026-03-02")
    return starts


def _check_place(program: Program, process: Any, stage: str | None, report: Report) -> None:
    processes = program.pack.processes
    if process is not None and process not in processes:
        report(("process",), f"没有流程“{process}”", f"已有：{'、'.join(processes) or '（无）'}")
        return
    stages = [key for name, p in processes.items() if process in (None, name) for key in p.stages]
    if stage is not None and stage not in stages:
        report(("process",), f"没有阶段“{stage}”", f"已有：{'、'.join(stages) or '（无）'}")


def evaluate(program: Program, question: Question) -> dict[str, Any]:
    """The answer as data. A regulation that isn't in force on the day says so and gives no verdict."""
    pack, asked, s = program.pack, question.asked, question.situation
    force = state_on(pack, s.on, asked.adopted_on)
    answer: dict[str, Any] = {
        "pack": pack.key,
        "title": pack.pack.title,
        "source_status": pack.pack.source.status.value,
        "on": s.on.isoformat(),
        "process": asked.process,
        "in_force": {
            "state": force.state,
            "from": force.from_on.isoformat() if force.from_on else None,
            "until": force.until_on.isoformat() if force.until_on else None,
            "explanation": force.explanation,
        },
    }
    if force.state != "in_force":
        return {**answer, "verdicts": [], "amounts": [], "terms": [], "unset": []}
    rules = program.rules_for(asked.process, asked.stage, asked.at)
    return {
        **answer,
        "verdicts": [explain_verdict(v, program.types, pack) for v in program.judge(s, rules)],
        "amounts": [
            explain_amount(program.accountant.compute(key, s)) for key in program.money_of(asked.process)
        ],
        "terms": [
            explain_deadline(program.timekeeper.deadline(key, start, s))
            for key, start in question.starts.items()
        ],
        "unset": [
            {
                "discretion": key,
                "clause": pack.discretion[key].clause,
                "question": pack.discretion[key].question,
                "decides": pack.discretion[key].decides,
                "blocks": pack.discretion[key].blocks,
            }
            for key in program.open_questions(s)
        ],
    }
