"""What is worked out may be no time at all, or finer than a fen: it is judged and told as it is, and never ends the answer."""

import calendar
from datetime import date, timedelta

import pytest
from tests.policy.building import judge, make_rule

from jiebang.policy.compile_arithmetic import count_span
from jiebang.policy.values import DATE, MONEY, PERCENT, Kind, ValueType, format_value, read_literal
from jiebang.policy.verdicts import explain_verdict

DAYS = "bid.listed_on, bid.signed_on"


def explain(test: str, **facts: object) -> tuple[str, str]:
    """The verdict and the sentence that explains it."""
    program = make_rule(test)
    verdict = judge(program, facts=facts)
    return verdict.word, explain_verdict(verdict, program.types, program.pack)["explanation"]


@pytest.mark.parametrize(
    ("first", "last", "down", "up"),
    [
        ("2026-03-10", "2026-03-11", 0, 1),
        ("2026-03-10", "2026-04-09", 0, 1),
        ("2026-03-10", "2026-04-10", 1, 1),
        ("2026-03-10", "2026-04-11", 1, 2),
        ("2026-01-31", "2026-02-27", 0, 1),
        ("2026-01-31", "2026-02-28", 1, 1),
        ("2026-01-31", "2026-03-01", 1, 2),
        ("2024-02-29", "2025-02-28", 12, 12),
        ("2024-02-29", "2028-02-28", 47, 48),
        ("2024-02-29", "2028-02-29", 48, 48),
        ("2025-12-31", "2026-01-01", 0, 1),
        ("1949-10-01", "2199-10-02", 3000, 3001),
        ("2026-03-10", "2026-03-10", 0, 0),
        ("2026-03-10", "2026-03-09", 0, 0),
    ],
)
def test_months_are_counted_from_corresponding_day_to_corresponding_day(
    first: str, last: str, down: int, up: int
) -> None:
    between = date.fromisoformat(first), date.fromisoformat(last)
    assert count_span(*between, "月", "down", None) == down
    assert count_span(*between, "月", "up", None) == up


def test_a_month_is_full_on_the_very_day_on_which_the_law_says_so() -> None:
    def corresponding(day: date, months: int) -> date:
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

    for offset in range(0, 1500, 7):
        first = date(2023, 11, 28) + timedelta(days=offset)
        for months in (1, 2, 11, 12, 13):
            end = corresponding(first, months)
            assert count_span(first, end, "月", "up", None) == months
            assert count_span(first, end - timedelta(days=1), "月", "down", None) == months - 1
            assert count_span(first, end + timedelta(days=1), "月", "up", None) == months + 1


@pytest.mark.parametrize(
    ("unit", "told"), [("月", "0 个月"), ("日", "0 日"), ("工作日", "0 个工作日")], ids=["月", "日", "工作日"]
)
def test_no_time_at_all_is_told_as_such(unit: str, told: str) -> None:
    test = f"{{at_most: [{{between: [{DAYS}], in: {unit}}}, 3 {unit}]}}"
    word, said = explain(test, **{"bid.listed_on": "2026-03-10", "bid.signed_on": "2026-03-10"})
    assert word == "pass"
    assert said.endswith(f"＝ {told}。")


def test_a_project_of_a_few_days_in_one_month_lasts_one_month_at_most() -> None:
    test = f"{{at_most: [{{between: [{DAYS}], in: 月, partial: up}}, 1 月]}}"
    assert explain(test, **{"bid.listed_on": "2026-03-10", "bid.signed_on": "2026-03-20"})[0] == "pass"
    assert explain(test, **{"bid.listed_on": "2026-03-10", "bid.signed_on": "2026-04-11"})[0] == "fail"


def test_what_moves_by_no_time_stays() -> None:
    test = f"{{equal: [bid.signed_on, {{date: bid.signed_on, plus: {{between: [{DAYS}], in: 日}}}}]}}"
    same = {"bid.listed_on": "2026-03-10", "bid.signed_on": "2026-03-10"}
    assert explain(test, **same)[0] == "pass"


def test_what_cannot_be_counted_is_not_known_and_says_why() -> None:
    test = f"{{at_most: [bid.signed_on, {{date: bid.signed_on, plus: {{between: [{DAYS}], in: 日}}}}]}}"
    word, said = explain(test, **{"bid.listed_on": "1950-01-01", "bid.signed_on": "2150-01-01"})
    assert word == "unknown"
    assert "超出范围" in said
    word, said = explain(
        "{at_most: [bid.listed_on, {date: bid.signed_on, plus: 3 工作日}]}",
        **{"bid.listed_on": "2026-03-10", "bid.signed_on": "2026-03-10"},
    )
    assert word == "unknown"
    assert "需要工作日历" in said


@pytest.mark.parametrize(
    ("operand", "told"),
    [
        ("{percent: 33.3%, of: bid.total}", "＝ 33.3333 元"),
        ("{divide: bid.total, by: 30%}", "＝ 约 333.666667 元"),
        ("{percent: 50%, of: bid.total}", "＝ 50.05 元"),
    ],
)
def test_an_amount_finer_than_a_fen_is_compared_and_told_exactly(operand: str, told: str) -> None:
    facts = {"bid.own": "50.05 元", "bid.total": "100.1 元"}
    word, said = explain(f"{{at_least: [bid.own, {operand}]}}", **facts)
    assert word == ("fail" if "约" in told else "pass")
    assert told in said


def test_a_ratio_without_an_end_is_told_as_near_and_judged_exactly() -> None:
    word, said = explain(
        "{at_most: [{ratio: bid.own, to: bid.total}, 33.333333%]}", **{"bid.own": "1 元", "bid.total": "3 元"}
    )
    assert word == "fail"
    assert "＝ 约 33.333333%" in said


@pytest.mark.parametrize(
    ("written", "of", "shown"),
    [
        ("40%", PERCENT, "40%"),
        ("12.5%", PERCENT, "12.5%"),
        ("0.015%", PERCENT, "0.015%"),
        ("1234.5 元", MONEY, "1,234.50 元"),
        ("60.25 分", ValueType(Kind.score), "60.25 分"),
        ("24 个月", ValueType(Kind.term, "月"), "2 年"),
        ("7 日", ValueType(Kind.term, "日"), "7 日"),
        ("2026-03-02", DATE, "2026-03-02"),
    ],
)
def test_what_is_written_is_told_as_it_is(written: str, of: ValueType, shown: str) -> None:
    assert format_value(read_literal(written)[1], of) == shown


def test_a_very_large_amount_is_rounded_to_six_places() -> None:
    many = "{multiply: {multiply: bid.total, by: 999999999 家}, by: 999999999 家}"
    test = f"{{at_least: [{{round: {many}, places: 6, how: up}}, 1 元]}}"
    assert explain(test, **{"bid.total": "10000000000000 元"})[0] == "pass"
