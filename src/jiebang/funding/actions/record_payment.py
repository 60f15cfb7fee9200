"""Signed off, the money has been paid: its date and voucher are recorded, with both sides in the books."""

from datetime import date
from decimal import Decimal

from jiebang.funding.due import left_of_whole, unpaid_by_others
from jiebang.funding.models import Payment, Posting
from jiebang.funding.sent_back import is_outdated
from jiebang.funding.vouchers import LONGEST_VOUCHER, is_among, keep_voucher, spelt
from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone, UnableToApply
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import SignOff
from jiebang.lifecycle.rules import EVERY_MOMENT, require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.transitions import Act
from jiebang.policy.stages import KINDS


def record_payment(act: Act) -> str | None:
    """Record every proposed payment of this run as paid, and end the stage unless other parties still have to pay at it.

    Where the pack pays in instalments, the stage ends `part_paid` until nothing is left of what they are parts of.

    Raises UnableToApply without a voucher or a real date, AlreadyDone for money recorded before.
    """
    voucher = keep_voucher(act.payload.get("voucher"), LONGEST_VOUCHER, act.stage.label)
    _refuse_known_voucher(act, voucher)
    payments = list(Payment.objects.filter(run=act.run, withdrawn_at__isnull=True))
    if not payments:
        raise UnableToApply(where=act.stage.label, what="还没有提出金额意见", fix="先计算并提出")
    if all(payment.paid_on for payment in payments):
        raise AlreadyDone(where=act.stage.label, what="已经登记过这笔款", fix="等其他各方的付款核实后办结")
    require_signed(act)
    if is_outdated(act):
        raise UnableToApply(
            where=act.stage.label,
            what="提出之后，计算所依据的情况变了，应收应付的金额已经不是签署的那一笔",
            fix="重新提出，再逐级签署",
        )
    # A project that was stopped after somebody signed is paid nothing more, whatever was proposed for it.
    require_rules(act, EVERY_MOMENT)
    try:
        paid_on = date.fromisoformat(str(act.payload.get("paid_on", "")))
    except ValueError:
        raise UnableToApply(where=act.stage.label, what="没有写日期", fix="写成 2026-03-02") from None
    if not spelt(voucher):
        raise UnableToApply(
            where=act.stage.label, what="没有写凭证号", fix="写国库集中支付凭证或银行回单的编号"
        )
    first = _settled_on(act, payments)
    if not first <= paid_on <= local_date(act.at):
        raise UnableToApply(
            where=act.stage.label,
            what=f"日期 {paid_on} 不合理",
            fix=f"应不早于提出、签署完毕之日（{first}），不晚于今天",
        )
    for payment in payments:
        payment.paid_on, payment.voucher = paid_on, voucher
        payment.save(update_fields=["paid_on", "voucher"])
        if payment.fiscal:
            _post(payment, act)
        act.drafts.append(
            EntryDraft(
                "payment.recorded",
                {"payment": payment.pk, "subject": act.subject.pk, "item": payment.item, "amount": payment.amount,
                 "paid_on": paid_on, "voucher": voucher},
            )
        )  # fmt: skip
    waiting = unpaid_by_others(act, situation_of(act.subject, act.at))
    if waiting:
        act.result["waiting"] = waiting
        return None
    if "part_paid" in act.stage.outcomes and any(left_of_whole(act, payment.item) for payment in payments):
        return "part_paid"
    # paid, recovered or bought: the outcome that this kind of stage is for
    return next(iter(KINDS[act.stage.kind].outcomes))


def _settled_on(act: Act, payments: list[Payment]) -> date:
    """The first day on which this money may have moved: it was proposed and everybody had signed."""
    signed = SignOff.objects.filter(run=act.run, voided_at__isnull=True).values_list("signed_at", flat=True)
    return local_date(max(*(one.proposed_at for one in payments), *signed, act.run.opened_at))


def _refuse_known_voucher(act: Act, voucher: str) -> None:
    """A late second click finds the next instalment's run open: money that left once isn't booked twice."""
    known = Payment.objects.filter(subject=act.subject, paid_on__isnull=False, withdrawn_at__isnull=True)
    if is_among(voucher, known.exclude(run=act.run).values_list("voucher", flat=True)):
        raise AlreadyDone(where=act.stage.label, what=f"凭证 {voucher} 已经登记过", fix="同一笔不用再登记")


def _post(payment: Payment, act: Act) -> None:
    """Debit the grant to its payee, credit whoever bears it by the lines' shares; a recovery goes the other way.

    The accounts carry the names that the pack gives the parties, as a reader of the books knows them.
    """
    item = act.program.pack.money[payment.item]
    parties = act.program.pack.parties
    shares = {role: Decimal(part) for role, part in payment.shares.items()}
    bearers = shares or {"、".join(item.payer): payment.amount}
    named = {
        "、".join(parties[role].label for role in key.split("、")): part
        for key, part in bearers.items()
        if part
    }
    if payment.kind == "recovery":
        # The same two accounts as the grant's, the other way round: whoever pays back is whose grant shrinks.
        sides = [(f"拨付：{name}", part, True) for name, part in named.items()]
        sides.append((f"财政：{payment.payee}", payment.amount, False))
    else:
        sides = [(f"拨付：{payment.payee}", payment.amount, True)]
        sides += [(f"财政：{name}", part, False) for name, part in named.items()]
    for account, amount, is_debit in sides:
        debit = is_debit != (payment.kind == "recovery")
        Posting.objects.create(
            payment=payment, account=account, debit=amount if debit else 0, credit=0 if debit else amount
        )
