"""The real packs: each loads, holds its cases, has every clause carried and exercised; the programme names no city."""

import re
from functools import cache
from pathlib import Path

import pytest

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.cases import read_situation
from jiebang.policy.loader import find_packs
from jiebang.policy.shelf import Shelved, read_shelf, stray_folders, take_down
from jiebang.policy.situation import Situation
from jiebang.policy.trace_clauses import trace_clauses
from jiebang.policy.truth import UNKNOWN

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = (PROJECT / "packs", PROJECT / "tests" / "packs")
FOLDERS = [folder for root in ROOTS for folder in find_packs(root)]
NAMES = [f"{folder.parent.name}/{folder.name}" for folder in FOLDERS]
BASES = {name for name in NAMES if name.startswith("national-base/")}
CALENDAR = WorkingCalendar.bundled()

every_pack = pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)


@cache
def shelved(folder: Path) -> Shelved:
    return take_down(folder, ROOTS[:1])


def test_the_packs_are_found() -> None:
    places = {"jiangmen", "jinzhong", "shenzhen", "urumqi", "yunze", "national"}
    assert places <= {name.split("-")[0].split("/")[0] for name in NAMES}
    assert [str(stray) for root in ROOTS for stray in stray_folders(root)] == []


@every_pack
def test_loads(folder: Path) -> None:
    assert [str(problem) for problem in shelved(folder).problems] == []


@every_pack
def test_all_cases_hold(folder: Path) -> None:
    pack = shelved(folder)
    failures, problems = pack.run(CALENDAR)
    assert [str(one) for one in (*problems, *failures)] == []
    if pack.key not in BASES:
        assert len(pack.cases.cases) >= 30


def test_every_clause_is_carried_and_exercised() -> None:
    traces = trace_clauses(read_shelf(ROOTS, ROOTS[:1]), CALENDAR)
    assert {trace.pack for trace in traces} == set(NAMES)
    assert [
        f"{trace.file}:{trace.line}: {trace.clause} {trace.fault}" for trace in traces if trace.fault
    ] == []


def test_no_city_is_named_in_the_programme() -> None:
    places = {
        shelved(folder).raw.data["pack"]["place"]
        for folder, name in zip(FOLDERS, NAMES, strict=True)
        if name not in BASES
    }
    # Without what is said in brackets, and also without the last word that tells it is a city.
    stems = {re.sub(r"（.*）", "", place) for place in places}
    cities = stems | {stem.removesuffix("市") for stem in stems}
    latin = {name.split("/")[0].split("-")[0] for name in NAMES if name not in BASES}
    assert len(cities) >= 10
    sources = [
        path
        for ending in ("py", "html", "js", "css", "txt")
        for path in (PROJECT / "src").rglob(f"*.{ending}")
    ]
    assert len(sources) > 100
    found = [
        f"{path.relative_to(PROJECT)}:{number}: {word}"
        for path in sources
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for word in (*cities, *latin)
        if word in line.lower()
    ]
    assert found == []


# ── knowing less ──────────────────────────────────────────────────────────────────────────────────────────────────────


def forget(s: Situation, name: str) -> Situation:
    """The same knowledge without one fact or decision, or without the look-up of relations."""
    facts = {key: fact for key, fact in s.facts.items() if key != name}
    decided = {key: decision for key, decision in s.decided.items() if key != name}
    as_of = None if name == "relations" else s.relations_as_of
    return Situation(s.on, facts, decided, s.departures, s.relations, as_of, s.calendar)


@every_pack
def test_knowing_less_never_turns_a_verdict(folder: Path) -> None:
    """Facts that are taken away make verdicts unknown at most: what is known is never held against anybody by chance."""
    pack = shelved(folder)
    assert pack.program is not None
    cases = pack.cases.cases[:: len(pack.cases.cases) // 40 or 1]
    turned, unknown = [], 0
    for case in cases:
        full = read_situation(pack.program, case, CALENDAR)
        before = {key: rule.decision(full) for key, rule in pack.program.rules.items()}
        for name in (*full.facts, *full.decided, "relations"):
            less = forget(full, name)
            for key, rule in pack.program.rules.items():
                found = rule.decision(less)
                unknown += found == UNKNOWN != before[key]
                if found not in (UNKNOWN, before[key]):
                    turned.append(f"{case.id} without {name}: {key} {before[key]} → {found}")
    assert turned == []
    assert unknown or pack.key in BASES
