"""Fiscal money that was paid for a thing: each recorded payment, and their sum.

Withdrawn and merely proposed payments count nowhere; recoveries are taken off.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from jiebang.funding.models import Payment
from jiebang.lifecycle.models import Subject


def paid_for(subject: Subject) -> Decimal:
    """Fiscal money recorded as paid for one subject, recoveries taken off."""
    return sum_of(payments_of_each([subject])[subject.pk])


def payments_of_each(subjects: Iterable[Subject]) -> dict[int, list[Payment]]:
    """What was recorded as paid, and as paid back, for each of some subjects, by its key, the earliest first."""
    found: dict[int, list[Payment]] = {one.pk: [] for one in subjects}
    if not found:
        return found
    rows = Payment.objects.filter(
        subject__in=found, fiscal=True, paid_on__isnull=False, withdrawn_at__isnull=True
    )
    for row in rows.order_by("paid_on", "pk"):
        found[row.subject_id].append(row)
    return found


def sum_of(rows: Iterable[Payment]) -> Decimal:
    """What is left of some payments once what was paid back is taken off."""
    return sum((-row.amount if row.kind == "recovery" else row.amount for row in rows), Decimal(0))
