"""What is said to be known: whatever isn't what it has to be is told at its own line, and nothing is passed over."""

from datetime import date

import pytest
from tests.policy.building import ON, judge, make_rule, read_text

from jiebang.policy.read_facts import FactReader
from jiebang.policy.values import BadValue, read_day
from jiebang.policy.verdicts import explain_verdict

MILD = "{any: [{holds: bid.a, name: x}, {not: {holds: bid.b, name: z}}]}"
DEPARTS = "departs: {by: [bureau], with: reason}"


def complaints(text: str) -> list[tuple[str, str]]:
    """What the reader says of a facts file's text: where, and what is wrong."""
    said: list[tuple[str, str]] = []
    program = make_rule(MILD, force="in-principle", more=DEPARTS)
    FactReader(program, lambda path, what, _: said.append((".".join(map(str, path)), what))).read(
        read_text(text), date.fromisoformat(ON)
    )
    return said


@pytest.mark.parametrize(
    "written", ["20260302", "2026-W10-1", "2026-3-2", "2026-02-30", "２０２６-03-02", ""]
)
def test_a_day_is_written_in_one_way(written: str) -> None:
    with pytest.raises(BadValue, match="这一天"):
        read_day(written)


@pytest.mark.parametrize("written", ["0001-01-01", "1948-12-31", "2200-01-01", "9999-12-31"])
def test_a_year_has_to_be_one_that_somebody_may_mean(written: str) -> None:
    with pytest.raises(BadValue, match="年份不合理"):
        read_day(written)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("facts: {bid.plan: {value: 甲, evidence: 5}}", "facts.bid.plan.evidence", "evidence 应是文字，写的是“5”"),
        ("facts: {bid.a: True}", "facts.bid.a", "甲：“True”不是这里要的值"),
        ("facts: {bid.plan: [true, {x: 1}]}", "facts.bid.plan", "方案：“[true, {x: 1}]”不是这里要的值"),
        ("decided: {nothing: 1}", "decided.nothing", "政策包里没有裁量项“nothing”"),
        ("departures: {r#y: {by: bureau, with: reason, reason: 重大}}", "departures.r#y", "“r”里没有叫“y”的条件或限额"),
        ("departures: {r: {by: nobody, with: reason, reason: 重大}}", "departures.r.by", "没有角色“nobody”"),
        ("departures: {r: {by: [bureau], with: reason, reason: 重大}}", "departures.r.by", "没有角色“[bureau]”"),
        ("departures: {r: {by: bureau, with: reason, reason: 3}}", "departures.r.reason", "reason 应是文字，写的是“3”"),
        ("departures: {r: {by: bureau, with: reason, resaon: 重大}}", "departures.r.resaon", "例外没有“resaon”这一项"),
        ("relations: [{from: [甲], to: 乙, kind: kin}]", "relations.0.from", "from 没有写是谁（“[甲]”）"),
        ("relations: [{from: 甲, to: 5, kind: kin}]", "relations.0.to", "to 没有写是谁（“5”）"),
        ('relations: [{from: "", to: 乙, kind: kin}]', "relations.0.from", "from 没有写是谁（“”）"),
        ("relations: [{from: 甲, to: 乙, kind: [kin]}]", "relations.0.kind", "没有“[kin]”这种关系"),
        ("relations: [{from: 甲, to: 乙, kind: kin, note: x}]", "relations.0.note", "关系没有“note”这一项"),
        ("relations: [{from: 甲, to: 乙, kind: kin, since: 2026-03-01, until: 2026-02-28}]", "relations.0", "关系的止日 2026-02-28 早于起日 2026-03-01"),
        ("relations_as_of: 2199-12-31", "relations_as_of", f"查询日期 2199-12-31 晚于判断之日 {ON}"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_named(text: str, where: str, what: str) -> None:
    assert complaints(text) == [(where, what)]


@pytest.mark.parametrize("key", ["r", "r#x", "r#z"])
def test_a_departure_is_from_a_rule_or_one_of_its_conditions(key: str) -> None:
    assert complaints(f"departures: {{{key}: {{by: bureau, with: reason, reason: 重大}}}}") == []


def test_every_slip_in_every_record_is_told_at_its_own_place() -> None:
    said = complaints(
        "facts:\n"
        "  bid.credit:\n"
        "    - {on: 2026-02-30, serious: maybe}\n"
        "    - {when: 2026-01-01}\n"
        "    - 5\n"
        "    - {on: 2026-01-01, serious: true}\n"
    )
    assert said == [
        ("facts.bid.credit.0.on", "失信记录（第 1 条）：没有 2026-02-30 这一天"),
        ("facts.bid.credit.0.serious", "失信记录（第 1 条）：“maybe”不是这里要的值"),
        ("facts.bid.credit.1.when", "失信记录（第 2 条）：没有“when”这个字段"),
        ("facts.bid.credit.2", "失信记录（第 3 条）：不是一条记录"),
    ]


@pytest.mark.parametrize(
    ("lead", "other"), [("", ""), ("甲", ""), ("", "甲")], ids=["both", "the other", "the first"]
)
@pytest.mark.parametrize("test", ["related: [bid.lead]", "related: [bid.lead, bid.lead]"])
def test_who_was_left_blank_is_nobody(lead: str, other: str, test: str) -> None:
    program = make_rule(f"{{not: {{{test}, to: [challenge.sponsor], by: []}}}}")
    assert judge(program, facts={"bid.lead": lead, "challenge.sponsor": other}).word == "unknown"


@pytest.mark.parametrize(
    ("force", "departs", "made", "told"),
    [
        ("in-principle", f", {DEPARTS}", {"by": "county", "with": "reason", "reason": "重大"}, "，记下的例外不算数，市科技局可凭记录理由例外。"),
        ("in-principle", f", {DEPARTS}", {"by": "bureau", "with": "reason"}, "，记下的例外不算数，市科技局可凭记录理由例外。"),
        ("must", "", {"by": "bureau", "with": "reason", "reason": "重大"}, "，记下的例外不算数：这一条不能例外。"),
    ],
)  # fmt: skip
def test_a_departure_that_helps_nobody_is_told_to_help_nobody(
    force: str, departs: str, made: dict[str, str], told: str
) -> None:
    program = make_rule(f"{{holds: bid.a, name: x{departs}}}", force=force)
    verdict = judge(program, facts={"bid.a": False}, departures={"r": made})
    assert explain_verdict(verdict, program.types, program.pack)["explanation"].endswith(told)
