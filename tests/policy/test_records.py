"""What is known of a record, from whom and as of when: too weak a source, no query, windows back, sanctions that run."""

from typing import Any

import pytest
from tests.policy.building import judge, make_program, make_rule

from jiebang.policy.verdicts import explain_verdict

VALUES = {"pass": True, "fail": False}
NAMES = ("bid.a", "bid.b", "bid.c")


def facts(*states: str) -> dict[str, bool]:
    """bid.a, bid.b, bid.c so that a leaf about each comes out as said; unknown is absent."""
    return {name: VALUES[state] for name, state in zip(NAMES, states, strict=False) if state in VALUES}


# ── provenance ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "enough"),
    [
        ("declared", {"declared", "checked", "computed", "register"}),
        ("checked", {"checked", "computed", "register"}),
        ("register", {"register"}),
    ],
)
@pytest.mark.parametrize("source", ["declared", "checked", "computed", "register"])
@pytest.mark.parametrize("state", ["pass", "fail"])
def test_a_fact_from_too_weak_a_source_is_unknown(
    asked: str, enough: set[str], source: str, state: str
) -> None:
    for test in ("{holds: bid.a}", "{equal: [bid.a, true]}"):
        program = make_rule(test, more=f"source: {asked}")
        verdict = judge(program, facts=facts(state), source=source)
        assert verdict.word == (state if source in enough else "unknown")
        [leaf] = explain_verdict(verdict, program.types, program.pack)["conditions"]
        assert ("note" in leaf["inputs"][0]) == (source not in enough)


@pytest.mark.parametrize("rows", [[], [{"serious": False}]])
@pytest.mark.parametrize(
    ("source", "as_of", "word"),
    [
        ("declared", None, "unknown"),
        ("declared", "2026-03-01", "unknown"),
        ("checked", None, "unknown"),
        ("register", None, "unknown"),
        ("checked", "2026-03-01", "pass"),
        ("register", "2026-03-02", "pass"),
    ],
)
def test_no_record_is_clean_only_by_a_dated_query(
    rows: list[Any], source: str, as_of: str | None, word: str
) -> None:
    program = make_rule("{record_free: bid.credit, where: {holds: item.serious}}")
    credit = {"value": rows, "source": source} | ({"as_of": as_of} if as_of else {})
    assert judge(program, facts={"bid.credit": credit}).word == word
    assert judge(program).word == "unknown"


# ── records over time ─────────────────────────────────────────────────────────────────────────────────────────────────


def judge_records(test: str, fact: str, rows: list[dict[str, Any]], on: str) -> str:
    return judge(make_rule(test), on, facts={fact: rows}, source="checked", as_of=on).word


@pytest.mark.parametrize(
    ("last", "record", "on", "word"),
    [
        ("3 年", "2023-03-02", "2026-03-02", "fail"),
        ("3 年", "2023-03-01", "2026-03-02", "pass"),
        ("3 年", "2026-03-02", "2026-03-02", "fail"),
        ("3 年", "2026-03-03", "2026-03-02", "pass"),
        ("1 年", "2024-02-29", "2025-02-28", "fail"),
        ("1 年", "2024-02-29", "2025-03-01", "pass"),
        ("1 个月", "2026-01-31", "2026-02-28", "fail"),
        ("1 个月", "2026-01-31", "2026-03-01", "pass"),
        ("10 日", "2026-02-20", "2026-03-02", "fail"),
        ("10 日", "2026-02-19", "2026-03-02", "pass"),
    ],
)
def test_a_window_back_includes_its_last_day(last: str, record: str, on: str, word: str) -> None:
    test = f"{{record_free: bid.credit, last: {last}}}"
    assert judge_records(test, "bid.credit", [{"on": record}], on) == word


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([{"serious": True}], "unknown"),
        ([{"serious": False}], "pass"),
        ([{"on": "2020-01-01"}], "pass"),
        ([{"on": "2026-01-01"}], "unknown"),
        ([{"serious": True}, {"on": "2026-01-01", "serious": True}], "fail"),
    ],
)
def test_a_record_that_lacks_something_is_neither_counted_nor_passed_over(rows: list[Any], word: str) -> None:
    test = "{record_free: bid.credit, where: {holds: item.serious}, last: 3 年}"
    assert judge_records(test, "bid.credit", rows, "2026-03-02") == word


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([], "pass"),
        ([{"from": "2026-03-02", "until": "2026-04-01"}], "fail"),
        ([{"from": "2026-03-03", "until": "2026-04-01"}], "pass"),
        ([{"from": "2026-01-01", "until": "2026-03-02"}], "fail"),
        ([{"from": "2026-01-01", "until": "2026-03-01"}], "pass"),
        ([{"from": "2020-01-01"}], "fail"),
        ([{"from": "2026-03-03"}], "pass"),
        ([{"until": "2026-04-01"}], "unknown"),
        ([{"until": "2026-04-01"}, {"from": "2026-03-01"}], "fail"),
        # Whenever it began, it is over.
        ([{"until": "2026-03-01"}], "pass"),
        ([{}], "unknown"),
    ],
)
def test_a_sanction_runs_from_its_first_day_to_its_last(rows: list[Any], word: str) -> None:
    assert judge_records("{record_free: bid.bans, in_force: true}", "bid.bans", rows, "2026-03-02") == word


@pytest.mark.parametrize(("until", "word"), [("2026-03-02", "unknown"), ("2026-03-01", "pass")])
def test_a_doubtful_record_that_is_over_blocks_nobody(until: str, word: str) -> None:
    """Whether it is a serious one isn't known, but nothing depends on that any more."""
    program = make_program(
        "facts: {bid.bans: {label: 处罚, type: records, fields: {from: {label: 起, type: date},"
        " until: {label: 止, type: date}, serious: {label: 严重, type: flag}}}}\n"
        "rules: {r: {clause: EX-1, label: 规则, force: must, at: decide, stages: [report],"
        " test: {record_free: bid.bans, where: {holds: item.serious}, in_force: true}}}"
    )
    rows = [{"from": "2026-01-01", "until": until}]
    assert judge(program, facts={"bid.bans": rows}, source="checked", as_of="2026-03-02").word == word
