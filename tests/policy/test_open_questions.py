"""What a thing still waits for: the questions that can change its answer, and no others."""

from typing import Any

import pytest
from tests.policy.building import judge, know, make_program, make_rule

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.amounts import Amount
from jiebang.policy.program import Program
from jiebang.policy.verdicts import explain_verdict, unset_of

QUESTIONS = """
discretion:
  rate: {clause: EX-1, question: 比例是多少？, scope: programme, type: percent, decides: [bureau], blocks: 补助}
  top: {clause: EX-1, question: 上限是多少？, scope: programme, type: money, decides: [bureau], blocks: 补助}
  base: {clause: EX-1, question: 按什么算？, scope: programme, type: choice, options: {total: 总投入, own: 自筹}, decides: [bureau], blocks: 补助}
  long: {clause: EX-1, question: 多久？, scope: programme, type: term, unit: 月, decides: [bureau], blocks: 期限}
"""
MONEY = "clause: EX-1, label: 补助, kind: grant, payer: bureau, payee: solver, fiscal: true"
BY_RATE = "{percent: {discretion: rate}, of: bid.total}"
BY_BASE = "{equal: [{discretion: base}, total]}"


def make_money(**items: str) -> Program:
    rows = "\n".join(f"  {key}: {{{MONEY}, {more}}}" for key, more in items.items())
    return make_program(f"money:\n{rows}\n{QUESTIONS}")


def compute(program: Program, facts: dict[str, Any], item: str = "aid", **data: Any) -> Amount:
    return program.accountant.compute(item, know(program, facts=facts, **data))


CHOICE = f"amount: {{when: {{holds: bid.a}}, then: 10 元, otherwise: {BY_RATE}}}"
INNER = f"amount: {{when: {{holds: bid.a}}, then: 10 元, otherwise: {{when: {BY_BASE}, then: bid.own, otherwise: {BY_RATE}}}}}"
ADDED = (
    f"amount: {{add: [{{when: {{holds: bid.a}}, then: 10 元, otherwise: {BY_RATE}}}, {{discretion: top}}]}}"
)


@pytest.mark.parametrize(
    ("more", "facts", "decided", "status", "unset", "missing"),
    [
        (CHOICE, {"bid.a": True}, {}, "ok", [], []),
        (CHOICE, {"bid.a": False, "bid.total": "100 元"}, {}, "unknown", ["rate"], []),
        (CHOICE, {"bid.a": False}, {"rate": "20%"}, "unknown", [], ["bid.total"]),
        # While the condition is unknown, either branch may come to count.
        (CHOICE, {}, {}, "unknown", ["rate"], ["bid.a", "bid.total"]),
        (INNER, {"bid.a": True}, {}, "ok", [], []),
        (INNER, {"bid.a": False, "bid.own": "1 元"}, {"base": "total"}, "ok", [], []),
        (INNER, {"bid.a": False, "bid.own": "1 元"}, {"base": "own"}, "unknown", ["rate"], ["bid.total"]),
        (INNER, {"bid.a": False, "bid.own": "1 元"}, {}, "unknown", ["base", "rate"], ["bid.total"]),
        (ADDED, {"bid.a": True}, {}, "unknown", ["top"], []),
        (ADDED, {"bid.a": True}, {"top": "1 元"}, "ok", [], []),
    ],
)  # fmt: skip
def test_the_branch_that_is_not_taken_keeps_nothing_open(
    more: str,
    facts: dict[str, Any],
    decided: dict[str, str],
    status: str,
    unset: list[str],
    missing: list[str],
) -> None:
    found = compute(make_money(aid=more), facts, decided=decided)
    assert (found.status, found.unset, found.missing) == (status, unset, missing)


LIMIT = "amount: bid.own, ceilings: [{{name: top, clause: EX-1, force: {force}, limit: {{discretion: top}}, {more}}}]"
RACE_ONLY = LIMIT.format(force="must", more=f"when: {{all: [{{holds: bid.a}}, {BY_BASE}]}}")
DEPARTABLE = LIMIT.format(force="in-principle", more="departs: {by: [bureau], with: reason}")
REASON = {"aid#top": {"by": "bureau", "with": "reason", "reason": "重大"}}


@pytest.mark.parametrize(
    ("more", "facts", "decided", "departures", "status", "unset"),
    [
        # It doesn't apply, so nobody has to wait for how high it is nor for the other half of its condition.
        (RACE_ONLY, {"bid.a": False}, {}, {}, "ok", []),
        (RACE_ONLY, {"bid.a": True}, {}, {}, "unknown", ["top", "base"]),
        (RACE_ONLY, {"bid.a": True}, {"base": "own"}, {}, "ok", []),
        (RACE_ONLY, {"bid.a": True}, {"base": "total"}, {}, "unknown", ["top"]),
        (DEPARTABLE, {}, {}, {}, "unknown", ["top"]),
        (DEPARTABLE, {}, {}, REASON, "ok", []),
    ],
)  # fmt: skip
def test_a_limit_that_does_not_hold_keeps_nothing_open(
    more: str,
    facts: dict[str, Any],
    decided: dict[str, str],
    departures: dict[str, Any],
    status: str,
    unset: list[str],
) -> None:
    found = compute(
        make_money(aid=more), {"bid.own": "1 元", **facts}, decided=decided, departures=departures
    )
    assert (found.status, found.unset) == (status, unset)


