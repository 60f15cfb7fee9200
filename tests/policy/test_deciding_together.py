"""Rules decided together, without a trace, give what they give one by one, whatever the order in which they are asked."""

from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.building import know, make_program, make_rule

from jiebang.policy.program import Program
from jiebang.policy.truth import FAIL, PASS, UNKNOWN

RECORD_FREE = "{record_free: bid.credit, where: {holds: item.serious}, last: 3 年}"
DEPARTS = "force: in-principle, departs: {by: [bureau], with: reason}"
#: One of every sort: bare bounds, negated ones, those of another source, in `all`, in `any`, under a `given`, departable.
RULES = {
    "floor": "test: {at_least: [bid.total, 500 万元]}",
    "not-over": "test: {not: {more_than: [bid.total, 900 万元]}}",
    "checked": "source: checked, test: {less_than: [bid.own, 300 万元]}",
    "flag": "test: {holds: bid.a}",
    "no-flag": "test: {not: {holds: bid.b}}",
    "both": "test: {all: [{at_least: [bid.mark, 60 分]}, {all: [{holds: bid.a}, {provided: [bid.plan]}]}]}",
    "either": "test: {any: [{not_equal: [bid.mark, 70 分]}, {holds: bid.c}]}",
    "where": "given: {holds: bid.c}, test: {equal: [bid.total, 600 万元]}",
    "usual": f"{DEPARTS}, test: {{at_most: [bid.own, 100 万元]}}",
    "clean": f"test: {RECORD_FREE}",
    "wished": "force: prefer, test: {at_least: [bid.mark, 99 分]}",
}
PROGRAM = make_program(
    "rules:\n"
    + "\n".join(
        f"  {key}: {{clause: EX-1, label: 规则, at: decide, stages: [report], {'' if 'force:' in text else 'force: must, '}{text}}}"
        for key, text in RULES.items()
    )
)
VALUES: dict[str, list[Any]] = {
    "bid.total": ["499 万元", "500 万元", "600 万元", "900 万元", "901 万元"],
    "bid.own": ["100 万元", "100.01 万元", "300 万元"],
    "bid.mark": ["59.9 分", "60 分", "70 分", "99 分"],
    "bid.a": [True, False],
    "bid.b": [True, False],
    "bid.c": [True, False],
    "bid.plan": ["方案", ""],
    "bid.credit": [[], [{"on": "2025-01-01", "serious": True}], [{"on": "2025-01-01"}]],
}
GOOD = {
    "bid.total": "600 万元", "bid.own": "100 万元", "bid.mark": "60 分", "bid.a": True, "bid.b": False, "bid.c": True,
    "bid.plan": "方案", "bid.credit": [{"on": "2025-01-01", "serious": False}],
}  # fmt: skip
BAD = {
    "bid.total": "499 万元", "bid.own": "300 万元", "bid.mark": "59.9 分", "bid.a": False, "bid.b": True, "bid.c": False,
    "bid.plan": "", "bid.credit": [{"on": "2025-01-01", "serious": True}],
}  # fmt: skip
REASON = {"by": "bureau", "with": "reason", "reason": "重大"}


def one_by_one(program: Program, **data: Any) -> int:
    """The worst of the verdicts that people are shown."""
    verdicts = program.judge(know(program, **data), program.rules.values())
    return min((v.truth for v in verdicts if not v.is_preference), default=PASS)


def together(program: Program, **data: Any) -> int:
    return program.decide(know(program, **data), program.rules_for(at="decide"))


def test_what_is_good_passes() -> None:
    assert together(PROGRAM, facts=GOOD, source="checked", as_of="2026-03-01") == PASS


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
    st.sampled_from(["declared", "checked"]),
    st.booleans(),
)
def test_together_is_the_worst_of_one_by_one(facts: dict[str, Any], source: str, departed: bool) -> None:
    known: dict[str, Any] = {"facts": facts, "source": source, "as_of": "2026-03-01"}
    known |= {"departures": {"usual": REASON}} if departed else {}
    assert together(PROGRAM, **known) == one_by_one(PROGRAM, **known)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("bad", [False, True])
