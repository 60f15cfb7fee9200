"""The mutation test itself: it finds what no case notices, and takes nothing for noticed that isn't."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.policy.building import SAMPLE

from jiebang.policy.cases import Case, run_case
from jiebang.policy.folders import BASES
from jiebang.policy.loader import load_pack, read_raw
from jiebang.policy.mutate import KILLED, REFUSED, SURVIVED
from jiebang.policy.mutate_shelf import PackResult, Workshop, mutate_shelf
from jiebang.policy.mutations import KINDS, Mutation, drop, mutations_of, put
from jiebang.policy.pack import Pack
from jiebang.policy.program import compile_program
from jiebang.policy.shelf import take_down
from jiebang.policy.strict_yaml import PackProblems

Edit = Callable[[str, str, str], None]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of the sample pack, to be spoilt."""
    folder = tmp_path / "example-open-bid" / "1"
    shutil.copytree(SAMPLE, folder)
    return folder


@pytest.fixture
def edit(sample: Path) -> Edit:
    """Replace a text that stands exactly once in a file of the copy."""

    def replace(file: str, old: str, new: str) -> None:
        path = sample / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


def mutate(folder: Path, jobs: int = 1) -> PackResult:
    (result,) = mutate_shelf([folder], BASES, jobs)
    assert result.problems == []
    return result


def survivors(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for survivor in mutate(folder).survivors:
        place = ".".join(str(step) for step in survivor.mutation.place)
        found.setdefault(place, []).append(survivor.mutation.what)
    return found


def every_mutation() -> list[Mutation]:
    raw, _ = read_raw(SAMPLE, BASES)
    return list(mutations_of(raw, load_pack(SAMPLE, BASES).pack))


def test_the_sample_leaves_no_survivor() -> None:
    result = mutate(SAMPLE)
    assert [str(survivor) for survivor in result.survivors] == []
    assert result.killed.total() > 100
    assert result.refused["nudge"] == 0


def test_every_kind_of_change_is_tried() -> None:
    assert {mutation.kind for mutation in every_mutation()} == set(KINDS)


def test_several_processes_find_the_same(edit: Edit, sample: Path) -> None:
    edit("cases/rules.yaml", "  - id: a-fen-short\n", "  - id: far-too-little\n")
    edit("cases/rules.yaml", "4999999.99 元", "1 元")
    one, two = mutate(sample, jobs=1), mutate(sample, jobs=2)
    assert [str(s) for s in one.survivors] == [str(s) for s in two.survivors]
    assert (one.killed, one.refused) == (two.killed, two.refused)
    assert one.survivors != []


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "what"),
    [
        pytest.param(
            "cases/rules.yaml", "4999999.99 元", "4999999 元",
            "rules.size.test.all.0.at_least.1", "500 万元 改为 4999999.99 元", id="a bound moved by a fen",
        ),
        pytest.param(
            "cases/rules.yaml", "{sponsor.age: 3 年}", "{sponsor.age: 35 个月}",
            "rules.size.test.all.1.any.0.more_than", "more_than 改为 at_least", id="a bound that begins to include",
        ),
        pytest.param(
            "cases/rest.yaml", ', closes_at: "2026-04-02T17:00"', ", ends_on: 2026-04-02",
            "terms.bidding.closes_at", "17:00 改为 17:01", id="a closing minute",
        ),
        pytest.param(
            "cases/rest.yaml", ", shares: {bureau: 140 万元, county: 60 万元}", "",
            "money.aid.funders.0.share", "70% 改为 69.99%（另一方 30% 改为 30.01%）", id="funders' shares",
        ),
        pytest.param(
            "cases/rest.yaml", "rights: {ownership: [solver], free-use: [sponsor, bureau]}", "rights: {ownership: [solver]}",
            "rights.free-use.holders.0", "去掉权利人 sponsor", id="a holder",
        ),
        pytest.param(
            "cases/rest.yaml", 'fields: {bid-form: [bid.problem, "bid.note?", project.aid]}', "parties: [bureau, county, sponsor, solver]",
            "papers.bid-form.fields.2", "去掉字段 project.aid", id="a field",
        ),
        pytest.param(
            "cases/rest.yaml", "by: [solver, sponsor]", "per: challenge",
            "processes.research.stages.bid.by.1", "去掉经办角色 sponsor", id="a role",
        ),
        pytest.param(
            "cases/rest.yaml", "expect: {walk: {steps: [{collect: none_received}], ended: [没有收到需求]}}",
            "expect: {parties: [bureau, county, sponsor, solver]}",
            "processes.research.stages.collect.outcomes.none_received", "去掉结果 none_received", id="an outcome",
        ),
        pytest.param(
            "cases/rest.yaml", "expect: {in_force: {state: in_force, from: 2026-01-01, until: 2028-12-31}}",
            "expect: {in_force: in_force}", "pack.in_force.lasts", "3 年 改为 35 个月", id="a validity",
        ),
    ],
)  # fmt: skip
def test_a_weakened_case_lets_a_change_survive(
    edit: Edit, sample: Path, file: str, old: str, new: str, place: str, what: str
) -> None:
    edit(file, old, new)
    assert what in survivors(sample)[place]


