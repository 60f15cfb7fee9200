"""Amounts with their lines: what base, by which rule, between which limits, rounded how, borne by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jiebang.kernel.money import Rounding, format_yuan, round_to_fen, split_by_shares
from jiebang.policy.compile_money import CompiledMoney
from jiebang.policy.compiled import Compiled, Operand, undecided
from jiebang.policy.expressions import Force
from jiebang.policy.pack_money import Money, RestOf
from jiebang.policy.situation import Situation
from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.values import PERCENT, format_value
from jiebang.policy.working import equate

#: what a ratio without an end may be off by
_NOTHING, _NEAREST = Decimal("1e-20"), Decimal("1e-10")


@dataclass(frozen=True, slots=True)
class Line:
    """One step of an amount: what it is, by which clause, how much (None: not known), how it was worked out."""

    label: str
    clause: str
    amount: Decimal | None
    note: str = ""
    working: str = ""

    @property
    def text(self) -> str:
        """The line as it is read, with its words and its figures."""
        if self.amount is None:
            return f"{self.label}：{self.working + '，' if self.working else ''}尚不能计算"
        shown = format_yuan(self.amount)
        if not self.working:
            return f"{self.label}：{shown}"
        # A figure that is only named needs no equation with itself.
        if self.working.endswith(shown):
            return f"{self.label}：{self.working}"
        return f"{self.label}：{equate(self.working, shown)}"


@dataclass(slots=True)
class Amount:
    """A computed amount. `status`: ok, over, under, unknown, not-due. Every figure in yuan to the fen."""

    id: str
    item: Money
    status: str
    amount: Decimal | None
    ceiling: Decimal | None
    hard_ceiling: Decimal | None
    floor: Decimal | None
    lines: list[Line]
    unset: list[str]
    missing: list[str]
    shares: dict[str, Decimal] = field(default_factory=dict)


def _operands_of(compiled: CompiledMoney, s: Situation) -> Iterator[Operand]:
    if compiled.operand is not None:
        yield compiled.operand
    if compiled.fact is not None:
        yield compiled.fact
    yield from compiled.shares
    for limit in (*compiled.ceilings, *compiled.floors):
        applies = PASS if limit.when is None else limit.when.truth(s)
        if applies != FAIL and limit.departure(compiled.id, s) is None:
            yield limit.operand
            if limit.already is not None:
                yield limit.already
            if limit.when is not None and applies == UNKNOWN:
                yield from _pending(limit.when, s)
    if compiled.when is not None and compiled.when.truth(s) == UNKNOWN:
        yield from _pending(compiled.when, s)


def _pending(when: Compiled, s: Situation) -> Iterator[Operand]:
    """What an unknown condition waits for."""
    for leaf in when.matters(s):
        yield from leaf.reads()


class Accountant:
    """Computes the money items of one pack."""

    def __init__(self, items: dict[str, CompiledMoney], parties: Mapping[str, str]) -> None:
        """`parties`: what the pack calls each role, for the lines."""
        self.items = items
        self.parties = parties

    def amount_of(self, key: str, s: Situation) -> Decimal | None:
        """The amount of an item, to the fen; None while it isn't known. Limits aren't looked at here."""
        compiled = self.items[key]
        if compiled.when is not None:
            due = compiled.when.truth(s)
            if due != PASS:
                return Decimal(0) if due == FAIL else None
        found = self._raw_amount(compiled, s)
        return None if found is None else round_to_fen(found, Rounding(compiled.item.round))

    def _raw_amount(self, compiled: CompiledMoney, s: Situation) -> Decimal | None:
        found: Decimal | None
        if compiled.operand is not None:
            found = compiled.operand.get(s)
        elif compiled.fact is not None:
            found = compiled.fact.get(s)
        else:
            assert isinstance(compiled.item.amount, RestOf)
            whole_key = compiled.item.amount.rest_of
            found = self.amount_of(whole_key, s)
            for key, other in self.items.items():
                if other.item.part_of == whole_key and key != compiled.id and found is not None:
                    part = self.amount_of(key, s)
                    found = None if part is None else max(found - part, Decimal(0))
        return found

    def compute(self, key: str, s: Situation) -> Amount:
        """The whole answer for one item: amount, limits, who bears it, lines, and what it still waits for."""
        compiled = self.items[key]
        item = compiled.item
        result = Amount(key, item, "unknown", None, None, None, None, [], [], [])
        due = PASS if compiled.when is None else compiled.when.truth(s)
        if due == FAIL:
            result.status, result.amount = "not-due", Decimal("0.00")
            result.lines.append(Line(f"{item.label}（条件不成立，不发生）", item.clause[0], Decimal("0.00")))
            return result
        counting = self._counting(compiled, s)
        result.unset = undecided(counting, s)
        lacking = (
            f for o in counting for f in o.facts if f not in s.facts or (o.fact == f and o.get(s) is None)
        )
        result.missing = list(dict.fromkeys(lacking))
        amount = None if due == UNKNOWN else self._raw_amount(compiled, s)
        if amount is not None:
            exact, amount = amount, round_to_fen(amount, Rounding(item.round))
            note = "" if exact == amount else f"精确值 {exact:f}，按{_ROUND_LABELS[item.round]}到分"
            result.lines.append(Line(item.label, item.clause[0], amount, note, self._work_out(compiled, s)))
            result.amount = amount
        strict_ok, any_unknown = self._hold_limits(compiled, s, result)
        if amount is None:
            return result
        result.status = "unknown" if any_unknown and strict_ok == "ok" else strict_ok
        if compiled.shares:
            self._divide_among_funders(compiled, amount, s, result)
        return result

    def _divide_among_funders(
        self, compiled: CompiledMoney, amount: Decimal, s: Situation, result: Amount
    ) -> None:
        """Split the amount so that the parts add up to the fen; `odd_fen` names who takes what truncation leaves."""
        item = compiled.item
        shares = [share.get(s) for share in compiled.shares]
        if any(share is None for share in shares):
            result.lines.append(Line("各方分担", item.funders[0].clause[0], None))
            return
        total = sum(shares)
        if abs(total - 1) > _NOTHING:
            told = f"比例合计 {format_value(total, PERCENT)}，不是 100%"
            result.lines.append(Line("各方分担", item.funders[0].clause[0], None, working=told))
            return
        if item.odd_fen is None:
            parts = split_by_shares(amount, shares)
        else:
            # A third of 3,000 yuan is 1,000, though a third has no end.
            exact = [(amount * share).quantize(_NEAREST) for share in shares]
            parts = [round_to_fen(part, Rounding.down) for part in exact]
            taker = [f.role for f in item.funders].index(item.odd_fen)
            parts[taker] += amount - sum(parts)
        for funder, share, part in zip(item.funders, shares, parts, strict=True):
            result.shares[funder.role] = part
            result.lines.append(
                Line(
                    f"由{self.parties.get(funder.role, funder.role)}承担 {format_value(share, PERCENT)}",
                    funder.clause[0],
                    part,
                )
            )

    def _hold_limits(self, compiled: CompiledMoney, s: Situation, result: Amount) -> tuple[str, bool]:
        """Apply ceilings and floors; fills the result's limits and lines. Returns (status, whether any is unknown)."""
        status, unknown = "ok", False
        for side, limits in (("ceilings", compiled.ceilings), ("floors", compiled.floors)):
            for held in limits:
                applies = PASS if held.when is None else held.when.truth(s)
                if applies == FAIL:
                    continue
                limit = held.limit
                bound = None if applies == UNKNOWN else held.amount(s)
                how = Rounding.down if side == "ceilings" else Rounding.up
                if bound is not None:
                    bound = round_to_fen(bound, how)
                departed = held.departure(compiled.id, s)
                word = "不超过" if side == "ceilings" else "不低于"
                mild = "原则上" if limit.force is Force.in_principle else ""
                recorded = f"{compiled.id}#{limit.name}" in s.departures
                note = "已依规定例外" if departed else "记下的例外不算数" if recorded else ""
                result.lines.append(
                    Line(
                        f"{mild}{word}",
                        limit.clause[0],
                        bound,
                        note,
                        held.work_out(s, known=bound is not None),
                    )
                )
                if departed is not None:
                    continue
                if bound is None:
                    unknown = True
                    continue
                if side == "ceilings":
                    result.ceiling = bound if result.ceiling is None else min(result.ceiling, bound)
                    if limit.departs is None:
                        result.hard_ceiling = (
                            bound if result.hard_ceiling is None else min(result.hard_ceiling, bound)
                        )
                    if result.amount is not None and result.amount > bound:
                        # A must limit that a named body may lift stays broken until it has; "in principle" bends.
                        bends = limit.force is Force.in_principle
                        status = "departable" if bends and status != "over" else "over"
                else:
                    result.floor = bound if result.floor is None else max(result.floor, bound)
                    if result.amount is not None and result.amount < bound:
                        bends = limit.force is Force.in_principle
                        status = ("departable" if status == "ok" else status) if bends else "under"
        return status, unknown

    def _counting(self, compiled: CompiledMoney, s: Situation) -> list[Operand]:
        """What an item and its limits come from in this situation, through other items too.

        Not the branch of a choice that isn't taken, nor a limit that doesn't apply or has been departed from, nor an item
        that isn't due: whatever is still open about those, nobody has to wait for it. Limits may well name each other's
        items, or their own.
        """
        found: list[Operand] = []
        queue = [compiled.id]
        for key in queue:
            here = self.items[key]
            if here is not compiled and here.when is not None and here.when.truth(s) == FAIL:
                continue
            counting = [part for operand in _operands_of(here, s) for part in operand.counting(s)]
            found += counting
            others = [name for operand in counting for name in operand.money]
            if isinstance(here.item.amount, RestOf):
                whole = here.item.amount.rest_of
                others += [whole, *(k for k, other in self.items.items() if other.item.part_of == whole)]
            queue += [name for name in dict.fromkeys(others) if name not in queue]
        return found

    def _work_out(self, compiled: CompiledMoney, s: Situation) -> str:
        if compiled.operand is not None:
            return compiled.operand.work_out(s).text
        if compiled.fact is not None:
            return compiled.fact.work_out(s).text
        assert isinstance(compiled.item.amount, RestOf)
        whole = compiled.item.amount.rest_of
        parts = [k for k, other in self.items.items() if other.item.part_of == whole and k != compiled.id]
        return " − ".join(self._name_with_amount(key, s) for key in [whole, *parts])

    def _name_with_amount(self, key: str, s: Situation) -> str:
        amount = self.amount_of(key, s)
        return f"{self.items[key].item.label} {'（还不知道）' if amount is None else format_yuan(amount)}"


_ROUND_LABELS = {"down": "舍去", "up": "进位", "half_up": "四舍五入"}


def explain_amount(found: Amount) -> dict[str, Any]:
    """An amount as data."""

    def show(value: Decimal | None) -> str | None:
        return None if value is None else f"{value:f}"

    return {
        "item": found.id,
        "label": found.item.label,
        "clause": found.item.clause,
        "status": found.status,
        "amount": show(found.amount),
        "ceiling": show(found.ceiling),
        "hard_ceiling": show(found.hard_ceiling),
        "floor": show(found.floor),
        "payer": found.item.payer,
        "payee": found.item.payee,
        "stage": found.item.stage,
        "evidence": found.item.evidence,
        "shares": {role: show(part) for role, part in found.shares.items()},
        "lines": [
            {"label": line.label, "clause": line.clause, "amount": show(line.amount),
             **({"note": line.note} if line.note else {}),
             "text": line.text}
            for line in found.lines
        ],
        "unset": found.unset,
        "missing": found.missing,
    }  # fmt: skip
