"""Terms: written with their unit, within bounds, and compared only where one is always the longer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiebang.kernel.periods import (
    IncomparableTerms,
    MalformedTerm,
    Term,
    TermUnit,
    compare_terms,
    format_term,
    parse_term,
)

LONGEST = {TermUnit.day: 36_500, TermUnit.working_day: 25_000, TermUnit.month: 1_200, TermUnit.year: 100}
terms = st.sampled_from(list(TermUnit)).flatmap(
    lambda unit: st.builds(Term, st.integers(1, LONGEST[unit]), st.just(unit))
)


@pytest.mark.parametrize(
    ("written", "length", "unit", "shown"),
    [
        ("7 日", 7, TermUnit.day, "7 日"),
        ("7日", 7, TermUnit.day, "7 日"),
        ("7 天", 7, TermUnit.day, "7 日"),
        ("7 个自然日", 7, TermUnit.day, "7 日"),
        ("10 个工作日", 10, TermUnit.working_day, "10 个工作日"),
        ("10 工作日", 10, TermUnit.working_day, "10 个工作日"),
        ("24 个月", 24, TermUnit.month, "24 个月"),
        ("24 月", 24, TermUnit.month, "24 个月"),
        ("2 年", 2, TermUnit.year, "2 年"),
        ("１０　个工作日", 10, TermUnit.working_day, "10 个工作日"),
        (" 3\u00a0年 ", 3, TermUnit.year, "3 年"),
        ("36500 日", 36_500, TermUnit.day, "36500 日"),
        ("100 年", 100, TermUnit.year, "100 年"),
    ],
)
def test_is_read_and_written(written: str, length: int, unit: TermUnit, shown: str) -> None:
    term = parse_term(written)
    assert term == Term(length, unit)
    assert format_term(term) == str(term) == shown


@given(terms)
def test_what_is_written_is_read_back(term: Term) -> None:
    assert parse_term(format_term(term)) == term


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "是空的"),
        ("7", "没有写单位"),
        ("三年", "阿拉伯数字"),
        ("半年", "阿拉伯数字"),
        ("十个工作日", "阿拉伯数字"),
        ("0 日", "以 0 开头"),
        ("07 日", "以 0 开头"),
        ("0.5 年", "以 0 开头"),
        ("1.5 年", "不是整数"),
        ("-7 日", "看不懂"),
        ("7 个日", "看不懂"),
        ("7 个年", "看不懂"),
        ("7 周", "看不懂"),
        ("7 日内", "看不懂"),
        ("1 年 6 个月", "看不懂"),
        ("7 d", "看不懂"),
        ("② 日", "看不懂"),
        ("36501 日", "超出范围，应在 1 至 36500 日之间"),
        ("25001 个工作日", "超出范围"),
        ("1201 个月", "超出范围"),
        ("101 年", "超出范围"),
        pytest.param("9" * 1_000_000 + " 日", "看不懂", id="a million digits"),
        (7, "不能是 int 值"),
        (7.0, "不能是 float 值"),
        (None, "不能是 NoneType 值"),
    ],
)
def test_is_refused_and_says_why(written: Any, said: str) -> None:
    with pytest.raises(MalformedTerm) as caught:
        parse_term(written)
    assert said in caught.value.what
    assert caught.value.fix
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("length", "unit"),
    [
        (0, TermUnit.day),
        (-1, TermUnit.year),
        (1.0, TermUnit.day),
        (True, TermUnit.day),
        (1, "日"),
        pytest.param(10**5000, TermUnit.day, id="5001 digits"),
    ],
)
def test_no_term_without_sense_can_be_made(length: Any, unit: Any) -> None:
    with pytest.raises(MalformedTerm):
        Term(length, unit)


@pytest.mark.parametrize(
    ("a", "b", "order"),
    [
        ("7 日", "10 日", -1),
        ("10 日", "10 天", 0),
        ("11 日", "10 日", 1),
        ("5 个工作日", "10 个工作日", -1),
        ("11 个月", "1 年", -1),
        ("12 个月", "1 年", 0),
        ("13 个月", "1 年", 1),
        ("3 年", "36 个月", 0),
        ("3 年", "2 年", 1),
    ],
)
def test_terms_of_one_kind_are_compared(a: str, b: str, order: int) -> None:
    assert compare_terms(parse_term(a), parse_term(b)) == order
    assert compare_terms(parse_term(b), parse_term(a)) == -order


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("1 年", "365 日"),
        ("1 年", "366 日"),
        ("1 年", "9000 日"),
        ("1 个月", "30 日"),
        ("7 日", "5 个工作日"),
        ("7 日", "7 个工作日"),
        ("1 个月", "22 个工作日"),
    ],
)
def test_terms_of_different_kinds_are_not_compared(a: str, b: str) -> None:
    for one, other in ((a, b), (b, a)):
        with pytest.raises(IncomparableTerms, match="单位不同"):
            compare_terms(parse_term(one), parse_term(other))


def test_terms_have_no_order_that_would_ignore_their_unit() -> None:
    with pytest.raises(TypeError):
        _ = parse_term("7 日") < parse_term("10 日")  # type: ignore[operator]
