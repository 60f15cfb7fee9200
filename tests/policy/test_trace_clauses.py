"""From a clause to what carries it, the code behind that, and the cases that really look at it."""

import inspect
import shutil
from importlib import import_module
from pathlib import Path

import pytest
from tests.policy.building import SAMPLE

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.exercise import Exerciser
from jiebang.policy.folders import BASES
from jiebang.policy.shelf import read_shelf, take_down
from jiebang.policy.trace_clauses import Carrier, ClauseTrace, trace_clauses

CALENDAR = WorkingCalendar.bundled()


def trace(*folders: Path) -> dict[str, ClauseTrace]:
    return {found.clause: found for found in trace_clauses(read_shelf(folders, BASES), CALENDAR)}


def carriers(found: ClauseTrace) -> dict[str, Carrier]:
    return {carrier.name: carrier for carrier in found.carriers}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "example-open-bid" / "1"
    shutil.copytree(SAMPLE, folder)
    return folder


def test_every_clause_of_the_sample_is_realised() -> None:
    found = trace(SAMPLE)
    assert sorted(found) == sorted(f"EX-{n}" for n in range(1, 13))
    assert {clause: t.fault for clause, t in found.items() if t.fault} == {}


def test_carriers_stand_where_they_are_said_to_stand() -> None:
    for found in trace(SAMPLE).values():
        for carrier in found.carriers:
            lines = (SAMPLE / Path(carrier.file).name).read_text(encoding="utf-8").splitlines()
            key = next(step for step in reversed(carrier.path) if isinstance(step, str))
            nearby = "\n".join(lines[carrier.line - 2 : carrier.line + 1])
            assert key in nearby or "name:" in nearby or "role:" in nearby


def test_code_is_where_it_is_said_to_be() -> None:
    """Every module and line named is that of a function, a class or a row of that name."""
    named = {code for found in trace(SAMPLE).values() for carrier in found.carriers for code in carrier.code}
    assert len(named) > 20
    for code in named:
        place, name = code.split(" ", 1)
        module, line = place.rsplit(":", 1)
        path = Path(str(import_module(module).__file__)) if module.startswith("jiebang.policy") else None
        if path is not None:
            nearby = path.read_text(encoding="utf-8").splitlines()[int(line) - 1 : int(line) + 2]
            assert name.rsplit(".", 1)[-1] in "\n".join(nearby), code


def test_operators_lead_to_their_builders() -> None:
    found = trace(SAMPLE)
    from jiebang.policy import compile_records

    code = carriers(found["EX-5"])["rules.clean"].code
    line = inspect.getsourcelines(compile_records._record_free)[1]
    assert f"jiebang.policy.compile_records:{line} _record_free" in code
    assert not any("_related" in place for place in code)
    assert any("_related" in place for place in carriers(found["EX-4"])["rules.unrelated"].code)


def test_stage_kinds_lead_to_their_row() -> None:
    code = carriers(trace(SAMPLE)["EX-9"])["processes.research.stages.bid"].code
    assert any(place.startswith("jiebang.policy.stages:") and place.endswith(" take_bids") for place in code)


def test_a_clause_in_a_comment_or_a_text_is_not_carried(sample: Path) -> None:
    pack = sample / "pack.yaml"
    text = pack.read_text(encoding="utf-8")
    # Nothing cites it but a comment and a paraphrase; a discretion item has a mere question about it.
    text = text.replace(
        "clauses:\n",
        "clauses:\n  # EX-99 见下\n  EX-99: {article: 第九十九条, force: must, says: 见 EX-99。}\n",
    )
    pack.write_text(text, encoding="utf-8")
    shelved = take_down(sample, BASES)
    assert [p.what for p in shelved.problems] == ["条款 EX-99 没有任何内容承载"]
    assert shelved.problems[0].line == 13


def test_a_clause_without_a_case_is_a_fault(sample: Path) -> None:
    cases = sample / "cases" / "rest.yaml"
    text = cases.read_text(encoding="utf-8")
    assert (
        text.count("      duties: {solver: [yearly], sponsor: [yearly]}\n      duty_lasts: {yearly: 2 年}\n")
        == 1
    )
    text = text.replace(
        "      duties: {solver: [yearly], sponsor: [yearly]}\n      duty_lasts: {yearly: 2 年}\n", ""
    )
    text = text.replace("      rights: {ownership: [solver], free-use: [sponsor, bureau]}\n", "")
    text = text.replace("      rights: {free-use: not_held}\n", "")
    cases.write_text(text, encoding="utf-8")
    found = trace(sample)
    assert {clause: t.fault for clause, t in found.items() if t.fault} == {
        "EX-10": "承载它的内容没有任何案例检验"
    }


def test_a_base_pack_is_exercised_by_those_that_extend_it() -> None:
    found = trace(SAMPLE, BASES[0] / "national-base")
    (counting,) = found["CN-203"].carriers
    assert counting.path == ("counting",)
    assert "example-open-bid/1:notice-natural" in counting.cases
    assert trace(BASES[0] / "national-base")["CN-203"].fault == "承载它的内容没有任何案例检验"


def test_only_what_was_really_looked_at_counts() -> None:
    shelved = take_down(SAMPLE, BASES)
    exerciser = Exerciser(shelved.raw, CALENDAR)
    touched = {case.id: exerciser.run(case) for case in shelved.cases.cases}
    # The remainder is computed from the whole and the other part.
    assert {("money", "rest"), ("money", "aid"), ("money", "first")} <= touched["aid-at-the-usual-ceiling"]
    # The cap doesn't make anybody count the notice.
    assert not {path for path in touched["aid-over-the-cap"] if path[0] in ("terms", "rules", "rights")}
    # How the notice is counted is an open question that its term waits for.
    assert {("terms", "notice"), ("discretion", "notice-counting"), ("counting",)} <= touched[
        "notice-natural"
    ]
    # A choice reads its list.
    assert ("lists", "fields") in touched["other-field"]
    # A walk passes its stages, and no others.
    stages = {path[3] for path in touched["nothing-received"] if path[0] == "processes"}
    assert stages == {"collect"}


def test_a_case_that_cannot_be_read_exercises_nothing(sample: Path) -> None:
    cases = sample / "cases" / "rules.yaml"
    text = cases.read_text(encoding="utf-8").replace(
        "facts: {challenge.field: 新材料}", "facts: {challenge.field: true}"
    )
    cases.write_text(text, encoding="utf-8")
    shelved = take_down(sample, BASES)
    exerciser = Exerciser(shelved.raw, CALENDAR)
    (broken,) = [case for case in shelved.cases.cases if case.id == "other-field"]
    assert exerciser.run(broken) == frozenset()
    failures, problems = shelved.run(CALENDAR)
    assert failures == []
    assert len(problems) == 1
