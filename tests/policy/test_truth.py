"""Verdicts: three-valued, by force, from facts of a known source, and saying what made them what they are."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.building import judge, know, make_program, make_rule

from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.verdicts import explain_verdict, judge_rule

WORDS = {FAIL: "fail", UNKNOWN: "unknown", PASS: "pass"}
VALUES = {"pass": True, "fail": False}
NAMES = ("bid.a", "bid.b", "bid.c")
ALL_STATES = list(product(("fail", "unknown", "pass"), repeat=3))


def facts(*states: str) -> dict[str, bool]:
    """bid.a, bid.b, bid.c so that a leaf about each comes out as said; unknown is absent."""
    return {name: VALUES[state] for name, state in zip(NAMES, states, strict=False) if state in VALUES}


# ── all, any, not ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("test", "table"),
    [
        # rows: a fail, unknown, pass; columns: b fail, unknown, pass
        ("{all: [{holds: bid.a}, {holds: bid.b}]}", ["fff", "fuu", "fup"]),
        ("{any: [{holds: bid.a}, {holds: bid.b}]}", ["fup", "uup", "ppp"]),
        ("{not: {all: [{holds: bid.a}, {holds: bid.b}]}}", ["ppp", "puu", "puf"]),
        ("{not: {any: [{holds: bid.a}, {holds: bid.b}]}}", ["puf", "uuf", "fff"]),
        ("{all: [{holds: bid.a}, {not: {holds: bid.b}}]}", ["fff", "uuf", "puf"]),
        ("{not: {not: {holds: bid.a}}}", ["fff", "uuu", "ppp"]),
    ],
)
def test_kleene_table(test: str, table: list[str]) -> None:
    program = make_rule(test)
    order = ("fail", "unknown", "pass")
    assert ["".join(judge(program, facts=facts(a, b)).word[0] for b in order) for a in order] == table


Tree = str | tuple[str, list[Any]]


def trees() -> st.SearchStrategy[Tree]:
    return st.recursive(
        st.sampled_from(NAMES),
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
            st.tuples(st.just("not"), st.lists(inner, min_size=1, max_size=1)),
        ),
        max_leaves=7,
    )


def write(tree: Tree) -> str:
    if isinstance(tree, str):
        return f"{{holds: {tree}}}"
    word, parts = tree
    inner = ", ".join(write(part) for part in parts)
    return f"{{not: {inner}}}" if word == "not" else f"{{{word}: [{inner}]}}"


def expect(tree: Tree, known: dict[str, bool]) -> int:
    """Kleene's logic, written anew."""
    if isinstance(tree, str):
        return UNKNOWN if tree not in known else PASS if known[tree] else FAIL
    word, parts = tree
    found = [expect(part, known) for part in parts]
    return PASS - found[0] if word == "not" else min(found) if word == "all" else max(found)


@settings(max_examples=60, deadline=None)
@given(trees())
def test_any_tree_follows_kleene_with_and_without_a_trace(tree: Tree) -> None:
    program = make_rule(write(tree))
    rule = program.rules["r"]
    for states in ALL_STATES:
        situation = know(program, facts=facts(*states))
        wanted = expect(tree, facts(*states))
        verdict = judge_rule(rule, situation)
        assert (verdict.word, program.decide(situation, [rule])) == (WORDS[wanted], wanted)
        assert verdict.deciding
        assert all(leaf.truth(situation) == wanted for leaf in verdict.deciding)


@settings(max_examples=60, deadline=None)
@given(trees())
def test_learning_more_never_turns_a_definite_verdict(tree: Tree) -> None:
    program = make_rule(write(tree))
    found = {states: judge(program, facts=facts(*states)).word for states in ALL_STATES}
    for states, word in found.items():
        for i, state in enumerate(states):
            if state == "unknown" and word != "unknown":
                for learnt in ("fail", "pass"):
                    assert found[(*states[:i], learnt, *states[i + 1 :])] == word


# ── force ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

TWO_RULES = """
rules:
  wished: {clause: EX-1, label: 优先, force: prefer, at: decide, stages: [report], test: {holds: bid.a}}
  needed: {clause: EX-1, label: 必须, force: must, at: decide, stages: [report], test: {holds: bid.b}}
"""


@pytest.mark.parametrize(("wished", "needed"), list(product(("fail", "unknown", "pass"), repeat=2)))
def test_a_preference_never_blocks(wished: str, needed: str) -> None:
    program = make_program(TWO_RULES)
    situation = know(program, facts=facts(wished, needed))
    assert WORDS[program.decide(situation, program.rules.values())] == needed
    assert [v.word for v in program.judge(situation, program.rules.values())] == [wished, needed]
    assert [v.is_preference for v in program.judge(situation, program.rules.values())] == [True, False]


@pytest.mark.parametrize(
    ("given_state", "word", "decided"),
    [("pass", "fail", FAIL), ("fail", "not-applicable", PASS), ("unknown", "unknown", UNKNOWN)],
)
def test_a_rule_applies_only_where_its_given_holds(given_state: str, word: str, decided: int) -> None:
    program = make_rule("{holds: bid.a}", more="given: {holds: bid.b}")
    verdict = judge(program, facts=facts("fail", given_state))
    assert verdict.word == word
    assert program.decide(verdict.situation, program.rules.values()) == decided
    about = {"pass": "bid.a", "fail": "bid.b", "unknown": "bid.b"}[given_state]
    assert [leaf.operands[0].facts for leaf in verdict.deciding] == [(about,)]


# ── departures ────────────────────────────────────────────────────────────────────────────────────────────────────────

ACT = {"number": "示例府函〔2026〕1号", "on": "2026-03-01"}


