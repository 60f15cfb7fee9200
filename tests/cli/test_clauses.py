"""What `clauses` says of clauses that are carried and exercised, and what `--mutate` finds."""

import json
from pathlib import Path

import pytest
from tests.cli.sample import KEY, RunLines, copy_sample

NEW_CLAUSE = (
    "pack.yaml",
    "  EX-12: {",
    "  EX-99: {article: 第九十九条, force: must, says: 新的一条。}\n  EX-12: {",
)
BEFORE_BIDDING = "  bidding: {clause: EX-8,"


def test_clauses_that_are_all_carried_and_exercised(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run_lines("clauses", tmp_path)
    assert (code, out[-1]) == (0, "共 12 条，0 条没有落实")
    code, out, _ = run_lines("clauses", "--json", tmp_path)
    rows = {row["clause"]: row for row in json.loads("\n".join(out))["clauses"]}
    assert len(rows) == 12
    [carrier] = rows["EX-4"]["items"]
    assert (carrier["item"], carrier["line"]) == ("rules.unrelated", 22)
    assert set(carrier["cases"]) == {"all-in-order", "own-subsidiary"}
    assert carrier["code"]


def test_a_clause_that_nothing_carries_fails(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path, NEW_CLAUSE)
    code, out, _ = run_lines("clauses", tmp_path)
    assert code == 1
    assert (
        f"{KEY}/pack.yaml:23: 条款 EX-99 没有任何内容承载（应为：在规则、金额、流程、职责等的 clause 里写上它）"
        in out
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BEFORE_BIDDING, f"  # EX-99: 这里说的就是它\n{BEFORE_BIDDING}"),
        (
            BEFORE_BIDDING,
            f"  # spare: {{clause: EX-99, label: 备用期, length: 3 年, starts: 某日}}\n{BEFORE_BIDDING}",
        ),
        ("label: 揭榜期", "label: EX-99 揭榜期"),
    ],
    ids=["comment", "commented out", "label"],
)
def test_a_clause_named_in_passing_is_not_carried(
    run_lines: RunLines, tmp_path: Path, old: str, new: str
) -> None:
    copy_sample(tmp_path, NEW_CLAUSE, ("rules.yaml", old, new))
    code, out, _ = run_lines("clauses", tmp_path)
    assert code == 1
    assert any("条款 EX-99 没有任何内容承载" in line for line in out)


def test_a_clause_whose_carrier_no_case_looks_at_fails(run_lines: RunLines, tmp_path: Path) -> None:
    spare = "  spare: {clause: EX-99, label: 备用期, length: 3 年, starts: 某日}\n"
    copy_sample(tmp_path, NEW_CLAUSE, ("rules.yaml", BEFORE_BIDDING, spare + BEFORE_BIDDING))
    code, out, _ = run_lines("clauses", tmp_path)
    assert code == 1
    assert out[-2:] == [
        f"{KEY}/pack.yaml:23: 条款 EX-99 承载它的内容没有任何案例检验",
        "共 13 条，1 条没有落实",
    ]


def test_mutation_passes_a_tight_pack(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run_lines("clauses", "--mutate", "--jobs", 1, tmp_path)
    assert (code, out[0]) == (0, "")
    [summary] = [line for line in out if line.startswith(KEY)]
    assert summary.endswith("没有发现 0")


@pytest.mark.parametrize(
    ("name", "old", "new", "survivors"),
    [
        # a number that no case looks at
        (
            "rules.yaml",
            BEFORE_BIDDING,
            f"  spare: {{clause: EX-8, label: 备用期, length: 3 年, starts: 某日}}\n{BEFORE_BIDDING}",
            {"去掉这一项", "3 年 改为 35 个月", "3 年 改为 37 个月"},
        ),
        # a boundary with a case on one side only
        (
            "cases/rules.yaml",
            "{challenge.total_investment: 4999999.99 元}",
            "{challenge.total_investment: 400 万元}",
            {"500 万元 改为 4999999.99 元"},
        ),
    ],
    ids=["a number", "a boundary"],
)
def test_mutation_finds_what_no_case_would_notice(
    run_lines: RunLines, tmp_path: Path, name: str, old: str, new: str, survivors: set[str]
) -> None:
    copy_sample(tmp_path, (name, old, new))
    code, out, _ = run_lines("clauses", "--mutate", "--jobs", 1, tmp_path)
    assert code == 1
    found = out[: out.index("")]
    assert {line.split("：")[1].split("，")[0] for line in found} == survivors
    assert all(line.startswith(f"{KEY}/rules.yaml:") and line.endswith("没有案例不符") for line in found)


def test_mutation_does_not_begin_on_a_pack_whose_cases_fail(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", "{rules: {size: departable}}", "{rules: {size: fail}}"))
    code, out, _ = run_lines("clauses", "--mutate", "--jobs", 1, tmp_path)
    assert code == 1
    assert f"{KEY}：没有试，先改好上面 1 处问题" in out
