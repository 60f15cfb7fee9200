"""What one party paid another, outside the fiscal books: entered by a party to it as its declaration, or by an officer as checked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from jiebang.funding.due import is_paid_out, others_items, unpaid_by_others
from jiebang.funding.models import Contribution
from jiebang.funding.queries import paid_between_parties, waiting_for_confirmation
from jiebang.funding.vouchers import LONGEST_EVIDENCE, is_among, keep_voucher, spelt
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.money import parse_yuan
from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.facts import source_of
from jiebang.lifecycle.known import lineage_of, situation_of
from jiebang.lifecycle.models import Participation, Subject
from jiebang.lifecycle.rules import EVERY_MOMENT, require_rules
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_money import Money
from jiebang.policy.stages import KINDS, MONEY_KINDS


def record_contribution(act: Act) -> str | None:
    """Record one payment between parties: `item` (a money item of the kind contribution), `amount`, `paid_on`, `evidence`.

    `payer` and `payee` are credit codes; where only one organisation holds the role, they may be left out. Whoever enters it
    for an organisation has to be one of the two; it counts once an officer has confirmed it. Raises UnableToApply for an item
    the process hasn't, a blank evidence, an unreal day or amount, AlreadyDone for evidence entered before.
    """
    assert act.actor is not None
    key, item = _item_of(act)
    payer = _party(act, item.payer, str(act.payload.get("payer", "")), "付款方")
    payee = _party(act, item.payee, str(act.payload.get("payee", "")), "收款方")
    if payer == payee:
        raise UnableToApply(where=item.label, what="付款方和收款方是同一家", fix="写明另一家")
    if act.actor.organisation_id is not None and act.actor.organisation_id not in (payer.pk, payee.pk):
        raise NotAllowed(
            where=item.label, what="只能登记本单位付出或收到的款", fix="由付款方、收款方或主管部门登记"
        )
    amount, paid_on = _amount(act, item), _day(act, item)
    evidence = keep_voucher(act.payload.get("evidence"), LONGEST_EVIDENCE, item.label)
    if not spelt(evidence):
        raise UnableToApply(where=item.label, what="没有写凭证", fix="写银行回单或发票的编号")
    known = Contribution.objects.filter(subject=act.subject, item=key, payer=payer, refused_at__isnull=True)
    if is_among(evidence, known.values_list("evidence", flat=True)):
        raise AlreadyDone(where=item.label, what=f"凭证 {evidence} 已经登记过", fix="同一笔不用再登记")
    made = Contribution.objects.create(
        run=act.run, subject=act.subject, item=key, payer=payer, payee=payee, amount=amount, paid_on=paid_on,
        evidence=evidence, recorded_at=act.at, recorded_by_id=act.actor.account_id,
    )  # fmt: skip
    # Even where the bureau appointed a party to its role, of its own payment it only declares.
    source = "declared" if _is_party(act, made) else source_of(act)
    act.drafts.append(EntryDraft("contribution.recorded", {**contribution_body(made), "source": source}))
    act.messages.append(("contribution.recorded", act.subject, {"contribution": made.pk}))
    act.result["contribution"] = made.pk
    return _confirm(act, made) if source == "checked" else None


def confirm_contribution(act: Act) -> str | None:
    """An officer holds a declared payment against its evidence: `agreed`, or not with a `note`; `evidence` says which one.

    Where a stage is there for other parties to pay, it ends once everything due there is confirmed in full. Raises
    UnableToApply where nothing waits, or several do and none is named; NotAllowed for an organisation.
    """
    assert act.actor is not None
    if source_of(act) != "checked":
        raise NotAllowed(where=act.stage.label, what="单位自己不能核实付款", fix="由主管部门核对凭证")
    found = _waiting(act)
    if _is_party(act, found):
        raise NotAllowed(
            where=act.stage.label, what="付款方、收款方不能核实自己的款", fix="由主管部门核对凭证"
        )
    if act.payload.get("agreed"):
        return _confirm(act, found)
    note = str(act.payload.get("note", "")).strip()
    if not note:
        raise UnableToApply(where=act.stage.label, what="没有写理由", fix="退回付款登记要写明理由")
    found.refused_at, found.examined_by_id, found.note = act.at, act.actor.account_id, note
    found.save(update_fields=["refused_at", "examined_by", "note"])
    act.drafts.append(EntryDraft("contribution.refused", contribution_body(found)))
    return None


def _confirm(act: Act, row: Contribution) -> str | None:
    assert act.actor is not None
    row.confirmed_at, row.examined_by_id = act.at, act.actor.account_id
    row.note = str(act.payload.get("note", ""))
    row.save(update_fields=["confirmed_at", "examined_by", "note"])
    act.drafts.append(EntryDraft("contribution.confirmed", contribution_body(row)))
    act.result["contribution"] = row.pk
    if act.stage.kind not in MONEY_KINDS or not others_items(act):
        return None
    situation = situation_of(act.subject, act.at)
    if unpaid_by_others(act, situation) or not is_paid_out(act, situation):
        return None
    require_rules(act, EVERY_MOMENT)
    return next(iter(KINDS[act.stage.kind].outcomes))


def _is_party(act: Act, row: Contribution) -> bool:
    return act.actor is not None and act.actor.organisation_id in (row.payer_id, row.payee_id)


def _waiting(act: Act) -> Contribution:
    """The one declared payment that the payload means."""
    rows = waiting_for_confirmation(act.subject)
    if evidence := str(act.payload.get("evidence", "")).strip():
        rows = rows.filter(evidence=evidence)
    found = list(rows[:2])
    if not found:
        raise UnableToApply(where=act.stage.label, what="没有待核实的付款登记", fix="回到事项页面")
    if len(found) > 1:
        raise UnableToApply(where=act.stage.label, what="有几笔待核实", fix="写明核实的是哪一个凭证")
    return found[0]


def _item_of(act: Act) -> tuple[str, Money]:
    items = paid_between_parties(act.program, act.subject.process)
    if not items:
        raise UnableToApply(where=act.stage.label, what="本流程没有财政以外的付款", fix="回到事项页面")
    wanted = str(act.payload.get("item", "")) or (next(iter(items)) if len(items) == 1 else "")
    if wanted not in items:
        names = "、".join(f"{item.label}（{key}）" for key, item in items.items())
        raise UnableToApply(where=act.stage.label, what="没有写是哪一项付款", fix=f"可用：{names}")
    return wanted, items[wanted]


def _party(act: Act, roles: list[str], code: str, side: str) -> Organisation:
    """Who pays or is paid: one of those who hold the role; an officer may name somebody else where nobody holds it."""
    things = lineage_of(act.subject)
    if act.subject.kind == "challenge":
        things += Subject.objects.filter(parent=act.subject, kind="bid", ended_at__isnull=True)
    rows = Participation.objects.filter(subject__in=things, role__in=roles, until_at__isnull=True)
    holders = list(Organisation.objects.filter(pk__in=rows.values("organisation")).order_by("pk"))
    label = "、".join(act.program.pack.parties[role].label for role in roles)
    if not code:
        if len(holders) == 1:
            return holders[0]
        raise UnableToApply(where=act.stage.label, what=f"没有写{side}", fix=f"写明是哪一家（{label}）")
    named = Organisation.objects.filter(credit_code=code).first()
    allowed = named in holders if holders else source_of(act) == "checked"
    if named is None or not allowed:
        raise UnableToApply(where=act.stage.label, what=f"{side}不是本事项的{label}", fix="从列表里选择")
    return named


def _amount(act: Act, item: Money) -> Decimal:
    try:
        amount = parse_yuan(str(act.payload.get("amount", "")))
    except JiebangError as error:
        raise UnableToApply(where=item.label, what=f"金额读不出来：{error.what}", fix=error.fix) from error
    if amount <= 0:
        raise UnableToApply(where=item.label, what="金额要大于零", fix="写实际付款的金额")
    return amount


def _day(act: Act, item: Money) -> date:
    try:
        paid_on = date.fromisoformat(str(act.payload.get("paid_on", "")))
    except ValueError:
        raise UnableToApply(where=item.label, what="没有写付款日期", fix="写成 2026-03-02") from None
    first = local_date(lineage_of(act.subject)[-1].created_at)
    if not first <= paid_on <= local_date(act.at):
        raise UnableToApply(
            where=item.label, what=f"付款日期 {paid_on} 不合理", fix=f"应在 {first} 之后、今天之前"
        )
    return paid_on


def contribution_body(row: Contribution) -> dict[str, Any]:
    """What the ledger keeps of a payment between parties."""
    return {
        "contribution": row.pk, "subject": row.subject_id, "item": row.item, "payer": row.payer_id,
        "payee": row.payee_id, "amount": row.amount, "paid_on": row.paid_on, "evidence": row.evidence,
    }  # fmt: skip
