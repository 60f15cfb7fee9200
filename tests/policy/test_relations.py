"""Ties between parties: followed as they run, on their days, with the path that was found."""

import pytest
from tests.policy.building import judge, make_rule

from jiebang.policy.strict_yaml import PackProblems
from jiebang.policy.verdicts import explain_verdict

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