def test_one_thing_missing_or_wrong_decides(name: str, bad: bool) -> None:
    facts: dict[str, Any] = {key: value for key, value in GOOD.items() if key != name}
    if bad:
        facts[name] = BAD[name]
    known = {"facts": facts, "source": "checked", "as_of": "2026-03-01"}
    wanted = (PASS if name == "bid.c" else FAIL) if bad else UNKNOWN
    assert together(PROGRAM, **known) == one_by_one(PROGRAM, **known) == wanted


@pytest.mark.parametrize(
    "order", list(permutations(["{holds: bid.a}", "{equal: [bid.mark, 60 分]}", "{provided: [bid.plan]}"]))
)
@pytest.mark.parametrize("states", list(product((FAIL, UNKNOWN, PASS), repeat=3)))
def test_no_order_changes_the_answer(order: tuple[str, ...], states: tuple[int, ...]) -> None:
    given: dict[str, dict[int, Any]] = {
        "bid.a": {FAIL: False, PASS: True}, "bid.mark": {FAIL: "61 分", PASS: "60 分"}, "bid.plan": {FAIL: "", PASS: "方案"}
    }  # fmt: skip
    facts = {n: v[state] for (n, v), state in zip(given.items(), states, strict=True) if state in v}
    assert together(make_rule(f"{{all: [{', '.join(order)}]}}"), facts=facts) == min(states)


@pytest.mark.parametrize(
    ("word", "below", "same", "above"),
    [
        ("at_least", FAIL, PASS, PASS),
        ("more_than", FAIL, FAIL, PASS),
        ("at_most", PASS, PASS, FAIL),
        ("less_than", PASS, FAIL, FAIL),
        ("equal", FAIL, PASS, FAIL),
        ("not_equal", PASS, FAIL, PASS),
    ],
)
def test_not_turns_every_comparison_round(word: str, below: int, same: int, above: int) -> None:
    plain = make_rule(f"{{{word}: [bid.mark, 60 分]}}")
    turned = make_rule(f"{{not: {{{word}: [bid.mark, 60 分]}}}}")
    for mark, wanted in (("59.9 分", below), ("60 分", same), ("60.1 分", above)):
        assert together(plain, facts={"bid.mark": mark}) == wanted
        assert together(turned, facts={"bid.mark": mark}) == PASS - wanted
    assert together(turned) == UNKNOWN


# ── lists within lists ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("sure", "wanted"), [([True, True], PASS), ([True, False], FAIL)])
def test_a_list_gone_through_inside_another_gives_the_outer_record_back(
    sure: list[bool], wanted: int
) -> None:
    """The inner list uses the same word for its records; after it, `item` is the outer one's again."""
    inner = "{at_least: [{count: bid.credit, in: 条, where: {holds: item.serious}}, 1 条]}"
    program = make_rule(f"{{every: bid.answers, test: {{all: [{inner}, {{holds: item.sure}}]}}}}")
    facts = {
        "bid.answers": [{"sure": one} for one in sure],
        "bid.credit": [{"serious": True}, {"serious": False}],
    }
    s = know(program, facts=facts)
    assert program.decide(s, program.rules.values()) == wanted
    assert s.items == {}


def test_nothing_of_a_list_is_left_behind_where_a_test_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    program = make_rule(RECORD_FREE)
    s = know(program, facts={"bid.credit": [{"on": "2025-01-01"}]}, source="checked", as_of="2026-03-01")

    class Broken(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            if key == "serious":
                raise ArithmeticError
            return super().get(key, default)

    s.facts["bid.credit"].value = (Broken(on=s.on),)
    with pytest.raises(ArithmeticError):
        program.decide(s, program.rules.values())
    assert s.items == {}


def test_a_situation_that_learns_something_is_judged_anew() -> None:
    """Nothing found out about a situation outlives what it was found out from."""
    program = make_rule("{not: {related: [bid.lead], to: [challenge.sponsor], by: [sole_control]}}")
    known = {"bid.lead": "甲", "challenge.sponsor": "乙"}
    s = know(program, facts=known, relations=[], relations_as_of="2026-03-01")
    assert program.decide(s, program.rules.values()) == PASS
    tie = [{"from": "甲", "to": "乙", "kind": "sole_control"}]
    s.relations = know(program, relations=tie).relations
    assert program.decide(s, program.rules.values()) == FAIL
    s.facts["bid.lead"].value = "丙"
    assert program.decide(s, program.rules.values()) == PASS
