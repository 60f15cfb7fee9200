"""Finance or the bureau proposes a payment: the amount is the pack's, with every line; a person only decides where it lets them."""

from decimal import Decimal
from typing import Any

from jiebang.funding.computed import BOOKED, figures_of
from jiebang.funding.due import compute_due, others_items
from jiebang.funding.models import Payment
from jiebang.funding.paid import paid_for
from jiebang.funding.sent_back import withdraw_sent_back
from jiebang.kernel.money import format_yuan
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import as_recorded, record_facts, require_may_say, source_of
from jiebang.lifecycle.known import read_situation
from jiebang.lifecycle.rules import EVERY_MOMENT, require_rules
from jiebang.lifecycle.sign_off import void_signatures
from jiebang.lifecycle.transitions import Act
from jiebang.policy.amounts import Amount, explain_amount
from jiebang.policy.pack_money import MoneyKind
from jiebang.projects.lanes import predecessors_of


def propose_payment(act: Act) -> None:
    """Compute the money items of this stage and put them up for signature.

    Facts of the payload (an amount that the bureau decides within its limits) are recorded first, so that the sums of the
    books know them; the books' figures come before anything recorded. Raises StillUnset naming what is open, Refused by the
    pack's rules, UnableToApply for an amount over its limits or for a figure that only the books give, AlreadyDone for a
    second proposal.
    """
    assert act.actor is not None
    withdraw_sent_back(act)
    situation = require_rules(act, EVERY_MOMENT, _put_down(act))
    proposed = 0
    labels = act.program.pack.parties
    due = compute_due(act, situation)
    _hold_recoveries(act, due)
    for key, found in due.items():
        item = found.item
        if not found.amount:
            continue
        made = Payment.objects.create(
            run=act.run, subject=act.subject, item=key, kind=item.kind.value, amount=found.amount,
            lines=explain_amount(found)["lines"],
            shares={role: f"{part:.2f}" for role, part in found.shares.items()},
            payee="、".join(labels[role].label for role in item.payee), fiscal=item.fiscal, proposed_at=act.at,
            proposed_by_id=act.actor.account_id,
        )  # fmt: skip
        act.drafts.append(EntryDraft("payment.proposed", proposed_body(made)))
        proposed += 1
    if not proposed:
        if others_items(act):
            raise UnableToApply(
                where=act.stage.label,
                what="这个阶段没有由财政拨付的金额",
                fix="其他各方的付款用“登记他方付款”",
            )
        raise UnableToApply(
            where=act.stage.label, what="这个阶段没有应付或应收回的金额", fix="检查政策包和条件"
        )
    void_signatures(act)
    act.result["proposed"] = proposed


def _hold_recoveries(act: Act, due: dict[str, Amount]) -> None:
    """Raise UnableToApply for more to be paid back than was paid out: some figure it rests on must be wrong."""
    back = sum(
        (one.amount or Decimal(0) for one in due.values() if one.item.kind is MoneyKind.recovery), Decimal(0)
    )
    if not back:
        return
    paid = sum((paid_for(one) for one in [act.subject, *predecessors_of(act.subject)]), Decimal(0))
    if back > paid:
        raise UnableToApply(
            where=act.stage.label,
            what=f"要收回 {format_yuan(back)}，账上一共只拨付了 {format_yuan(paid)}",
            fix="核对结余、违规使用等填写的金额",
        )


def _put_down(act: Act) -> dict[str, Any]:
    """Record the payload's facts and return what the amounts are to be computed on: these and the books' own figures."""
    given = act.payload.get("facts", {})
    if booked := sorted(given.keys() & BOOKED):
        names = "、".join(act.program.pack.facts[name].label for name in booked if name in act.program.types)
        raise UnableToApply(
            where=act.stage.label, what=f"由系统按账目计算，不能填写：{names}", fix="去掉这一项"
        )
    require_may_say(act, given)
    facts = as_recorded(given, source_of(act), act.at)
    read_situation(act.program, {"facts": facts}, act.at)
    record_facts(act, act.subject, facts)
    return {**facts, **as_recorded(figures_of(act.subject), "computed", act.at)}


def proposed_body(row: Payment) -> dict[str, Any]:
    """What the ledger keeps of a payment when it is proposed: how much of what for which case, to whom, borne by whom."""
    return {
        "payment": row.pk, "run": row.run_id, "subject": row.subject_id, "item": row.item, "kind": row.kind,
        "amount": row.amount, "payee": row.payee, "shares": row.shares, "fiscal": row.fiscal,
    }  # fmt: skip
