"""Worked examples that an official can read: facts in, verdicts, amounts, dates, routes and rights out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.expect import EXPECTATIONS, Check
from jiebang.policy.expect_shape import slips_in
from jiebang.policy.in_force import state_on
from jiebang.policy.program import Program
from jiebang.policy.read_facts import KEYS as FACT_KEYS
from jiebang.policy.read_facts import FactReader
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import PackProblems, Path_, Problem, YamlFile, read_yaml
from jiebang.policy.values import BadValue, as_written, read_day

#: the line of something in a case; and whether it stands in the background that all cases of the file share
Place = Callable[[Path_], tuple[int, bool]]
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
    place: Place
    taken: list[tuple[str, str]]

    def problem(self, path: Path_, what: str, expected: str) -> Problem:
        """Something wrong in it: at its line in the case, or in the background of all cases, where it is told but once."""
        line, in_background = self.place(path)
        whose = "given" if in_background else f"案例 {self.id}"
        return Problem(self.file, line, f"{whose}：{'.'.join(map(str, path))}：{what}", expected)


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
    inside = folder / "cases"
    name = f"{folder.parent.name}/{folder.name}/cases"
    for path in sorted(inside.iterdir()) if inside.is_dir() else ():
        shown = f"{name}/{path.name}"
        if path.suffix == ".yaml":
            _read_file(path, shown, found, seen)
        elif path.suffix != ".md":
            found.problems.append(
                Problem(shown, 1, "案例里有读不到的文件或文件夹", "案例写在 cases/*.yaml 里")
            )
    return found


def _read_file(path: Path, shown: str, found: CaseFile, seen: dict[str, str]) -> None:
    """Add the cases of one file, and what is wrong with them."""
    file, problems = read_yaml(path, shown)
    found.problems += problems
    if file.data is None:
        return

    def complain(where: Path_, what: str, expected: str = "") -> None:
        found.problems.append(Problem(shown, file.line_of(where), what, expected))

    if not isinstance(file.data, dict):
        complain((), "案例文件最外层要有 cases", "可用：given、cases")
        return
    given, rows = file.data.get("given", {}), file.data.get("cases", [])
    for key in file.data:
        if key not in ("given", "cases"):
            complain((key,), f"不认识“{key}”", "可用：given、cases")
    if not isinstance(given, dict):
        complain(("given",), "given 应是一组键", "写成 键: 值")
        return
    for key in given:
        if key not in CASE_KEYS:
            complain(("given", key), f"given 没有“{key}”这一项", f"可用：{'、'.join(CASE_KEYS)}")
    if not isinstance(rows, list) or not rows:
        complain(("cases",), "这个文件里没有案例", "在 cases: 下写案例，每个以 - 开头")
        return
    for i, row in enumerate(rows):
        case = _read_case(row, given, file, i, complain)
        if case is None:
            continue
        if case.id in seen:
            complain(("cases", i), f"案例编号“{case.id}”已用过（{seen[case.id]}）", "换一个编号")
            continue
        seen[case.id] = f"{shown}:{case.line}"
        found.cases.append(case)


def _read_case(
    row: Any, given: dict[str, Any], file: YamlFile, number: int, complain: Callable[..., None]
) -> Case | None:
    """One case; None where it isn't one. Whatever is wrong with it is told together."""
    here: Path_ = ("cases", number)
    if not isinstance(row, dict):
        complain(here, "案例应是一组键", "写 id、title、expect 等")
        return None
    broken = False

    def fail(where: Path_, what: str, expected: str = "") -> None:
        nonlocal broken
        broken = True
        complain((*here, *where), what, expected)

    merged, taken = _merge(given, row)
    misspelt = [key for key in row if key not in CASE_KEYS]
    for key in misspelt:
        fail((key,), f"案例没有“{key}”这一项", f"可用：{'、'.join(CASE_KEYS)}")

    def is_told(key: str) -> bool:
        """Whether it is to be told what is wrong with a key: not where a misspelt one may have been meant for it."""
        return key in merged or not misspelt

    called, expect, on = merged.get("id"), merged.get("expect"), None
    if (is_told("id") and not isinstance(called, str)) or (
        is_told("title") and not isinstance(merged.get("title"), str)
    ):
        fail((), "案例要有 id 和 title", "都写成文字；编号请加引号")
    try:
        on = read_day(merged.get("on"))
    except BadValue:
        if is_told("on"):
            fail((), f"案例 {called} 的 on 不是日期", "写成 2026-03-02")
    if isinstance(expect, dict) and expect:
        for where, what, expected in slips_in(expect):
            fail(("expect", *where), what, expected)
    elif is_told("expect"):
        fail((), f"案例 {called} 没有 expect", f"可用：{'、'.join(EXPECTATIONS)}")
    if broken or not isinstance(called, str) or on is None or not isinstance(expect, dict):
        return None

    return Case(
        called,
        merged["title"],
        file.file,
        file.line_of(here),
        merged,
        on,
        expect,
        _places(file, here),
        taken,
    )


