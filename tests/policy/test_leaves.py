"""The other leaves of the vocabulary, a row each: passing, failing, unknown."""

from typing import Any

import pytest
from tests.policy.building import judge, make_rule


@pytest.mark.parametrize(
    ("test", "known", "word"),
    [
        ("{at_least: [bid.total, 500 万元]}", {"bid.total": "4999999.99 元"}, "fail"),
        ("{at_least: [bid.total, 500 万元]}", {"bid.total": "5000000 元"}, "pass"),
        ("{more_than: [bid.total, 500 万元]}", {"bid.total": "5000000 元"}, "fail"),
        ("{more_than: [bid.total, 500 万元]}", {"bid.total": "5000000.01 元"}, "pass"),
        ("{at_most: [bid.total, 500 万元]}", {"bid.total": "5000000 元"}, "pass"),
        ("{at_most: [bid.total, 500 万元]}", {"bid.total": "5000000.01 元"}, "fail"),
        ("{less_than: [bid.total, 500 万元]}", {"bid.total": "5000000 元"}, "fail"),
        ("{less_than: [bid.total, 500 万元]}", {"bid.total": "4999999.99 元"}, "pass"),
        ("{at_least: [bid.total, 500 万元]}", {}, "unknown"),
        ("{not_equal: [bid.mark, 60 分]}", {"bid.mark": "60 分"}, "fail"),
        ("{at_least: [bid.own, {percent: 40%, of: bid.total}]}", {"bid.own": "0.4 元", "bid.total": "1 元"}, "pass"),
        ("{at_least: [bid.own, {percent: 40%, of: bid.total}]}", {"bid.own": "0.39 元", "bid.total": "1 元"}, "fail"),
        ("{at_least: [bid.own, {percent: 40%, of: bid.total}]}", {"bid.own": "0.4 元"}, "unknown"),
        ("{equal: [{greatest: [bid.signed_on, bid.listed_on]}, 2026-03-03]}", {"bid.signed_on": "2026-03-02", "bid.listed_on": "2026-03-03"}, "pass"),
        ("{equal: [{least: [bid.signed_on, bid.listed_on]}, 2026-03-03]}", {"bid.signed_on": "2026-03-02", "bid.listed_on": "2026-03-03"}, "fail"),
        ("{equal: [{greatest: [bid.signed_on, bid.listed_on]}, 2026-03-03]}", {"bid.listed_on": "2026-03-03"}, "unknown"),
        ("{provided: [bid.plan, bid.a]}", {"bid.plan": "方案", "bid.a": False}, "pass"),
        ("{provided: [bid.plan, bid.a]}", {"bid.plan": "方案"}, "unknown"),
        ("{provided: [bid.plan, bid.a]}", {"bid.plan": "  "}, "fail"),
        ("{includes: bid.fields, options: [energy, health]}", {"bid.fields": ["health", "energy"]}, "pass"),
        ("{includes: bid.fields, options: [energy, health]}", {"bid.fields": ["health"]}, "fail"),
        ("{includes: bid.fields, options: [energy]}", {}, "unknown"),
        ("{at_least: [{size: bid.partners, in: 家}, 2 家]}", {"bid.partners": ["甲"]}, "fail"),
        ("{at_least: [{size: bid.partners, in: 家}, 2 家]}", {"bid.partners": ["甲", "乙"]}, "pass"),
        ("{every: bid.answers, test: {holds: item.sure}}", {"bid.answers": []}, "pass"),
        ("{every: bid.answers, test: {holds: item.sure}}", {"bid.answers": [{"sure": True}, {"to": "甲"}]}, "unknown"),
        ("{every: bid.answers, test: {holds: item.sure}}", {"bid.answers": [{"sure": False}, {"to": "甲"}]}, "fail"),
        ("{every: bid.answers, test: {holds: item.sure}}", {}, "unknown"),
        ("{some: bid.answers, test: {holds: item.sure}}", {"bid.answers": []}, "fail"),
        ("{some: bid.answers, test: {holds: item.sure}}", {"bid.answers": [{"sure": True}, {"to": "甲"}]}, "pass"),
        ("{some: bid.answers, test: {holds: item.sure}}", {"bid.answers": [{"to": "甲"}]}, "unknown"),
    ],
)  # fmt: skip
def test_leaf(test: str, known: dict[str, Any], word: str) -> None:
    assert judge(make_rule(test), facts=known).word == word


@pytest.mark.parametrize(
    ("asked", "answers", "word"),
    [
        (["甲"], ["甲"], "pass"),
        (["甲", "乙"], ["乙", "甲", "丙"], "pass"),
        (["甲", "乙"], ["甲"], "fail"),
        ([], [], "pass"),
        (None, ["甲"], "unknown"),
        (["甲"], None, "unknown"),
    ],
)
def test_every_indicator_is_answered(asked: list[str] | None, answers: list[str] | None, word: str) -> None:
    program = make_rule("{covers: challenge.asked.name, by: bid.answers.to}")
    known: dict[str, Any] = {}
    if asked is not None:
        known["challenge.asked"] = [{"name": name} for name in asked]
    if answers is not None:
        known["bid.answers"] = [{"to": name} for name in answers]
    assert judge(program, facts=known).word == word


@pytest.mark.parametrize(
    ("asked", "answers", "word"),
    [
        ([{}], [{}], "unknown"),
        ([{}], [{"to": "效率"}], "unknown"),
        ([{"name": "效率"}], [{}], "unknown"),
        ([{"name": "效率"}], [{"to": "效率"}, {}], "pass"),
        ([{"name": "效率"}, {}], [{"to": "成本"}], "fail"),
    ],
)
def test_a_name_that_nobody_wrote_is_neither_answered_nor_an_answer(
    asked: list[Any], answers: list[Any], word: str
) -> None:
    program = make_rule("{covers: challenge.asked.name, by: bid.answers.to}")
    assert judge(program, facts={"challenge.asked": asked, "bid.answers": answers}).word == word