def test_a_force_that_no_failing_case_shows_survives(edit: Edit, sample: Path) -> None:
    edit("cases/rules.yaml", "expect: {rules: {unrelated: departable}}", "expect: {rules: {size: pass}}")
    found = survivors(sample)
    assert found["rules.unrelated.test.not"] == ["原则上改为必须"]


def test_a_survivor_says_where_it_stands(edit: Edit, sample: Path) -> None:
    edit("cases/rules.yaml", "4999999.99 元", "4999999 元")
    (survivor,) = mutate(sample).survivors
    rules = (sample / "rules.yaml").read_text(encoding="utf-8").splitlines()
    assert survivor.file == "example-open-bid/1/rules.yaml"
    assert "500 万元" in rules[survivor.line - 1]


def test_a_number_may_not_hide_behind_the_loader() -> None:
    """A share alone off by 0.01% would be refused (the sum isn't 100%), so it moves together with another's."""
    shares = [m for m in every_mutation() if m.kind == "nudge" and m.place[-1] == "share"]
    assert len(shares) == 4
    assert all(sum(float(f["share"].rstrip("%")) for f in m.item["funders"]) == 100 for m in shares)


def test_an_uncarried_clause_is_no_refusal(edit: Edit, sample: Path) -> None:
    """Taking out the only item of a clause takes the clause's claim with it: a case has to notice the item."""
    edit(
        "cases/rest.yaml",
        "duties: {solver: [yearly], sponsor: [yearly]}",
        "lists: {fields: [energy, health]}",
    )
    edit("cases/rest.yaml", "      duty_lasts: {yearly: 2 年}\n", "")
    assert survivors(sample)["duties.yearly"] == ["去掉这一项"]


def test_failing_cases_are_obstacles(edit: Edit, sample: Path) -> None:
    edit("cases/rules.yaml", "expect: {rules: {field: unknown}}", "expect: {rules: {field: pass}}")
    (result,) = mutate_shelf([sample], BASES)
    assert result.total == 0
    assert [p.what for p in result.problems] == ["案例 other-field：规则 field 应为 pass，实为 unknown"]


def test_a_base_pack_is_tried_on_those_that_extend_it(tmp_path: Path, sample: Path) -> None:
    base = tmp_path / "national-base" / "1"
    shutil.copytree(BASES[0] / "national-base" / "1", base)
    results = {result.key: result for result in mutate_shelf([tmp_path], ())}
    assert results["national-base/1"].killed["item"] == 1
    assert results["national-base/1"].survivors == []
    shutil.rmtree(sample / "cases")
    results = {result.key: result for result in mutate_shelf([tmp_path], ())}
    assert [s.mutation.place for s in results["national-base/1"].survivors] == [("counting",)]


def test_nothing_is_left_changed_on_the_bench() -> None:
    workshop = Workshop([SAMPLE], BASES)
    (bench,) = workshop.benches(0)
    before = bench.program.pack.model_dump_json()
    rules = list(bench.program.rules)
    for mutation in workshop.mutations(0):
        bench.try_out(mutation)
    assert bench.program.pack.model_dump_json() == before
    assert list(bench.program.rules) == rules
    assert take_down(SAMPLE, BASES).run(workshop.calendar) == ([], [])


def test_the_short_way_finds_what_loading_anew_finds() -> None:
    """Every change, tried on the bench and by compiling the whole changed pack."""
    workshop = Workshop([SAMPLE], BASES)
    (bench,) = workshop.benches(0)
    shelved = workshop.shelf[0]
    for mutation in workshop.mutations(0):
        raw, root = shelved.raw.data, mutation.root
        data = drop(raw, root) if mutation.item is None else put(raw, root, mutation.item)
        on_bench, anew = bench.try_out(mutation), _try_anew(data, shelved.cases.cases, workshop)
        if anew == REFUSED:
            # What can be compiled but points at nothing may be noticed by a case first.
            assert on_bench in (KILLED, REFUSED), mutation
        else:
            assert on_bench == anew, mutation


def _try_anew(data: dict[str, Any], cases: list[Case], workshop: Workshop) -> str:
    refusals = []

    def report(path: tuple[str | int, ...], what: str, expected: str) -> None:
        if path[0] != "clauses":
            refusals.append((path, what, expected))

    try:
        program = compile_program(Pack.model_validate(data), report)
    except ValidationError:
        return REFUSED
    if program is None or refusals:
        return REFUSED
    for case in cases:
        try:
            if run_case(program, case, workshop.calendar):
                return KILLED
        except PackProblems:
            return KILLED
    return SURVIVED
