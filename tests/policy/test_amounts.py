"""Amounts: to the fen, between their limits, borne in shares that add up, and unknown while something is open."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.building import know, make_program

from jiebang.policy.amounts import Amount, explain_amount
from jiebang.policy.program import Program
from jiebang.policy.situation import Situation

MONEY = "clause: EX-1, label: 补助, kind: grant, payer: bureau, payee: solver, fiscal: true"
DECIDED = "amount: {decided: bid.own, by: bureau, with: reason}"
USUAL = (
    "{name: usual, clause: EX-1, force: in-principle, limit: {percent: 40%, of: bid.total},"
    " departs: {by: [bureau], with: reason}}"
)
CAP = "{name: cap, clause: EX-1, force: must, limit: 300 万元}"
LIFTED = (
    "{name: cap, clause: EX-1, force: must, limit: 300 万元, departs: {by: [county], with: external_act}}"
)
REASON = {"by": "bureau", "with": "reason", "reason": "重大"}
ACT = {"by": "county", "with": "external_act", "act": {"number": "示例函1号", "on": "2026-03-01"}}

fen = st.integers(0, 10**11).map(lambda n: Decimal(n).scaleb(-2))
small_fen = st.integers(0, 10**5).map(lambda n: Decimal(n).scaleb(-2))


def make_money(more: str, others: str = "", sections: str = "") -> Program:
    """A pack with the money item `aid`."""
    return make_program(f"money:\n  aid: {{{MONEY}, {more}}}\n{others}\n{sections}")


def checked(program: Program, **data: Any) -> Situation:
    """What an authority has put down or looked at: its decisions aren't a party's to declare."""
    return know(program, **{"source": "checked", "as_of": "2026-03-01", **data})


def compute(program: Program, item: str = "aid", **data: Any) -> Amount:
    return program.accountant.compute(item, checked(program, **data))


def yuan(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def known(total: Decimal | str | None = None, own: Decimal | str | None = None) -> dict[str, str]:
    pairs = (("bid.total", total), ("bid.own", own))
    return {name: f"{value} 元" for name, value in pairs if value is not None}


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("total", "own", "departures", "status", "ceiling", "hard"),
    [
        ("5000000", "2000000", {}, "ok", "2000000.00", "3000000.00"),
        ("5000000", "2000000.01", {}, "departable", "2000000.00", "3000000.00"),
        ("5000000", "2000000.01", {"aid#usual": REASON}, "ok", "3000000.00", "3000000.00"),
        ("5000000", "2000000.01", {"aid#cap": REASON}, "departable", "2000000.00", "3000000.00"),
        ("5000000", "2000000.01", {"aid#usual": {**REASON, "by": "county"}}, "departable", "2000000.00", "3000000.00"),
        ("5000000", "2000000.01", {"aid#usual": {"by": "bureau", "with": "reason"}}, "departable", "2000000.00", "3000000.00"),
        ("5000000", "3000000.01", {"aid#usual": REASON}, "over", "3000000.00", "3000000.00"),
        ("7500000", "3000000", {}, "ok", "3000000.00", "3000000.00"),
        ("7500000", "3000000.01", {}, "over", "3000000.00", "3000000.00"),
        ("7499999.97", "3000000", {}, "departable", "2999999.98", "3000000.00"),
        # 40% of 333.33 is 133.332: the ceiling is the fen below
        ("333.33", "133.33", {}, "ok", "133.33", "3000000.00"),
        ("333.33", "133.34", {}, "departable", "133.33", "3000000.00"),
        (None, "1", {}, "unknown", "3000000.00", "3000000.00"),
        (None, "3000000.01", {}, "over", "3000000.00", "3000000.00"),
        ("5000000", None, {}, "unknown", "2000000.00", "3000000.00"),
    ],
)  # fmt: skip
def test_what_is_in_principle_bends_and_what_must_be_does_not(
    total: str | None, own: str | None, departures: dict[str, Any], status: str, ceiling: str, hard: str
) -> None:
    # The order in which a pack lists its limits makes no difference.
    for limits in (f"[{USUAL}, {CAP}]", f"[{CAP}, {USUAL}]"):
        found = compute(
            make_money(f"{DECIDED}, ceilings: {limits}"), facts=known(total, own), departures=departures
        )
        assert (found.status, found.ceiling, found.hard_ceiling) == (status, yuan(ceiling), yuan(hard))
        assert found.amount == (None if own is None else Decimal(own))


@pytest.mark.parametrize(
    ("own", "departures", "status", "ceiling"),
    [
        ("3000000", {}, "ok", "3000000.00"),
        ("3000000.01", {}, "over", "3000000.00"),
        ("3000000.01", {"aid#cap": ACT}, "ok", None),
        ("3000000.01", {"aid#cap": {**ACT, "by": "bureau"}}, "over", "3000000.00"),
        ("3000000.01", {"aid#cap": {"by": "county", "with": "external_act", "reason": "重大"}}, "over", "3000000.00"),
    ],
)  # fmt: skip
def test_a_cap_that_a_body_may_lift_stays_broken_until_it_has(
    own: str, departures: dict[str, Any], status: str, ceiling: str | None
) -> None:
    found = compute(
        make_money(f"{DECIDED}, ceilings: [{LIFTED}]"), facts=known(own=own), departures=departures
    )
    assert (found.status, found.ceiling, found.hard_ceiling) == (status, yuan(ceiling), None)


MUST_FLOOR = "{name: least, clause: EX-1, force: must, limit: 100 元}"
MILD_FLOOR = (
    "{name: usual, clause: EX-1, force: in-principle, limit: {percent: 40%, of: bid.total},"
    " departs: {by: [bureau], with: reason}}"
)


@pytest.mark.parametrize(
    ("floors", "own", "status", "floor"),
    [
        (f"[{MUST_FLOOR}]", "100", "ok", "100.00"),
        (f"[{MUST_FLOOR}]", "99.99", "under", "100.00"),
        # 40% of 333.33 is 133.332: the floor is the fen above
        (f"[{MILD_FLOOR}]", "133.34", "ok", "133.34"),
        (f"[{MILD_FLOOR}]", "133.33", "departable", "133.34"),
        (f"[{MILD_FLOOR}, {MUST_FLOOR}]", "100", "departable", "133.34"),
        (f"[{MILD_FLOOR}, {MUST_FLOOR}]", "99.99", "under", "133.34"),
        (f"[{MUST_FLOOR}, {MILD_FLOOR}]", "99.99", "under", "133.34"),
    ],
)
def test_floors(floors: str, own: str, status: str, floor: str) -> None:
    found = compute(make_money(f"{DECIDED}, floors: {floors}"), facts=known("333.33", own))
    assert (found.status, found.floor) == (status, yuan(floor))


@pytest.mark.parametrize(
    ("had", "own", "status", "ceiling"),
    [
        (["100 元", "100 元"], "100", "ok", "100.00"),
        (["100 元", "100 元"], "100.01", "over", "100.00"),
        (["400 元"], "0.01", "over", "0.00"),
        (["400 元"], "0", "ok", "0.00"),
        ([], "300", "ok", "300.00"),
        (None, "1", "unknown", None),
    ],
)
def test_a_limit_over_several_grants_counts_what_was_had(
    had: list[str] | None, own: str, status: str, ceiling: str | None
) -> None:
    limit = "{name: year, clause: EX-1, force: must, scope: organisation-year, already: {sum: bid.aids.amount}, limit: 300 元}"
    frame = "facts:\n  bid.own: {label: 自筹, type: money}\n  bid.aids: {label: 已得补助, type: records, fields: {amount: {label: 金额, type: money}}}"
    program = make_money(f"{DECIDED}, ceilings: [{limit}]", sections=frame)
    facts: dict[str, Any] = known(own=own)
    if had is not None:
        facts["bid.aids"] = [{"amount": amount} for amount in had]
    found = compute(program, facts=facts)
    assert (found.status, found.ceiling) == (status, yuan(ceiling))


@pytest.mark.parametrize(
    ("state", "status", "amount"), [(True, "over", "3000000.01"), (False, "ok", "3000000.01")]
)
def test_a_limit_holds_only_where_its_condition_does(state: bool, status: str, amount: str) -> None:
    limit = CAP.replace("}", ", when: {holds: bid.a}}")
    program = make_money(f"{DECIDED}, ceilings: [{limit}]")
    assert compute(program, facts={**known(own=amount), "bid.a": state}).status == status
    assert compute(program, facts=known(own=amount)).status == "unknown"


@settings(max_examples=60, deadline=None)
@given(total=fen, own=fen)
def test_what_is_ok_exceeds_no_limit(total: Decimal, own: Decimal) -> None:
    found = compute(BOTH_LIMITS, facts=known(total, own))
    usual, cap = own * 5 <= total * 2, own <= 3_000_000
    assert found.status == ("over" if not cap else "ok" if usual else "departable")
    assert found.ceiling is not None
    assert (own <= found.ceiling) == (found.status == "ok")


@settings(max_examples=40, deadline=None)
@given(
    total=fen, own=fen, forgotten=st.sampled_from([("bid.total",), ("bid.own",), ("bid.total", "bid.own")])
)
def test_learning_more_never_turns_a_definite_status(
    total: Decimal, own: Decimal, forgotten: tuple[str, ...]
) -> None:
    facts = known(total, own)
    full = compute(BOTH_LIMITS, facts=facts)
    less = compute(BOTH_LIMITS, facts={name: value for name, value in facts.items() if name not in forgotten})
    assert less.status in ("unknown", full.status)
    assert less.amount in (None, full.amount)
    assert less.missing == [name for name in ("bid.own", "bid.total") if name in forgotten]


@pytest.mark.parametrize(("own", "status"), [("2", "ok"), ("1.99", "under")])
def test_a_limit_may_look_at_the_parts_of_what_it_limits(own: str, status: str) -> None:
    floor = "{name: part, clause: EX-1, force: must, limit: {add: [{money: first}, 1 元]}}"
    others = """  first: {clause: EX-1, label: 首付, kind: instalment, payer: bureau, payee: solver, fiscal: true, part_of: aid, amount: {percent: 50%, of: {money: aid}}, round: up}"""
    found = compute(make_money(f"{DECIDED}, floors: [{floor}]", others), facts=known(own=own))
    assert found.status == status


# ── how amounts are found ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("total", "down", "up", "half_up"),
    [
        ("0.01", "0.00", "0.01", "0.00"),
        ("0.02", "0.00", "0.01", "0.01"),
        ("0.03", "0.00", "0.01", "0.01"),
        ("0.04", "0.01", "0.01", "0.01"),
        ("0.06", "0.01", "0.02", "0.02"),
        ("1", "0.25", "0.25", "0.25"),
    ],
)
def test_rounding_to_the_fen(total: str, down: str, up: str, half_up: str) -> None:
    for how, wanted in (
        ("", down),
        (", round: down", down),
        (", round: up", up),
        (", round: half_up", half_up),
    ):
        found = compute(make_money(f"amount: {{percent: 25%, of: bid.total}}{how}"), facts=known(total))
        assert found.amount == Decimal(wanted)
        exact = Decimal(total) / 4 == Decimal(wanted)
        assert bool(explain_amount(found)["lines"][0].get("note")) != exact


@pytest.mark.parametrize(
    ("state", "status", "amount"),
    [({"bid.a": True}, "ok", "5.00"), ({"bid.a": False}, "not-due", "0.00"), ({}, "unknown", None)],
)
def test_an_amount_is_due_only_where_its_condition_holds(
    state: dict[str, bool], status: str, amount: str | None
) -> None:
    program = make_money("amount: 5 元, when: {holds: bid.a}")
    found = compute(program, facts=state)
    assert (found.status, found.amount) == (status, yuan(amount))


PARTS = """
  first: {clause: EX-1, label: 首付, kind: instalment, payer: bureau, payee: solver, fiscal: true, part_of: aid, amount: {percent: 33.33%, of: {money: aid}}}
  second: {clause: EX-1, label: 中期, kind: instalment, payer: bureau, payee: solver, fiscal: true, part_of: aid, amount: {percent: 33.33%, of: {money: aid}}, round: up}
  rest: {clause: EX-1, label: 余款, kind: instalment, payer: bureau, payee: solver, fiscal: true, part_of: aid, amount: {rest_of: aid}}
