"""The money of a case as its page shows it: each item with how it was worked out, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jiebang.console.articles import article_of
from jiebang.console.signing import sign_off_state
from jiebang.funding.models import Payment
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.models import Subject
from jiebang.policy.program import Program


@dataclass(frozen=True, slots=True)
class Step:
    """One step on a payment's way. `state`: done, now or ahead."""

    label: str
    told: str
    state: str


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment with its lines and its steps."""

    payment: Payment
    lines: tuple[dict[str, Any], ...]
    steps: tuple[Step, ...]

    @property
    def is_recovery(self) -> bool:
        """Whether money comes back."""
        return self.payment.kind == "recovery"


@dataclass(slots=True)
class MoneyItem:
    """A money item of one thing with everything proposed under it, instalment by instalment."""

    label: str
    subject: Subject
    rows: list[PaymentRow] = field(default_factory=list)

    @property
    def proposed(self) -> Decimal:
        """The sum of all proposals."""
        return sum((row.payment.amount for row in self.rows), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """The sum of what has been paid or recovered."""
        return sum((row.payment.amount for row in self.rows if row.payment.paid_on), Decimal(0))


def money_of(relatives: list[Subject], program: Program) -> list[MoneyItem]:
    """Payments of the subject's family that weren't withdrawn, by item, in the order they were first proposed."""
    payments = Payment.objects.filter(subject__in=relatives, withdrawn_at__isnull=True)
    rows = payments.select_related("subject__programme", "run", "proposed_by__person")
    found: dict[tuple[int, str], MoneyItem] = {}
    for payment in rows.prefetch_related("postings", "run__sign_offs__signed_by__person").order_by("pk"):
        item = program.pack.money.get(payment.item)
        lines = tuple({**line, "article": article_of(program, line.get("clause"))} for line in payment.lines)
        held = found.setdefault(
            (payment.subject_id, payment.item),
            MoneyItem(item.label if item else payment.item, payment.subject),
        )
        held.rows.append(PaymentRow(payment, lines, _steps(payment)))
    return list(found.values())


def _steps(payment: Payment) -> tuple[Step, ...]:
    proposed = f"{local_date(payment.proposed_at)} {payment.proposed_by.person.name}"
    steps = [Step("提出", proposed, "done")]
    chain, turn = sign_off_state(payment.run, payment.subject)
    signed = sum(1 for _, told in chain if told)
    is_signed = payment.paid_on is not None or not turn
    if chain:
        waits = next((position for position, told in chain if not told), "")
        told = f"{signed} / {len(chain)}" + (f"，等{waits}" if waits and not is_signed else "")
        steps.append(Step("签署", told, "done" if is_signed else "now"))
    word = "收回" if payment.kind == "recovery" else "拨付"
    last = f"{payment.paid_on} 已{word}，凭证 {payment.voucher}" if payment.paid_on else f"未{word}"
    steps.append(Step(word, last, "done" if payment.paid_on else "now" if is_signed else "ahead"))
    return tuple(steps)
