"""Worked examples that an official can read: facts in, verdicts, amounts, dates, routes and rights out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.expect import EXPECTATIONS, Check
from jiebang.policy.in_force import state_on
from jiebang.policy.program import Program
from jiebang.policy.read_facts import KEYS as FACT_KEYS
from jiebang.policy.read_facts import FactReader
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import PackProblems, Path_, Problem, read_yaml

CASE_KEYS = ("id", "title", "on", "process", "adopted_on", "expect", *FACT_KEYS)
_MERGED = ("facts", "decided", "departures")


@dataclass(slots=True)
class Case:
    """One example, its file's background merged in."""

    id: str
    title: str
    file: str
    line: int
    data: dict[str, Any]
    on: date
    expect: dict[str, Any]


@dataclass(slots=True)
class Failure:
    """One expectation that didn't hold."""

    case: Case
    where: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.case.file}:{self.case.line}: 案例 {self.case.id}：{self.where} 应为 {self.expected}，实为 {self.found}"


@dataclass(slots=True)
class CaseFile:
    """The cases of a pack and what was wrong with writing them."""

    cases: list[Case] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_cases(folder: Path) -> CaseFile:
    """Read `cases/*.yaml` of a pack folder. Broken cases are problems, never skipped."""
    found = CaseFile()
    seen: dict[str, str] = {}
    for path in sorted((folder / "cases").glob("*.yaml")):
        shown = f"{folder.parent.name}/{folder.name}/cases/{path.name}"
        file, problems = read_yaml(path, shown)
        found.problems += problems
        if not isinstance(file.data, dict):
            found.problems.append(Problem(shown, 1, "案例文件最外层要有 cases", "可用：given、cases"))
            continue
        given = file.data.get("given", {})
        rows = file.data.get("cases", [])
        for key in file.data:
            if key not in ("given", "cases"):
                found.problems.append(
                    Problem(shown, file.line_of((key,)), f"不认识“{key}”", "可用：given、cases")
                )
        if not isinstance(given, dict) or not isinstance(rows, list):
            found.problems.append(Problem(shown, 1, "given 应是一组键，cases 应是列表"))
            continue
        for i, row in enumerate(rows):
            case = _read_case(row, given, shown, file.line_of(("cases", i)), found.problems)
            if case is None:
                continue
            if case.id in seen:
                found.problems.append(
                    Problem(shown, case.line, f"案例编号“{case.id}”已用过（{seen[case.id]}）", "换一个编号")
                )
                continue
            seen[case.id] = f"{shown}:{case.line}"
            found.cases.append(case)
    return found


def _read_case(
    row: Any, given: dict[str, Any], shown: str, line: int, problems: list[Problem]
) -> Case | None:
    def complain(what: str, expected: str = "") -> Case | None:
        problems.append(Problem(shown, line, what, expected))
        return None

    if not isinstance(row, dict):
        return complain("案例应是一组键")
    for key in (*row, *given):
        if key not in CASE_KEYS:
            return complain(f"案例没有“{key}”这一项", f"可用：{'、'.join(CASE_KEYS)}")
    merged: dict[str, Any] = {**given, **row}
    for key in _MERGED:
        if isinstance(given.get(key), dict) and isinstance(row.get(key), dict):
            # A fact written as `unknown` in a case takes the background's fact away.
            merged[key] = {k: v for k, v in {**given[key], **row[key]}.items() if v != "unknown"}
    if not isinstance(merged.get("id"), str) or not isinstance(merged.get("title"), str):
        return complain("案例要有 id 和 title")
    try:
        on = date.fromisoformat(merged.get("on", ""))
    except (TypeError, ValueError):
        return complain(f"案例 {merged['id']} 的 on 不是日期", "写成 2026-03-02")
    expect = merged.get("expect")
    if not isinstance(expect, dict) or not expect:
        return complain(f"案例 {merged['id']} 没有 expect", f"可用：{'、'.join(EXPECTATIONS)}")
    for key in expect:
        if key not in EXPECTATIONS:
            return complain(f"expect 没有“{key}”这一项", f"可用：{'、'.join(EXPECTATIONS)}")
    return Case(merged["id"], merged["title"], shown, line, merged, on, expect)


def run_case(program: Program, case: Case, calendar: WorkingCalendar | None) -> list[Failure]:
    """Run one case. Raises PackProblems where its facts can't be read."""
    return check_case(program, case, read_situation(program, case, calendar))


def read_situation(program: Program, case: Case, calendar: WorkingCalendar | None) -> Situation:
    """What a case says is known. Raises PackProblems with everything in it that can't be read."""
    problems: list[Problem] = []

    def report(path: Path_, what: str, expected: str) -> None:
        problems.append(
            Problem(case.file, case.line, f"案例 {case.id}：{'.'.join(map(str, path))}：{what}", expected)
        )

    situation = FactReader(program, report).read(case.data, case.on, calendar)
    if "adopted_on" in case.data and _adopted_on(case) is None:
        report(("adopted_on",), "不是日期", "写成 2026-03-02")
    process = case.data.get("process")
    if process is not None and process not in program.pack.processes:
        report(("process",), f"没有流程“{process}”", f"已有：{'、'.join(program.pack.processes)}")
    if problems:
        raise PackProblems(problems)
    return situation


def _adopted_on(case: Case) -> date | None:
    try:
        return date.fromisoformat(case.data["adopted_on"])
    except (KeyError, TypeError, ValueError):
        return None


def check_case(
    program: Program, case: Case, situation: Situation, touched: set[Path_] | None = None
) -> list[Failure]:
    """Hold a case's expectations against what the program says. `touched` collects the items they looked at."""
    failures: list[Failure] = []

    def differ(where: str, expected: Any, found: Any) -> None:
        if expected != found:
            failures.append(Failure(case, where, expected, found))

    force = state_on(program.pack, case.on, _adopted_on(case))
    check = Check(program, situation, case.data.get("process"), force, differ, touched)
    for word, wanted in case.expect.items():
        try:
            EXPECTATIONS[word](check, wanted)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, JiebangError) as error:
            # An expectation about something the pack no longer has (or misspelt) has not been met.
            failures.append(Failure(case, word, wanted, f"无法核对：{error!r}"))
    return failures
