"""Marks: means to two decimals, a line that includes itself, places with ties kept."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiebang.policy.pack_process import Scoring
from jiebang.policy.scores import BadScores, check_review, mean_mark, rank

CRITERIA = {"value": {"label": "价值", "most": "60 分"}, "team": {"label": "团队", "most": "40 分"}}
marks = st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2))


def scoring(**more: Any) -> Scoring:
    return Scoring.model_validate({"criteria": CRITERIA, **more})


def decimals(*written: str) -> list[Decimal]:
    return [Decimal(one) for one in written]


@pytest.mark.parametrize(
    ("given_marks", "drop", "mean"),
    [
        (("60",), False, "60.00"),
        (("60", "59.99"), False, "60.00"),
        (("60", "59.98"), False, "59.99"),
        (("70", "70", "71"), False, "70.33"),
        (("70", "71", "71"), False, "70.67"),
        (("0", "70", "100"), True, "70.00"),
        (("0", "0", "90", "100"), True, "45.00"),
        (("80", "80", "80"), True, "80.00"),
    ],
)
def test_mean(given_marks: tuple[str, ...], drop: bool, mean: str) -> None:
    found = mean_mark(decimals(*given_marks), drop)
    assert str(found) == mean
    assert mean_mark(decimals(*reversed(given_marks)), drop) == found


@pytest.mark.parametrize(
    ("given_marks", "drop", "said"),
    [
        ((), False, "没有评分。至少要有一位专家的评分。"),
        ((), True, "没有评分。至少要有一位专家的评分。"),
        (("60", "70"), True, "只有 2 份评分，不能去掉最高和最低。至少要有 3 份评分。"),
    ],
)
def test_too_few_marks_are_refused(given_marks: tuple[str, ...], drop: bool, said: str) -> None:
    with pytest.raises(BadScores) as refused:
        mean_mark(decimals(*given_marks), drop)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("review", "total"),
    [
        ({"value": "60", "team": "40"}, "100"),
        ({"value": "0", "team": "0"}, "0"),
        ({"value": "30.5", "team": "20.25"}, "50.75"),
    ],
)
def test_a_review_adds_up(review: dict[str, str], total: str) -> None:
    assert check_review(scoring(), {k: Decimal(v) for k, v in review.items()}) == Decimal(total)


@pytest.mark.parametrize(
    ("review", "said"),
    [
        ({"value": "60"}, "团队：没有打分。打 0 至 40 分。"),
        ({"value": "60.01", "team": "40"}, "价值：60.01 分超出范围。打 0 至 60 分。"),
        ({"value": "60", "team": "-0.01"}, "团队：-0.01 分超出范围。打 0 至 40 分。"),
        ({"value": "60", "team": "40", "charm": "1"}, "没有这些评分项：charm。按评审表打分。"),
    ],
)
def test_a_review_is_refused(review: dict[str, str], said: str) -> None:
    with pytest.raises(BadScores) as refused:
        check_review(scoring(), {k: Decimal(v) for k, v in review.items()})
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("rules", "means", "survive"),
    [
        ({}, {"a": "1", "b": "2"}, ["b", "a"]),
        ({"pass_mark": "60 分"}, {"a": "60", "b": "59.99", "c": "60.01"}, ["c", "a"]),
        ({"pass_mark": "60 分"}, {"a": "59.99"}, []),
        ({"survivors": "2 个"}, {"a": "70", "b": "90", "c": "80"}, ["b", "c"]),
        ({"survivors": "2 个"}, {"a": "80", "b": "90", "c": "80"}, ["b", "a", "c"]),
        ({"survivors": "2 个"}, {"a": "80", "b": "90", "c": "79.99"}, ["b", "a"]),
        ({"survivors": "2 个"}, {"a": "70"}, ["a"]),
        ({"survivors": "0 个"}, {"a": "70"}, []),
        ({"survivors": "2 个", "pass_mark": "60 分"}, {"a": "90", "b": "59", "c": "58"}, ["a"]),
    ],
)
def test_who_survives(rules: dict[str, str], means: dict[str, str], survive: list[str]) -> None:
    found = rank(scoring(**rules), {bid: decimals(mark) for bid, mark in means.items()})
    assert list(found.survive) == survive
    assert {bid for bid, _ in found.marks} == means.keys()


def test_extremes_are_dropped_for_each_bid() -> None:
    found = rank(
        scoring(drop_extremes=True, survivors="1 个"),
        {"a": decimals("100", "100", "10", "50"), "b": decimals("70", "80", "90", "60")},
    )
    assert dict(found.marks) == {"a": Decimal(75), "b": Decimal(75)}
    assert found.survive == ("a", "b")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(marks, min_size=1, max_size=4), min_size=1),
    st.integers(0, 4),
)
def test_whoever_survives_is_no_worse_than_whoever_does_not(
    bids: dict[str, list[Decimal]], places: int
) -> None:
    found = rank(scoring(survivors=f"{places} 个"), bids)
    means = dict(found.marks)
    assert list(means.values()) == sorted(means.values(), reverse=True)
    assert len(found.survive) >= min(places, len(bids)) or places == 0
    inside, outside = (
        [means[bid] for bid in bids if (bid in found.survive) is kept] for kept in (True, False)
    )
    assert not inside or not outside or min(inside) > max(outside)