def _merge(given: dict[str, Any], row: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A case with its file's background; and what it takes away from that by the word `unknown`."""
    merged: dict[str, Any] = {**given, **row}
    taken: list[tuple[str, str]] = []
    for key in _MERGED:
        if isinstance(given.get(key), dict) and isinstance(row.get(key), dict):
            both = {**given[key], **row[key]}
            merged[key] = {name: value for name, value in both.items() if value != "unknown"}
            taken += [(key, name) for name, value in both.items() if value == "unknown"]
    return merged, taken


def _places(file: YamlFile, here: Path_) -> Place:
    """Where something in the case at `here` stands: in the case itself, else in the background."""

    def place(path: Path_) -> tuple[int, bool]:
        for length in range(len(path), 0, -1):
            for start in (here, ("given",)):
                line = file.lines.get((*start, *path[:length]))
                if line is not None:
                    return line, start != here
        return file.line_of(here), False

    return place


def run_case(program: Program, case: Case, calendar: WorkingCalendar | None) -> list[Failure]:
    """Run one case. Raises PackProblems where its facts can't be read."""
    return check_case(program, case, read_situation(program, case, calendar))


def read_situation(program: Program, case: Case, calendar: WorkingCalendar | None) -> Situation:
    """What a case says is known. Raises PackProblems with everything in it that can't be read."""
    problems: list[Problem] = []

    def report(path: Path_, what: str, expected: str) -> None:
        problems.append(case.problem(path, what, expected))

    situation = FactReader(program, report).read(case.data, case.on, calendar)
    known: dict[str, tuple[Collection[str], str]] = {
        "facts": (program.types, "事实"),
        "decided": (program.pack.discretion, "裁量项"),
    }
    for section, name in case.taken:
        if section in known and name not in known[section][0]:
            report((section, name), f"政策包里没有{known[section][1]}“{name}”", "检查拼写，或删掉它")
    if "adopted_on" in case.data and _adopted_on(case) is None:
        report(("adopted_on",), "不是日期", "写成 2026-03-02")
    process = case.data.get("process")
    if process is not None and not (isinstance(process, str) and process in program.pack.processes):
        there = "、".join(program.pack.processes) or "（无）"
        report(("process",), f"没有流程{quote(as_written(process))}", f"已有：{there}")
    if problems:
        raise PackProblems(problems)
    return situation


def _adopted_on(case: Case) -> date | None:
    try:
        return read_day(case.data["adopted_on"])
    except (KeyError, BadValue):
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
        except JiebangError as error:
            failures.append(Failure(case, word, wanted, f"无法核对：{error}"))
        except KeyError as error:
            # An expectation about something the pack no longer has (or misspelt) has not been met.
            failures.append(Failure(case, word, wanted, f"无法核对：政策包里没有“{error.args[0]}”"))
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            failures.append(Failure(case, word, wanted, f"无法核对：写法不对（{error}）"))
    return failures