@pytest.mark.parametrize(
    ("accepted", "decided", "amount", "unset"),
    [(False, {}, "100.00", []), (True, {}, None, ["rate"]), (True, {"rate": "20%"}, "80.00", [])],
)
def test_what_is_left_waits_for_the_other_parts_that_are_due(
    accepted: bool, decided: dict[str, str], amount: str | None, unset: list[str]
) -> None:
    program = make_money(
        aid="amount: {rest_of: whole}, part_of: whole",
        whole="amount: bid.total",
        first=f"amount: {BY_RATE}, part_of: whole, when: {{holds: bid.a}}",
    )
    found = compute(program, {"bid.total": "100 元", "bid.a": accepted}, decided=decided)
    assert (found.amount and f"{found.amount:f}", found.unset) == (amount, unset)


def test_a_certain_condition_is_not_waited_for() -> None:
    """One half of an `any` holds: what the other half waits for makes no difference."""
    program = make_money(aid=f"amount: bid.own, when: {{any: [{{holds: bid.a}}, {BY_BASE}]}}")
    facts = {"bid.own": "1 元"}
    assert compute(program, {**facts, "bid.a": True}).unset == []
    assert compute(program, {**facts, "bid.a": False}).unset == ["base"]


TERM = "terms: {notice: {clause: EX-1, label: 公示期, starts: 发布, length: {when: {holds: bid.a}, then: 1 个月, otherwise: {discretion: long}}}}"


@pytest.mark.parametrize(("short", "end", "unset"), [(True, "2026-04-02", []), (False, None, ["long"])])
def test_the_length_that_is_not_taken_keeps_no_term_open(
    short: bool, end: str | None, unset: list[str]
) -> None:
    program = make_program(TERM + QUESTIONS)
    s = know(program, calendar=WorkingCalendar.bundled(), facts={"bid.a": short})
    found = program.timekeeper.deadline("notice", s.on, s)
    assert (found.ends_on and found.ends_on.isoformat(), found.unset) == (end, unset)


RULE = f"{{at_least: [bid.own, {{when: {{holds: bid.a}}, then: 10 元, otherwise: {BY_RATE}}}]}}"


@pytest.mark.parametrize(
    ("facts", "word", "unset", "shown"),
    [
        ({"bid.a": True}, "unknown", [], ["bid.own", "bid.a"]),
        ({"bid.a": True, "bid.own": "10 元"}, "pass", [], ["bid.own", "bid.a"]),
        ({"bid.a": False, "bid.own": "10 元"}, "unknown", ["rate"], ["bid.own", "bid.a", "bid.total"]),
        ({"bid.own": "10 元"}, "unknown", ["rate"], ["bid.own", "bid.a", "bid.total"]),
    ],
)
def test_a_verdict_names_only_what_it_stands_on(
    facts: dict[str, Any], word: str, unset: list[str], shown: list[str]
) -> None:
    program = make_program(
        f"rules: {{r: {{clause: EX-1, label: 规则, force: must, at: decide, stages: [report], test: {RULE}}}}}{QUESTIONS}"
    )
    verdict = judge(program, facts=facts)
    [(leaf, _)] = verdict.leaves
    assert (verdict.word, unset_of(leaf, verdict.situation)) == (word, unset)
    [told] = explain_verdict(verdict, program.types, program.pack)["conditions"]
    assert [one["fact"] for one in told["inputs"]] == shown
    assert told.get("unset", []) == unset


def test_a_rule_without_a_choice_names_all_it_reads() -> None:
    program = make_rule("{at_least: [bid.own, {percent: 40%, of: bid.total}]}")
    [told] = explain_verdict(judge(program), program.types, program.pack)["conditions"]
    assert [one["fact"] for one in told["inputs"]] == ["bid.own", "bid.total"]


def test_a_choice_made_record_by_record_names_both_its_branches() -> None:
    """Which branch is taken may differ from record to record, so neither can be left out."""
    choice = "{when: {equal: [item.to, 甲]}, then: {discretion: top}, otherwise: bid.own}"
    test = f"{{every: bid.answers, test: {{at_least: [bid.total, {choice}]}}}}"
    program = make_program(
        f"rules: {{r: {{clause: EX-1, label: 规则, force: must, at: decide, stages: [report], test: {test}}}}}{QUESTIONS}"
    )
    verdict = judge(program, facts={"bid.answers": [{"to": "乙"}], "bid.total": "10 元", "bid.own": "9 元"})
    [told] = explain_verdict(verdict, program.types, program.pack)["conditions"]
    assert verdict.word == "pass"
    assert [one["fact"] for one in told["inputs"]] == ["bid.answers", "bid.total", "bid.own"]
    # A sum of picked records is one amount: what picks them is read for each.
    picked = f"{{sum: bid.paid.amount, where: {{at_least: [item.amount, {choice.replace('item.to, 甲', 'item.by, 甲')}]}}}}"
    program = make_program(
        f"""
facts:
  bid.own: {{label: 自筹, type: money}}
  bid.paid: {{label: 已付, type: records, fields: {{by: {{label: 谁, type: text}}, amount: {{label: 数额, type: money}}}}}}
money: {{aid: {{{MONEY}, amount: {picked}}}}}
{QUESTIONS}"""
    )
    found = compute(program, {"bid.paid": [{"by": "甲", "amount": "1 元"}], "bid.own": "1 元"})
    assert (found.status, found.unset) == ("unknown", ["top"])
