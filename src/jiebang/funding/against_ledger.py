"""Whether the books are what the ledger says was proposed, paid, withdrawn and confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from jiebang.funding.models import Contribution, Payment, Posting
from jiebang.kernel.canonical_json import canonical_text
from jiebang.ledger.read import read_entries


def altered_books(chain_key: str, bureau: int) -> Iterator[str]:
    """Every payment, its two sides and every parties' payment that isn't what a bureau's chain says, in Chinese."""
    yield from _payments(chain_key, bureau)
    yield from _postings(bureau)
    yield from _contributions(chain_key, bureau)


def _payments(chain_key: str, bureau: int) -> Iterator[str]:
    said: dict[int, dict[str, Any]] = {}
    for told in read_entries(
        "payment.proposed", "payment.recorded", "payment.withdrawn", chain_key=chain_key
    ):
        known = said.setdefault(told.body["payment"], {"recorded": None, "withdrawn": None})
        if told.kind == "payment.withdrawn":
            known["withdrawn"] = told.at
        elif told.kind == "payment.recorded":
            known["recorded"] = [told.body["paid_on"], told.body["voucher"]]
        else:
            known.update({name: told.body[name] for name in _PROPOSED})
    rows = Payment.objects.filter(subject__programme__bureau=bureau).select_related("subject")
    held = {}
    for row in rows.order_by("pk").iterator():
        held[row.pk] = row.subject.number
        now = proposed_body(row) | {
            "recorded": [row.paid_on, row.voucher] if row.paid_on or row.voucher else None,
            "withdrawn": row.withdrawn_at,
        }
        now.pop("payment")
        if row.pk not in said or canonical_text(now) != canonical_text(said[row.pk]):
            yield f"{row.subject.number} 的拨付 {row.item}（第 {row.pk} 号）与账本所记的不同"
    for pk in sorted(said.keys() - held.keys()):
        yield f"第 {pk} 号拨付账本有记录而已不在"


def proposed_body(row: Payment) -> dict[str, Any]:
    """What the ledger keeps of a payment when it is proposed: how much of what for which case, to whom, borne by whom."""
    return {
        "payment": row.pk, "run": row.run_id, "subject": row.subject_id, "item": row.item, "kind": row.kind, "amount": row.amount,
        "payee": row.payee, "shares": row.shares, "fiscal": row.fiscal,
    }  # fmt: skip


_PROPOSED = ("run", "subject", "item", "kind", "amount", "payee", "shares", "fiscal")


def _postings(bureau: int) -> Iterator[str]:
    """Both sides of every fiscal payment that is out, and of nothing else, are its amount."""
    rows = Posting.objects.filter(payment__subject__programme__bureau=bureau)
    sides = {
        key: (debit, credit)
        for key, debit, credit in rows.values_list("payment").annotate(Sum("debit"), Sum("credit")).order_by()
    }
    payments = Payment.objects.filter(subject__programme__bureau=bureau).select_related("subject")
    for row in payments.order_by("pk").iterator():
        due = row.amount if row.fiscal and row.paid_on is not None else Decimal(0)
        if sides.get(row.pk, (Decimal(0), Decimal(0))) != (due, due):
            yield f"{row.subject.number} 的拨付 {row.item}（第 {row.pk} 号）的借贷与金额不符"


def _contributions(chain_key: str, bureau: int) -> Iterator[str]:
    said: dict[int, dict[str, Any]] = {}
    kinds = ("contribution.recorded", "contribution.confirmed", "contribution.refused")
    for told in read_entries(*kinds, chain_key=chain_key):
        body = {name: value for name, value in told.body.items() if name != "source"}
        said.setdefault(body["contribution"], {"confirmed": None, "refused": None}).update(body)
        if told.kind != "contribution.recorded":
            said[body["contribution"]][told.kind.partition(".")[2]] = told.at
    held = set()
    rows = Contribution.objects.filter(subject__programme__bureau=bureau).select_related("subject")
    for row in rows.order_by("pk").iterator():
        held.add(row.pk)
        now = contribution_body(row) | {"confirmed": row.confirmed_at, "refused": row.refused_at}
        if row.pk not in said or canonical_text(now) != canonical_text(said[row.pk]):
            yield f"{row.subject.number} 的他方付款 {row.item}（第 {row.pk} 号）与账本所记的不同"
    for pk in sorted(said.keys() - held):
        yield f"第 {pk} 号他方付款账本有记录而已不在"


def contribution_body(row: Contribution) -> dict[str, Any]:
    """What the ledger keeps of a payment between parties."""
    return {
        "contribution": row.pk, "subject": row.subject_id, "item": row.item, "payer": row.payer_id,
        "payee": row.payee_id, "amount": row.amount, "paid_on": row.paid_on, "evidence": row.evidence,
    }  # fmt: skip