"""


@settings(max_examples=40, deadline=None)
@given(own=st.one_of(small_fen, fen))
def test_parts_and_their_rest_add_up(own: Decimal) -> None:
    situation = checked(IN_PARTS, facts=known(own=own))
    parts = [IN_PARTS.accountant.amount_of(key, situation) for key in ("first", "second", "rest")]
    assert all(part is not None and part >= 0 for part in parts)
    # Rounded up, the second part may be the fen that the whole doesn't have: then nothing is left.
    total = sum((part for part in parts if part is not None), Decimal(0))
    assert total == own or (parts[2] == 0 and total - own <= Decimal("0.01"))


def test_the_rest_is_unknown_while_the_whole_is() -> None:
    found = compute(IN_PARTS, "rest")
    assert (found.status, found.amount, found.missing) == ("unknown", None, ["bid.own"])


FUNDERS = "funders: [{{clause: EX-1, role: bureau, share: {0}%}}, {{clause: EX-1, role: county, share: {1}%}}, {{clause: EX-1, role: sponsor, share: {2}%}}]"


@settings(max_examples=60, deadline=None)
@given(
    own=st.one_of(small_fen, fen),
    cuts=st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).map(sorted),
    odd=st.sampled_from([None, "bureau", "county", "sponsor"]),
)
def test_shares_add_up_to_the_fen(own: Decimal, cuts: list[int], odd: str | None) -> None:
    parts = [Decimal(n) / 100 for n in (cuts[0], cuts[1] - cuts[0], 10_000 - cuts[1])]
    taker = f", odd_fen: {odd}" if odd else ""
    found = compute(
        make_money(f"{DECIDED}, {FUNDERS.format(*(f'{part:f}' for part in parts))}{taker}"),
        facts=known(own=own),
    )
    assert sum(found.shares.values()) == own
    for role, part in zip(("bureau", "county", "sponsor"), parts, strict=True):
        off = found.shares[role] - own * part / 100
        # What truncation leaves over is less than a fen of each of the others.
        assert (
            Decimal("-0.01")
            < off
            <= (Decimal("0.03") if role == odd else Decimal(0) if odd else Decimal("0.01"))
        )


@pytest.mark.parametrize(("odd", "wanted"), [("bureau", ["0.01", "0.00"]), ("county", ["0.00", "0.01"])])
def test_the_odd_fen_goes_to_whom_the_pack_says(odd: str, wanted: list[str]) -> None:
    two = "funders: [{clause: EX-1, role: bureau, share: 50%}, {clause: EX-1, role: county, share: 50%}]"
    found = compute(make_money(f"{DECIDED}, {two}, odd_fen: {odd}"), facts=known(own="0.01"))
    assert list(found.shares.values()) == [Decimal(part) for part in wanted]


@pytest.mark.parametrize("odd", ["", ", odd_fen: county"])
def test_thirds_are_shares_although_they_have_no_end(odd: str) -> None:
    third = "share: {ratio: bid.own, to: bid.total}"
    three = ", ".join(f"{{clause: EX-1, role: {role}, {third}}}" for role in ("bureau", "county", "sponsor"))
    program = make_money(f"amount: bid.total, funders: [{three}]{odd}")
    found = compute(program, facts=known("3000", "1000"))
    assert list(found.shares.values()) == [Decimal(1000)] * 3
    assert explain_amount(found)["lines"][1]["text"] == "由市科技局承担 约 33.333333%：1,000.00 元"


def test_shares_that_leave_something_over_are_said_to() -> None:
    two = "funders: [{clause: EX-1, role: bureau, share: {ratio: bid.own, to: bid.total}}, {clause: EX-1, role: county, share: 50%}]"
    found = compute(make_money(f"amount: bid.total, {two}"), facts=known("3000", "600"))
    assert found.shares == {}
    assert explain_amount(found)["lines"][-1]["text"] == "各方分担：比例合计 70%，不是 100%，尚不能计算"


def test_a_departure_from_a_limit_that_nobody_may_lift_is_told_to_help_nobody() -> None:
    found = compute(
        make_money(f"{DECIDED}, ceilings: [{CAP}]"),
        facts=known(own="3000000.01"),
        departures={"aid#cap": REASON},
    )
    assert found.status == "over"
    assert found.lines[-1].note == "记下的例外不算数"


# ── what is still open ────────────────────────────────────────────────────────────────────────────────────────────────

OPEN = """
discretion:
  rate: {clause: EX-1, question: 比例是多少？, scope: programme, type: percent, decides: [bureau], blocks: 补助}
  base: {clause: EX-1, question: 百分之二十是谁的？, scope: challenge, type: choice, options: {lane: 每条赛道, whole: 全部}, decides: [bureau], blocks: 首付}
