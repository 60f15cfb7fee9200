"""`evaluate` on a regulation that only an adoption puts into force, and on facts that aren't."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.sample import RunLines

URUMQI = "urumqi-open-bid/consultation-draft"


def ask(run_lines: RunLines, tmp_path: Path, facts: str, *more: str, on: str = "2026-03-02") -> Any:
    (tmp_path / "facts.yaml").write_text(facts)
    code, out, err = run_lines(
        "evaluate", "--pack", URUMQI, "--on", on, "--facts", tmp_path / "facts.yaml", *more
    )
    assert (code, err) == (0, [])
    return json.loads("\n".join(out))


def total(amount: str) -> str:
    return f"process: research\nsource: checked\nfacts: {{challenge.total_investment: {amount} 元}}\n"


@pytest.mark.parametrize("amount", ["4999999.99", "5000000.00"])
def test_a_draft_that_nobody_adopted_gives_no_verdict(
    run_lines: RunLines, tmp_path: Path, amount: str
) -> None:
    answer = ask(run_lines, tmp_path, total(amount))
    assert answer["in_force"]["state"] == "unset"
    assert (answer["verdicts"], answer["amounts"], answer["terms"], answer["unset"]) == ([], [], [], [])


@pytest.mark.parametrize(
    ("amount", "verdict", "shown"),
    [("4999999.99", "fail", "4,999,999.99 元"), ("5000000.00", "pass", "5,000,000.00 元")],
)
def test_adopted_it_tells_a_fen_apart(
    run_lines: RunLines, tmp_path: Path, amount: str, verdict: str, shown: str
) -> None:
    answer = ask(run_lines, tmp_path, total(amount), "--adopted-on", "2026-01-01")
    assert (answer["pack"], answer["on"], answer["process"]) == (URUMQI, "2026-03-02", "research")
    assert answer["in_force"]["state"] == "in_force"
    verdicts = {row["rule"]: row for row in answer["verdicts"]}
    found = verdicts["total-investment"]
    assert found["verdict"] == verdict
    assert shown in found["explanation"]
    assert found["conditions"][0]["inputs"][0]["source"] == "checked"
    # What wasn't said stays unknown, and what the draft leaves open is listed.
    assert verdicts["sponsor-credit"]["verdict"] == "unknown"
    assert answer["unset"]
    assert all(row["question"] and row["decides"] for row in answer["unset"])


@pytest.mark.parametrize(
    ("on", "state"), [("2025-12-31", "not_yet"), ("2026-01-01", "in_force"), ("2029-01-01", "lapsed")]
)
def test_on_another_day_it_may_not_hold(run_lines: RunLines, tmp_path: Path, on: str, state: str) -> None:
    answer = ask(run_lines, tmp_path, total("5000000"), "--adopted-on", "2026-01-01", on=on)
    assert answer["in_force"]["state"] == state
    assert bool(answer["verdicts"]) == (state == "in_force")


def test_bad_facts_are_all_named_and_nothing_is_judged(run_lines: RunLines, tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text(
        "process: reserch\n"
        "colour: red\n"
        "as_of: 2026-03-02\n"
        "facts:\n"
        "  challenge.total_investment: 500 万\n"
        "  challenge.total_investmnt: 500 万元\n"
        "  sponsor.credit: 很好\n"
        "  challenge.period: {value: 24 个月, as_of: 2026-03-03}\n"
        "  bid.lead: 1.5\n"
        "decided: {investment-basis: guessed}\n"
        "starts: {no-such-term: 2026-03-02}\n"
    )
    code, out, err = run_lines("evaluate", "--pack", URUMQI, "--on", "2026-03-02", "--facts", facts)
    assert (code, out) == (2, [])
    wanted = [
        ("1", "没有流程“reserch”"),
        ("2", "不认识“colour”"),
        ("5", "项目投入总额"),
        ("6", "没有事实“challenge.total_investmnt”（应为：是不是 challenge.total_investment"),
        ("7", "“很好”不是这里要的值"),
        ("8", "截至日期 2026-03-03 晚于判断之日 2026-03-02"),
        ("9", "小数 1.5 没有单位"),
        ("10", "没有“guessed”这个选项"),
        ("11", "没有期限“no-such-term”"),
    ]
    assert err[-1] == f"共 {len(wanted)} 处问题，没有判断"
    for line, (number, words) in zip(err, wanted, strict=False):
        assert line.startswith(f"facts.yaml:{number}: "), line
        assert words in line, line


def test_facts_that_are_not_there_are_named(run_lines: RunLines, tmp_path: Path) -> None:
    code, _, err = run_lines(
        "evaluate", "--pack", URUMQI, "--on", "2026-03-02", "--facts", tmp_path / "none.yaml"
    )
    assert code == 2
    assert err[0].startswith("none.yaml:1: 文件读不出来")
