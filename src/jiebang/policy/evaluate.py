"""Put a question to a pack: facts from a file in, verdicts, amounts and deadlines out, as data that explains itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.identifiers import check_credit_code
from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.amounts import explain_amount
from jiebang.policy.in_force import state_on
from jiebang.policy.pack_items import UNSET
from jiebang.policy.program import Program
from jiebang.policy.read_facts import KEYS, FactReader, Report
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import PackProblems, Path_, Problem, read_yaml
from jiebang.policy.times import explain_deadline
from jiebang.policy.values import BadValue, Kind, as_written, read_day
from jiebang.policy.verdicts import explain_verdict

_LIKE_A_CODE = re.compile(r"[0-9A-Z]{18}")
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
    _check_codes(program, situation, report)
    for key, decision in situation.decided.items():
        if decision.on is not None and decision.on > asked.on:
            what = f"决定的日期 {decision.on} 晚于判断之日 {asked.on}"
            report(("decided", key), what, "判断之日还没有的决定整条不写")
    starts = _read_starts(program, data, report)
    chosen = asked.process if asked.process is not None else data.get("process")
    _check_place(program, asked, data.get("process"), report, problems)
    if problems:
        raise PackProblems(list(dict.fromkeys(problems)))
    return Question(replace(asked, process=chosen), situation, starts)


def _check_codes(program: Program, situation: Situation, report: Report) -> None:
    """Organisations may be called as one likes; what is written as a credit code has to be one."""
    for name, fact in situation.facts.items():
        if program.types[name].kind not in (Kind.organisation, Kind.organisations):
            continue
        for called in (fact.value,) if isinstance(fact.value, str) else fact.value:
            if _LIKE_A_CODE.fullmatch(called):
                try:
                    check_credit_code(called)
                except JiebangError as error:
                    report(("facts", name), f"{program.pack.facts[name].label}：{error.what}", error.fix)


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
            starts[key] = read_day(day)
        except BadValue as error:
            report(("starts", key), f"{program.pack.terms[key].label}：{error.what}", error.fix)
    return starts


def _check_place(
    program: Program, asked: Asked, written: Any, report: Report, problems: list[Problem]
) -> None:
    """The process and stage asked about exist, whether they were asked for in the file or beside it; and so does a blank start."""
    processes = program.pack.processes

    def refuse(option: str, what: str, expected: str) -> None:
        problems.append(Problem(option, 0, what, expected))

    for process, told in ((asked.process, None), (written, report)):
        if process is None or (isinstance(process, str) and process in processes):
            continue
        what, expected = f"没有流程{quote(as_written(process))}", f"已有：{'、'.join(processes) or '（无）'}"
        refuse("--process", what, expected) if told is None else told(("process",), what, expected)
    chosen = asked.process if asked.process is not None else written
    stages = [key for name, p in processes.items() if chosen in (None, name) for key in p.stages]
    if asked.stage is not None and asked.stage not in stages and stages:
        refuse("--stage", f"没有阶段{quote(asked.stage)}", f"已有：{'、'.join(stages)}")
    force = program.pack.pack.in_force
    if asked.adopted_on is not None and (force is None or force.from_ != UNSET):
        refuse("--adopted-on", "办法自己写了施行日期，不能另记施行决定", "去掉 --adopted-on")


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
