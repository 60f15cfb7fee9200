"""What is due at a stage where money moves: what the bureau pays itself, and what other parties have to have paid by then."""

from __future__ import annotations

from decimal import Decimal

from jiebang.funding.computed import confirmed
from jiebang.funding.models import Payment
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.money import format_yuan
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.limits import require_bearers, require_payable
from jiebang.lifecycle.transitions import Act
from jiebang.policy.amounts import Amount
from jiebang.policy.pack_money import Money, MoneyKind
from jiebang.policy.situation import Situation


def own_items(act: Act) -> dict[str, Money]:
    """The money items of this stage that are paid out or back through the books."""
    return {
        key: item
        for key, item in act.program.money_at(act.subject.process, act.run.stage).items()
        if item.kind is not MoneyKind.contribution
    }


def others_items(act: Act) -> dict[str, Money]:
    """The money items of this stage that other parties pay one another."""
    return {
        key: item
        for key, item in act.program.money_at(act.subject.process, act.run.stage).items()
        if item.kind is MoneyKind.contribution
    }


def compute_due(act: Act, situation: Situation) -> dict[str, Amount]:
    """Each own item due at this stage with its amount; one that is paid in parts here is held to its limits, not paid twice.

    Raises StillUnset, UnableToApply for an amount that can't be computed or isn't within its limits.
    """
    due: dict[str, Amount] = {}
    for key in own_items(act):
        found = act.program.accountant.compute(key, situation)
        if found.status == "not-due":
            continue
        require_payable(act, found)
        _hold_whole(act, found, situation)
        due[key] = found
    wholes = {found.item.part_of for found in due.values()}
    paid = {key: found for key, found in due.items() if key not in wholes}
    for found in paid.values():
        require_bearers(act, found)
    return paid


def _hold_whole(act: Act, part: Amount, situation: Situation) -> None:
    """Hold what an item is a part of to its own limits as well, and show their lines: a whole without a stage has no other time."""
    whole = part.item.part_of
    while whole is not None:
        found = act.program.accountant.compute(whole, situation)
        if found.status != "not-due":
            require_payable(act, found)
            part.lines += found.lines
        whole = found.item.part_of


def left_of_whole(act: Act, item: str) -> Decimal:
    """What is still to be paid of the amount that an item is a part of, directly or by another part; 0 where it is no part.

    Counts what the books say is paid to this thing under any part of the same whole; recoveries are no payments back into it.
    """
    money = act.program.pack.money
    whole = _whole_of(money, item)
    if whole == item:
        return Decimal(0)
    amount = act.program.accountant.compute(whole, situation_of(act.subject, act.at)).amount
    if amount is None:
        raise UnableToApply(
            where=money[whole].label, what="总额现在算不出来，不知道还剩多少", fix="先补齐再登记"
        )
    rows = Payment.objects.filter(subject=act.subject, paid_on__isnull=False, withdrawn_at__isnull=True)
    paid = sum((row.amount for row in rows if _whole_of(money, row.item) == whole), Decimal(0))
    return max(amount - paid, Decimal(0))


def _whole_of(money: dict[str, Money], item: str) -> str:
    while (above := money[item].part_of) is not None:
        item = above
    return item


def unpaid_by_others(act: Act, situation: Situation) -> list[str]:
    """What other parties still have to pay at this stage, in Chinese; confirmed payments count, declared ones don't."""
    lacking = []
    for key, item in others_items(act).items():
        found = act.program.accountant.compute(key, situation)
        if found.status == "not-due":
            continue
        paid = sum((row.amount for row in confirmed([act.subject], key)), Decimal(0))
        if found.amount is None:
            lacking.append(f"{item.label}：应付多少还不知道")
        elif paid < found.amount:
            lacking.append(f"{item.label}：应付 {format_yuan(found.amount)}，已核实 {format_yuan(paid)}")
    return lacking


def is_paid_out(act: Act, situation: Situation) -> bool:
    """Whether nothing of the bureau's own is left to pay at this stage: it has been paid, or nothing is due."""
    proposed = Payment.objects.filter(run=act.run, withdrawn_at__isnull=True)
    if proposed.exists():
        return not proposed.filter(paid_on__isnull=True).exists()
    try:
        return not any(found.amount for found in compute_due(act, situation).values())
    except JiebangError:
        return False