@pytest.mark.parametrize(
    ("wanted", "key", "made", "word"),
    [
        ("reason", "r", {"by": "bureau", "with": "reason", "reason": "重大"}, "departed"),
        ("reason", "r#x", {"by": "bureau", "with": "reason", "reason": "重大"}, "departed"),
        ("reason", "r", {"by": "county", "with": "reason", "reason": "重大"}, "departable"),
        ("reason", "r", {"by": "bureau", "with": "reason"}, "departable"),
        ("reason", "r", {"by": "bureau", "with": "reason", "reason": ""}, "departable"),
        ("reason", "r", {"by": "bureau", "with": "meeting", "reason": "重大"}, "departable"),
        ("reason", "r", {"by": "bureau", "with": "external_act", "act": ACT}, "departable"),
        ("meeting", "r", {"by": "bureau", "with": "meeting", "reason": "第三次局务会"}, "departed"),
        ("meeting", "r", {"by": "bureau", "with": "meeting"}, "departable"),
        ("meeting", "r", {"by": "bureau", "with": "reason", "reason": "重大"}, "departable"),
        ("external_act", "r", {"by": "bureau", "with": "external_act", "act": ACT}, "departed"),
        ("external_act", "r", {"by": "bureau", "with": "external_act", "reason": "重大"}, "departable"),
        ("external_act", "r", {"by": "county", "with": "external_act", "act": ACT}, "departable"),
    ],
)  # fmt: skip
def test_a_departure_counts_from_whom_and_in_the_form_the_rule_says(
    wanted: str, key: str, made: dict[str, Any], word: str
) -> None:
    departs = f"departs: {{by: [bureau], with: {wanted}}}"
    program = make_rule(f"{{holds: bid.a, name: x, {departs}}}", force="in-principle")
    verdict = judge(program, facts=facts("fail"), departures={key: made})
    assert verdict.word == word
    assert program.decide(verdict.situation, program.rules.values()) == (PASS if word == "departed" else FAIL)
    [leaf] = explain_verdict(verdict, program.types, program.pack)["conditions"]
    assert ("departure" in leaf, "may_depart" in leaf) == (word == "departed", word == "departable")


REASON = {"by": "bureau", "with": "reason", "reason": "重大"}
DEPARTS = "departs: {by: [bureau], with: reason}"


@pytest.mark.parametrize(
    ("force", "state", "word"),
    [
        ("in-principle", "pass", "pass"),
        ("in-principle", "unknown", "unknown"),
        ("in-principle", "fail", "departed"),
        ("must", "fail", "fail"),
    ],
)
def test_a_departure_changes_only_a_failing_in_principle_leaf(force: str, state: str, word: str) -> None:
    program = make_rule("{holds: bid.a}", force=force, more=DEPARTS)
    assert judge(program, facts=facts(state), departures={"r": REASON}).word == word


@pytest.mark.parametrize(
    ("a", "b", "departed", "word"),
    [
        ("fail", "pass", False, "departable"),
        ("fail", "pass", True, "departed"),
        ("pass", "fail", True, "fail"),
        ("fail", "fail", True, "fail"),
        ("fail", "unknown", True, "unknown"),
    ],
)
def test_force_sits_on_the_leaf(a: str, b: str, departed: bool, word: str) -> None:
    program = make_rule(f"{{all: [{{holds: bid.a, force: in-principle, {DEPARTS}}}, {{holds: bid.b}}]}}")
    departures = {"r": REASON} if departed else {}
    assert judge(program, facts=facts(a, b), departures=departures).word == word


@pytest.mark.parametrize(
    ("a", "b", "departed", "word"),
    [
        ("pass", "fail", False, "departable"),
        ("pass", "fail", True, "departed"),
        ("fail", "fail", True, "pass"),
        ("fail", "pass", True, "fail"),
        ("unknown", "fail", True, "unknown"),
    ],
)
def test_under_not_one_departs_from_what_forbids(a: str, b: str, departed: bool, word: str) -> None:
    # Forbidden are a (in principle) and b (without exception).
    program = make_rule(
        f"{{not: {{any: [{{holds: bid.a, force: in-principle, {DEPARTS}}}, {{holds: bid.b}}]}}}}"
    )
    departures = {"r": REASON} if departed else {}
    assert judge(program, facts=facts(a, b), departures=departures).word == word


# ── what made the verdict ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("states", "word", "deciding"),
    [
        (("pass", "fail", "unknown"), "unknown", ["bid.c"]),
        (("fail", "fail", "unknown"), "fail", ["bid.a"]),
        (("fail", "fail", "fail"), "fail", ["bid.a", "bid.b", "bid.c"]),
        (("pass", "fail", "fail"), "fail", ["bid.b", "bid.c"]),
        (("pass", "fail", "pass"), "pass", ["bid.a", "bid.c"]),
        (("unknown", "pass", "fail"), "unknown", ["bid.a"]),
        (("unknown", "unknown", "fail"), "unknown", ["bid.a", "bid.b"]),
    ],
)
def test_only_what_made_the_verdict_is_named(states: tuple[str, ...], word: str, deciding: list[str]) -> None:
    program = make_rule("{all: [{holds: bid.a}, {any: [{holds: bid.b}, {holds: bid.c}]}]}")
    verdict = judge(program, facts=facts(*states))
    assert verdict.word == word
    assert [leaf.operands[0].facts[0] for leaf in verdict.deciding] == deciding
    told = explain_verdict(verdict, program.types, program.pack)
    assert [leaf["inputs"][0]["fact"] for leaf in told["conditions"] if leaf["decides"]] == deciding
    assert len(told["conditions"]) == len(NAMES)
    labels = {"bid.a": "要求甲", "bid.b": "要求乙", "bid.c": "要求丙"}
    assert [name for name, label in labels.items() if label in told["explanation"]] == deciding