"""


@pytest.mark.parametrize(
    ("more", "facts", "decided", "status", "amount", "unset"),
    [
        ("amount: {percent: {discretion: rate}, of: bid.total}", known("100"), {}, "unknown", None, ["rate"]),
        ("amount: {percent: {discretion: rate}, of: bid.total}", known("100"), {"rate": "20%"}, "ok", "20.00", []),
        ("amount: {percent: {discretion: rate}, of: bid.total}", {}, {"rate": "20%"}, "unknown", None, []),
        (f"{DECIDED}, ceilings: [{{name: x, clause: EX-1, force: must, limit: {{percent: {{discretion: rate}}, of: bid.total}}}}]", known("100", "20"), {}, "unknown", "20.00", ["rate"]),
        (f"{DECIDED}, ceilings: [{{name: x, clause: EX-1, force: must, limit: {{percent: {{discretion: rate}}, of: bid.total}}}}]", known("100", "20"), {"rate": "20%"}, "ok", "20.00", []),
        (f"{DECIDED}, ceilings: [{{name: x, clause: EX-1, force: must, limit: {{percent: {{discretion: rate}}, of: bid.total}}}}]", known("100", "20"), {"rate": "19.99%"}, "over", "20.00", []),
        ("amount: {when: {equal: [{discretion: base}, lane]}, then: 1 元, otherwise: 2 元}", {}, {}, "unknown", None, ["base"]),
        ("amount: {when: {equal: [{discretion: base}, lane]}, then: 1 元, otherwise: 2 元}", {}, {"base": "whole"}, "ok", "2.00", []),
    ],
)  # fmt: skip
def test_what_the_regulation_leaves_open_is_named(
    more: str,
    facts: dict[str, str],
    decided: dict[str, str],
    status: str,
    amount: str | None,
    unset: list[str],
) -> None:
    found = compute(make_money(more, sections=OPEN), facts=facts, decided=decided)
    assert (found.status, found.amount, found.unset) == (status, yuan(amount), unset)


def test_shares_that_are_open_leave_the_amount_known() -> None:
    two = "funders: [{clause: EX-1, role: bureau, share: {discretion: rate}}, {clause: EX-1, role: county, share: 80%}]"
    program = make_money(f"{DECIDED}, {two}", sections=OPEN)
    found = compute(program, facts=known(own="100"))
    assert (found.status, found.amount, found.shares, found.unset) == ("ok", Decimal(100), {}, ["rate"])
    found = compute(program, facts=known(own="100"), decided={"rate": "20%"})
    assert found.shares == {"bureau": Decimal(20), "county": Decimal(80)}
    assert compute(program, facts=known(own="100"), decided={"rate": "21%"}).shares == {}


@pytest.mark.parametrize(
    ("operand", "wanted"),
    [
        ("{least: [bid.total, bid.own]}", "40"),
        ("{greatest: [bid.total, bid.own]}", "100"),
        ("{add: [bid.total, bid.own, 0.01 元]}", "140.01"),
        ("{subtract: [bid.total, bid.own]}", "60"),
        ("{subtract: [bid.own, bid.total]}", "0"),
        ("{divide: bid.total, by: 150%}", "66.66"),
        ("{percent: {ratio: bid.own, to: bid.total}, of: 50 元}", "20"),
        ("{multiply: bid.own, by: 3 日}", "120"),
        ("{round: {percent: 33.33%, of: bid.total}, places: 0, how: up}", "34"),
        ("{round: {percent: 33.33%, of: bid.total}, places: 1, how: half_up}", "33.3"),
    ],
)
def test_arithmetic(operand: str, wanted: str) -> None:
    program = make_money(f"amount: {operand}")
    assert compute(program, facts=known("100", "40")).amount == Decimal(wanted)
    missing = compute(program, facts=known("100") if "bid.own" in operand else {})
    assert (missing.status, missing.amount) == ("unknown", None)


BOTH_LIMITS = make_money(f"{DECIDED}, ceilings: [{USUAL}, {CAP}]")
IN_PARTS = make_money(DECIDED, PARTS)


def test_what_a_party_wrote_into_its_paper_is_no_decision_of_an_authority() -> None:
    program = make_money(DECIDED)
    for source, status in (("declared", "unknown"), ("checked", "ok"), ("register", "ok")):
        found = compute(program, facts=known(own="5"), source=source)
        assert (found.status, found.missing) == (status, ["bid.own"] if status == "unknown" else [])


@pytest.mark.parametrize(
    "decision",
    ["by: solver, with: reason", "by: [bureau, solver], with: reason", "by: bureau, with: agreement"],
)
def test_what_parties_agree_on_they_may_declare(decision: str) -> None:
    program = make_money(f"amount: {{decided: bid.own, {decision}}}")
    assert compute(program, facts=known(own="5"), source="declared").amount == 5
