"""A number moves by the least unit a regulation could have meant, and stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiebang.policy.neighbours import neighbours_of
from jiebang.policy.values import read_literal


@pytest.mark.parametrize(
    ("written", "neighbours"),
    [
        ("500 万元", ["4999999.99 元", "5000000.01 元"]),
        ("0 元", ["0.01 元"]),
        ("40%", ["39.99%", "40.01%"]),
        ("0%", ["0.01%"]),
        ("60 分", ["59.99 分", "60.01 分"]),
        ("3 家", ["2 家", "4 家"]),
        ("0 家", ["1 家"]),
        ("2 年", ["23 个月", "25 个月"]),
        ("7 日", ["6 日", "8 日"]),
        ("10 个工作日", ["9 个工作日", "11 个工作日"]),
        ("2024-02-29", ["2024-02-28", "2024-03-01"]),
        ("17:00", ["16:59", "17:01"]),
        ("24:00", ["23:59"]),
        ("00:00", ["00:01"]),
        (2, [1, 3]),
        (0, [1]),
    ],
)
def test_neighbours(written: str | int, neighbours: list[str | int]) -> None:
    assert neighbours_of(written) == neighbours


@pytest.mark.parametrize(
    "written", ["energy", "challenge.total_investment", True, False, "unset", None, "市级"]
)
def test_what_is_not_a_number_has_none(written: object) -> None:
    assert neighbours_of(written) == []


def test_reviewers_give_whole_points() -> None:
    assert neighbours_of("40 分", whole_points=True) == ["39 分", "41 分"]


@given(st.integers(min_value=1, max_value=10**15 - 1))
def test_an_amount_lies_between_its_neighbours(fen: int) -> None:
    written = f"{fen // 100}.{fen % 100:02d} 元"
    below, above = (read_literal(text)[1] for text in neighbours_of(written))
    here = read_literal(written)[1]
    assert below < here < above
    assert above - below == 2 * (here - below)
