"""Amounts that somebody decides are held to their limits where they are decided, not only where they are paid."""

from __future__ import annotations

from collections.abc import Iterator

from jiebang.kernel.money import format_yuan
from jiebang.lifecycle.errors import StillUnset, UnableToApply
from jiebang.lifecycle.transitions import Act
from jiebang.policy.amounts import Amount
from jiebang.policy.compile_money import is_official
from jiebang.policy.pack_money import DecidedAmount
from jiebang.policy.program import Program
from jiebang.policy.situation import Situation
from jiebang.policy.stages import Per


def decided_items(program: Program, process: str, stage: str) -> Iterator[tuple[str, Per | None]]:
    """(money item, the sort of thing its amount is recorded on) of each amount that is decided at a stage."""
    kinds = {per.value: per for per in Per}
    for key, item in program.money_at(process, stage).items():
        if isinstance(item.amount, DecidedAmount):
            yield key, kinds.get(item.amount.decided.split(".", maxsplit=1)[0])


def official_amounts(program: Program) -> set[str]:
    """The facts that hold amounts which authorities set on their own."""
    amounts = [item.amount for item in program.pack.money.values() if isinstance(item.amount, DecidedAmount)]
    return {amount.decided for amount in amounts if is_official(amount, program.pack.parties)}


def require_decided_within_limits(act: Act, key: str, situation: Situation) -> None:
    """Raise for an amount put down that isn't within its limits, or whose limits nobody can tell yet; none put down is none decided."""
    found = act.program.accountant.compute(key, situation)
    if found.amount is not None and found.status != "not-due":
        require_payable(act, found)


def require_payable(act: Act, found: Amount) -> None:
    """Raise StillUnset or UnableToApply unless an amount is known and within its limits."""
    label = found.item.label
    if found.status == "unknown":
        raise _say_what_lacks(act, found, "还不能计算")
    if found.status in ("over", "departable"):
        assert found.amount is not None
        assert found.ceiling is not None
        raise UnableToApply(
            where=label, what=f"{format_yuan(found.amount)}超过上限 {format_yuan(found.ceiling)}",
            fix="改在上限以内，或先由有权者作出例外决定" if _may_depart(found) else "改在上限以内",
        )  # fmt: skip
    if found.status == "under":
        assert found.amount is not None
        assert found.floor is not None
        raise UnableToApply(
            where=label,
            what=f"{format_yuan(found.amount)}低于下限 {format_yuan(found.floor)}",
            fix="检查金额",
        )


def _may_depart(found: Amount) -> bool:
    """Whether somebody could let an amount that is over its limits pass: over none from which nobody may depart."""
    assert found.amount is not None
    is_hard = found.hard_ceiling is not None and found.amount > found.hard_ceiling
    return not is_hard and any(limit.departs is not None for limit in found.item.ceilings)


def require_bearers(act: Act, found: Amount) -> None:
    """Raise StillUnset or UnableToApply while it is open who bears how much of an amount that several funders share.

    Deciding an amount doesn't need that, paying it does: the books would charge it to nobody in particular.
    """
    if found.item.funders and found.amount and not found.shares:
        raise _say_what_lacks(act, found, "还不知道各方承担多少")


def _say_what_lacks(act: Act, found: Amount, what: str) -> UnableToApply:
    label = found.item.label
    if found.unset:
        open_ = "；".join(act.program.pack.discretion[key].question for key in found.unset)
        return StillUnset(what=f"{label}{what}：{open_}", keys=found.unset)
    lacking = "、".join(act.program.pack.facts[name].label for name in found.missing)
    return UnableToApply(where=label, what=f"{what}，缺：{lacking}", fix="先补齐，只有申报的先核实")
