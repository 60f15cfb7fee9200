"""The lines of an amount read as an accountant writes them: words and figures, and only the branch that was taken."""

import pytest
from tests.policy.building import know, make_program, make_rule

from jiebang.policy.amounts import explain_amount
from jiebang.policy.verdicts import explain_verdict, judge_rule

MONEY = "clause: EX-1, label: 补助, kind: grant, payer: bureau, payee: solver, fiscal: true"
BACK = "clause: EX-1, label: 收回, kind: recovery, payer: solver, payee: bureau, fiscal: true"
FACTS = {"bid.total": "6500000 元", "bid.own": "1134567.89 元", "bid.a": True}


def lines(more: str, facts: dict[str, object] | None = None, head: str = MONEY) -> list[str]:
    """The lines of the money item `aid`, as they are stored and shown."""
    program = make_program(f"money:\n  aid: {{{head}, {more}}}\n")
    found = program.accountant.compute("aid", know(program, facts=FACTS if facts is None else facts))
    return [line["text"] for line in explain_amount(found)["lines"]]


def limit(operand: str, more: str = "force: must") -> str:
    return f"amount: bid.own, ceilings: [{{name: l, clause: EX-1, {more}, limit: {operand}}}]"


MILD = "force: in-principle, departs: {by: [bureau], with: reason}"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("bid.own", "补助：自筹 1,134,567.89 元"),
        ("{percent: 40%, of: bid.total}", "补助：总投入 6,500,000.00 元 × 40% ＝ 2,600,000.00 元"),
        (
            "{subtract: [bid.total, bid.own]}",
            "补助：总投入 6,500,000.00 元 − 自筹 1,134,567.89 元 ＝ 5,365,432.11 元",
        ),
        (
            "{subtract: [bid.total, {add: [bid.own, 1 元, {percent: 10%, of: bid.total}]}]}",
            "补助：总投入 6,500,000.00 元 − 自筹 1,134,567.89 元 − 1.00 元 − 总投入 6,500,000.00 元 × 10% ＝ 4,715,431.11 元",
        ),
        (
            "{percent: 50%, of: {subtract: [bid.total, bid.own]}}",
            "补助：（总投入 6,500,000.00 元 − 自筹 1,134,567.89 元）× 50% ＝ 2,682,716.05 元",
        ),
        (
            "{subtract: [{percent: 10%, of: bid.total}, bid.own]}",
            "补助：总投入 6,500,000.00 元 × 10% − 自筹 1,134,567.89 元（不够减，按零计）＝ 0.00 元",
        ),
        (
            "{least: [300 万元, {percent: 40%, of: bid.total}]}",
            "补助：“3,000,000.00 元”“总投入 6,500,000.00 元 × 40%”中较小的 ＝ 2,600,000.00 元",
        ),
        (
            "{when: {holds: bid.a}, then: {percent: 40%, of: bid.total}, otherwise: bid.own}",
            "补助：总投入 6,500,000.00 元 × 40% ＝ 2,600,000.00 元",
        ),
        ("{divide: bid.own, by: 150%}", "补助：自筹 1,134,567.89 元 ÷ 150% ＝ 756,378.59 元"),
    ],
)
def test_an_amount_shows_its_parts_with_their_figures(amount: str, said: str) -> None:
    assert lines(f"amount: {amount}")[0] == said


def test_what_is_recovered_names_only_what_came_off() -> None:
    spent = "{when: {holds: bid.a}, then: bid.own, otherwise: {add: [bid.own, 1 元]}}"
    whole = f"{{when: {{holds: bid.a}}, then: {{subtract: [bid.total, {spent}]}}, otherwise: bid.total}}"
    assert lines(f"amount: {whole}", head=BACK)[0] == (
        "收回：总投入 6,500,000.00 元 − 自筹 1,134,567.89 元 ＝ 5,365,432.11 元"
    )


def test_limits_tell_how_they_come_about_and_how_strictly_they_bind() -> None:
    assert lines(limit("{percent: 40%, of: bid.total}", MILD))[1] == (
        "原则上不超过：总投入 6,500,000.00 元 × 40% ＝ 2,600,000.00 元"
    )
    assert lines(limit("300 万元"))[1] == "不超过：3,000,000.00 元"


def test_what_is_lacking_is_named_in_its_place() -> None:
    said = lines(limit("{percent: 40%, of: bid.total}"), {"bid.own": "1 元"})
    assert said == ["补助：自筹 1.00 元", "不超过：总投入（还不知道）× 40%，尚不能计算"]


def test_the_rest_of_an_amount_is_the_whole_less_its_other_parts() -> None:
    program = make_program(
        f"money:\n  aid: {{{MONEY}, amount: bid.total}}\n"
        "  first: {clause: EX-1, label: 首付, kind: instalment, payer: bureau, payee: solver, fiscal: true,"
        " part_of: aid, amount: {percent: 60%, of: {money: aid}}}\n"
        "  last: {clause: EX-1, label: 尾款, kind: instalment, payer: bureau, payee: solver, fiscal: true,"
        " part_of: aid, amount: {rest_of: aid}}\n"
    )
    said = explain_amount(program.accountant.compute("last", know(program, facts=FACTS)))["lines"]
    assert said[0]["text"] == "尾款：补助 6,500,000.00 元 − 首付 3,900,000.00 元 ＝ 2,600,000.00 元"


def test_a_refusal_shows_what_the_arithmetic_came_to() -> None:
    rule = (
        "{at_most: [bid.own, {when: {holds: bid.a}, then: {percent: 10%, of: bid.total}, otherwise: 1 元}]}"
    )
    program = make_rule(rule)
    verdict = judge_rule(program.rules["r"], know(program, facts=FACTS))
    said = explain_verdict(verdict, program.types, program.pack)["explanation"]
    assert said.endswith("，即总投入 6,500,000.00 元 × 10% ＝ 650,000.00 元。")
    assert "要求自筹 不超过 （甲时为 总投入 × 10%，否则为 1.00 元）；不符合" in said


def test_a_sum_over_records_is_called_by_the_packs_words() -> None:
    program = make_program(
        "facts:\n  bid.total: {label: 总投入, type: money}\n"
        "  bid.lanes: {label: 各赛道, type: records, fields: {amount: {label: 资助额, type: money}}}\n"
        f"money:\n  aid: {{{MONEY}, amount: {{subtract: [bid.total, {{sum: bid.lanes.amount}}]}}}}\n"
    )
    lanes = [{"amount": "1 元"}, {"amount": "2 元"}]
    found = program.accountant.compute("aid", know(program, facts={"bid.total": "5 元", "bid.lanes": lanes}))
    assert explain_amount(found)["lines"][0]["text"] == (
        "补助：总投入 5.00 元 − 各赛道的资助额合计 3.00 元 ＝ 2.00 元"
    )
