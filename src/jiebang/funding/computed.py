"""Sums of what has been paid."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum

from jiebang.funding.models import Payment
from jiebang.lifecycle.models import Subject


def sum_payments(subject: Subject) -> dict[str, Any]:
    """`project.paid`: fiscal money recorded as paid, recoveries taken off."""
    if subject.kind != "project":
        return {}
    rows = Payment.objects.filter(
        subject=subject, fiscal=True, paid_on__isnull=False, withdrawn_at__isnull=True
    )
    out = rows.exclude(kind="recovery").aggregate(total=Sum("amount"))["total"] or Decimal(0)
    back = rows.filter(kind="recovery").aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return {"project.paid": f"{out - back:.2f} 元"}
