"""Verdicts: three-valued, by force, from facts of a known source, and saying what made them what they are."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.building import judge, know, make_program, make_rule

from jiebang.policy.strict_yaml import PackProblems
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
        ("reason", "r#y", {"by": "bureau", "with": "reason", "reason": "重大"}, "departable"),
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


# ── relations ─────────────────────────────────────────────────────────────────────────────────────────────────────────

EMPLOYED, CONTROL = "employed_by", "sole_control"


@pytest.mark.parametrize(
    ("ties", "word"),
    [
        ([], "fail"),
        ([("张三", "甲公司", EMPLOYED)], "pass"),
        ([("甲公司", "张三", EMPLOYED)], "fail"),
        ([("张三", "乙公司", EMPLOYED)], "fail"),
        ([("张三", "乙公司", EMPLOYED), ("甲公司", "乙公司", CONTROL)], "pass"),
        ([("张三", "乙公司", EMPLOYED), ("乙公司", "甲公司", CONTROL)], "pass"),
        ([("张三", "乙公司", EMPLOYED), ("乙公司", "丙公司", CONTROL), ("甲公司", "丙公司", CONTROL)], "pass"),
        # One person working for both doesn't tie two firms to one another.
        ([("张三", "乙公司", EMPLOYED), ("李四", "乙公司", EMPLOYED), ("李四", "甲公司", EMPLOYED)], "fail"),
        # A tie of a kind that isn't asked for is none.
        ([("张三", "甲公司", "kin")], "fail"),
    ],
)  # fmt: skip
def test_relations_are_followed_as_they_run(ties: list[tuple[str, str, str]], word: str) -> None:
    program = make_rule(f"{{related: [bid.leader], to: [challenge.sponsor], by: [{EMPLOYED}, {CONTROL}]}}")
    known = {"bid.leader": "张三", "challenge.sponsor": "甲公司"}
    relations = [{"from": a, "to": b, "kind": kind} for a, b, kind in ties]
    assert judge(program, facts=known, relations=relations, relations_as_of="2026-03-01").word == word
    # Without a dated look-up a tie found is a tie, but none found proves nothing.
    assert judge(program, facts=known, relations=relations).word == ("pass" if word == "pass" else "unknown")


JOINT, INFLUENCE = "joint_control", "significant_influence"


@pytest.mark.parametrize(
    ("ties", "word"),
    [
        # What the firm itself holds a part of, near or through what it controls.
        ([("丁公司", "甲公司", JOINT)], "pass"),
        ([("甲公司", "丁公司", INFLUENCE)], "pass"),
        ([("甲公司", "子公司", CONTROL), ("子公司", "丁公司", JOINT)], "pass"),
        ([("甲公司", "子公司", CONTROL), ("子公司", "孙公司", CONTROL), ("孙公司", "丁公司", CONTROL)], "pass"),
        # Whoever holds another part of it isn't tied by that, neither below nor above.
        ([("甲公司", "合营公司", JOINT), ("丁公司", "合营公司", JOINT)], "fail"),
        ([("甲公司", "合营公司", JOINT), ("丁公司", "合营公司", INFLUENCE)], "fail"),
        ([("投资人", "甲公司", INFLUENCE), ("投资人", "丁公司", INFLUENCE)], "fail"),
        ([("甲公司", "合营公司", JOINT), ("丁公司", "合营公司", JOINT), ("甲公司", "丁公司", CONTROL)], "pass"),
        # The short way has had its one such link; the longer way hasn't.
        (
            [("甲公司", "子公司", JOINT), ("甲公司", "壳公司", CONTROL), ("壳公司", "子公司", CONTROL), ("子公司", "丁公司", JOINT)],
            "pass",
        ),
    ],
)  # fmt: skip
def test_a_link_that_counts_once_ties_no_two_owners_of_one_firm(
    ties: list[tuple[str, str, str]], word: str
) -> None:
    kinds = f"{EMPLOYED}, {CONTROL}, {JOINT}, {INFLUENCE}"
    relations = [{"from": "张三", "to": "丁公司", "kind": EMPLOYED}]
    relations += [{"from": a, "to": b, "kind": kind} for a, b, kind in ties]
    for fact, value in (("bid.leader", "张三"), ("bid.partners", ["外公司", "丁公司"])):
        test = f"{{related: [{fact}], to: [challenge.sponsor], by: [{kinds}], once: [{JOINT}, {INFLUENCE}]}}"
        found = judge(
            make_rule(test),
            facts={fact: value, "challenge.sponsor": "甲公司"},
            relations=relations,
            relations_as_of="2026-03-01",
        )
        assert found.word == word


def test_a_link_can_only_count_once_where_it_counts() -> None:
    with pytest.raises(PackProblems, match="once 只能写 by 里有的关系"):
        make_rule(
            "{related: [bid.leader], to: [challenge.sponsor], by: [employed_by], once: [joint_control]}"
        )


@pytest.mark.parametrize(
    ("since", "until", "word"),
    [
        (None, "2026-03-02", "pass"),
        (None, "2026-03-01", "fail"),
        ("2026-03-02", None, "pass"),
        ("2026-03-03", None, "fail"),
        ("2026-03-02", "2026-03-02", "pass"),
    ],
)
def test_a_tie_holds_on_its_first_and_last_day(since: str | None, until: str | None, word: str) -> None:
    program = make_rule("{related: [bid.leader], to: [challenge.sponsor], by: [employed_by]}")
    tie = {"from": "张三", "to": "甲公司", "kind": "employed_by", "since": since, "until": until}
    found = judge(
        program,
        facts={"bid.leader": "张三", "challenge.sponsor": "甲公司"},
        relations=[{key: value for key, value in tie.items() if value is not None}],
        relations_as_of="2026-03-01",
    )
    assert found.word == word


@pytest.mark.parametrize(
    ("lead", "partners", "word"),
    [
        ("甲公司", [], "pass"),
        ("乙公司", ["丙公司", "甲公司"], "pass"),
        ("乙公司", [], "fail"),
        ("乙公司", None, "unknown"),
        (None, ["甲公司"], "pass"),
    ],
)
def test_identity_needs_no_look_up(lead: str | None, partners: list[str] | None, word: str) -> None:
    program = make_rule("{related: [bid.lead, bid.partners], to: [challenge.sponsor], by: []}")
    known = {"bid.lead": lead, "bid.partners": partners, "challenge.sponsor": "甲公司"}
    assert judge(program, facts={k: v for k, v in known.items() if v is not None}).word == word


def test_the_path_found_is_shown() -> None:
    program = make_rule(
        "{not: {related: [bid.leader], to: [challenge.sponsor], by: [employed_by, sole_control]}}"
    )
    verdict = judge(
        program,
        facts={"bid.leader": "张三", "challenge.sponsor": "甲公司"},
        relations=[
            {"from": "张三", "to": "乙公司", "kind": "employed_by"},
            {"from": "甲公司", "to": "乙公司", "kind": "sole_control"},
        ],
    )
    assert verdict.word == "fail"
    [leaf] = explain_verdict(verdict, program.types, program.pack)["conditions"]
    assert leaf["detail"] == "关系路径：张三 → 乙公司 → 甲公司"


# ── other leaves ──────────────────────────────────────────────────────────────────────────────────────────────────────


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
