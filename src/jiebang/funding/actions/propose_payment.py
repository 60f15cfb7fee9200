"""Finance or the bureau proposes a payment: the amount is the pack's, with every line; a person only decides where it lets them."""

from jiebang.funding.models import Payment
from jiebang.kernel.money import format_yuan
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.door import EVERY_MOMENT, as_recorded, record_facts, require_rules
from jiebang.lifecycle.errors import AlreadyDone, StillUnset, UnableToApply
from jiebang.lifecycle.models import SignOff
from jiebang.lifecycle.sign_off import void_signatures
from jiebang.lifecycle.transitions import Act
from jiebang.policy.amounts import Amount, explain_amount
from jiebang.policy.situation import Situation


def propose_payment(act: Act) -> None:
    """Compute the money items of this stage and put them up for signature.

    Facts of the payload (an amount that the bureau decides within its limits) are recorded first. Raises StillUnset naming
    what is open, Refused by the pack's rules, UnableToApply for an amount over its limits, AlreadyDone for a second proposal.
    """
    assert act.actor is not None
    _withdraw_sent_back(act)
    facts = as_recorded(act.payload.get("facts", {}), "checked", act.at)
    situation = require_rules(act, EVERY_MOMENT, facts)
    record_facts(act, act.subject, facts)
    proposed = 0
    for key, item in act.program.money_at(act.subject.process, act.run.stage).items():
        found = act.program.accountant.compute(key, situation)
        if found.status == "not-due":
            continue
        _require_payable(act, found, situation)
        assert found.amount is not None
        if found.amount == 0:
            continue
        Payment.objects.create(
            run=act.run, subject=act.subject, item=key, kind=item.kind.value, amount=found.amount,
            lines=explain_amount(found)["lines"],
            shares={role: f"{part:.2f}" for role, part in found.shares.items()}, payee=" ".join(item.payee), fiscal=item.fiscal, proposed_at=act.at,
            proposed_by_id=act.actor.account_id,
        )  # fmt: skip
        act.drafts.append(
            EntryDraft("payment.proposed", {"subject": act.subject.pk, "item": key, "amount": found.amount})
        )
        proposed += 1
    if not proposed:
        raise UnableToApply(where=act.stage.label, what="这个阶段没有应拨付的金额", fix="检查政策包和条件")
    void_signatures(act)
    act.result["proposed"] = proposed


def _withdraw_sent_back(act: Act) -> None:
    """A signer who refuses sends the proposal back: it is withdrawn, and stays readable, when a new one takes its place.

    Raises AlreadyDone while an earlier proposal still stands.
    """
    standing = Payment.objects.filter(run=act.run, withdrawn_at__isnull=True)
    newest = standing.order_by("-proposed_at").first()
    if newest is None:
        return
    if not SignOff.objects.filter(run=act.run, agreed=False, signed_at__gte=newest.proposed_at).exists():
        raise AlreadyDone(where=act.subject.number, what="已经提出过拨付意见", fix="等签署完，或由签署人退回")
    for payment in standing:
        act.drafts.append(
            EntryDraft(
                "payment.withdrawn",
                {
                    "payment": payment.pk,
                    "subject": act.subject.pk,
                    "item": payment.item,
                    "amount": payment.amount,
                },
            )
        )
    standing.update(withdrawn_at=act.at)


def _require_payable(act: Act, found: Amount, situation: Situation) -> None:
    label = found.item.label
    if found.status == "unknown":
        if found.unset:
            open_ = "；".join(act.program.pack.discretion[key].question for key in found.unset)
            raise StillUnset(what=f"{label}还不能计算：{open_}", keys=found.unset)
        lacking = "、".join(act.program.pack.facts[name].label for name in found.missing)
        raise UnableToApply(where=label, what=f"还不能计算，缺：{lacking}", fix="先补齐")
    if found.status in ("over", "departable"):
        assert found.amount is not None
        assert found.ceiling is not None
        raise UnableToApply(
            where=label, what=f"{format_yuan(found.amount)}超过上限 {format_yuan(found.ceiling)}",
            fix="改在上限以内" if found.status == "over" else "改在上限以内，或先由有权者作出例外决定",
        )  # fmt: skip
    if found.status == "under":
        assert found.amount is not None
        assert found.floor is not None
        raise UnableToApply(
            where=label,
            what=f"{format_yuan(found.amount)}低于下限 {format_yuan(found.floor)}",
            fix="检查金额",
        )
