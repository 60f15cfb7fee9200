"""A proposal that a signer refused makes room for another one; one that still stands doesn't."""

from decimal import Decimal

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.funding.models import Payment
from jiebang.ledger.models import Entry
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import AlreadyDone, UnableToApply
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-04-13T11:00")


def at_payment(life: Stage, by: str, event: str, **payload: object) -> None:
    project = life.subjects["project"].pk
    apply(project, "pay", event, actor=life.actor(by, AT), at=AT, payload=payload)


def propose(life: Stage, amount: str) -> None:
    at_payment(life, "officer", "propose_payment", facts={"project.aid": amount})


def test_a_refused_proposal_is_withdrawn_when_another_takes_its_place(play_until: PlayUntil) -> None:
    life = play_until("2026-04-13T10:00")
    at_payment(life, "head", "sign_off", agreed=False, note="金额再核")
    propose(life, "1500000 元")
    standing = Payment.objects.get(withdrawn_at__isnull=True)
    withdrawn = Payment.objects.get(withdrawn_at__isnull=False)
    assert (standing.amount, withdrawn.amount) == (Decimal("1500000.00"), Decimal("2000000.00"))
    assert Entry.objects.filter(kind="payment.withdrawn").count() == 1
    at_payment(life, "officer", "sign_off", agreed=True)
    at_payment(life, "head", "sign_off", agreed=True)
    at_payment(life, "officer", "record_payment", voucher="示例002", paid_on="2026-04-13")
    withdrawn.refresh_from_db()
    assert withdrawn.paid_on is None


def test_the_new_signatures_are_for_the_new_proposal(play_until: PlayUntil) -> None:
    life = play_until("2026-04-13T10:00")
    at_payment(life, "head", "sign_off", agreed=False, note="金额再核")
    propose(life, "1500000 元")
    with pytest.raises(UnableToApply) as caught:
        at_payment(life, "officer", "record_payment", voucher="示例002", paid_on="2026-04-13")
    assert "尚待经办" in str(caught.value)


def test_a_proposal_that_stands_leaves_no_room(play_until: PlayUntil) -> None:
    life = play_until("2026-04-13T10:00")
    with pytest.raises(AlreadyDone):
        propose(life, "1500000 元")
