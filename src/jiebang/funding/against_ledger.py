"""Whether the books are what the ledger says was proposed, paid, withdrawn and confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from jiebang.funding.actions.propose_payment import proposed_body
from jiebang.funding.actions.record_contribution import contribution_body
from jiebang.funding.models import Contribution, Payment, Posting
from jiebang.ledger.read import altered, read_entries


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
            known.update(told.body)
    rows = Payment.objects.filter(subject__programme__bureau=bureau).select_related("subject")
    held = {
        row.pk: (
            f"{row.subject.number} 的拨付 {row.item}（第 {row.pk} 号）",
            proposed_body(row)
            | {
                "recorded": [row.paid_on, row.voucher] if row.paid_on or row.voucher else None,
                "withdrawn": row.withdrawn_at,
            },
        )
        for row in rows.order_by("pk").iterator()
    }
    yield from altered(said, held, "拨付")


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
        known = said.setdefault(told.body["contribution"], {"confirmed": None, "refused": None})
        known.update(told.body)
        if told.kind != "contribution.recorded":
            known[told.kind.partition(".")[2]] = told.at
    rows = Contribution.objects.filter(subject__programme__bureau=bureau).select_related("subject")
    held = {
        row.pk: (
            f"{row.subject.number} 的他方付款 {row.item}（第 {row.pk} 号）",
            contribution_body(row) | {"confirmed": row.confirmed_at, "refused": row.refused_at},
        )
        for row in rows.order_by("pk").iterator()
    }
    yield from altered(said, held, "他方付款")
