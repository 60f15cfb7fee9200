"""Questions about parties' own payments that acts and pages ask alike."""

from __future__ import annotations

from django.db.models import QuerySet

from jiebang.funding.models import Contribution
from jiebang.lifecycle.models import Subject
from jiebang.policy.pack_money import Money, MoneyKind
from jiebang.policy.program import Program


def paid_between_parties(program: Program, process: str) -> dict[str, Money]:
    """The money items of a process that parties pay one another; where there are none, nobody records any."""
    return {
        key: item for key, item in program.money_of(process).items() if item.kind is MoneyKind.contribution
    }


def waiting_for_confirmation(subject: Subject) -> QuerySet[Contribution]:
    """Payments that a party declared and no officer has looked at yet, oldest first."""
    return Contribution.objects.filter(
        subject=subject, confirmed_at__isnull=True, refused_at__isnull=True
    ).order_by("recorded_at", "pk")
