"""Real processes where money moves: what was paid is booked once, and what was stopped first isn't paid at all."""

import subprocess
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from tests.conftest import PROJECT_ROOT, FreshDatabase
from tests.funding.test_once_and_official import AT, PAY, a_project
from tests.lifecycle.chains import set_chain
from tests.lifecycle.test_at_once import let_go, start_as

from jiebang.funding.models import Payment, Posting
from jiebang.ledger.models import Entry
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.models import SignOff, StageRun
from jiebang.lifecycle.sign_off import put_up_at
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Account, Mandate

pytestmark = pytest.mark.slow
ORDERS = pytest.mark.parametrize("turned", [False, True], ids=["in-order", "the-other-way"])


class Paying:
    """An instalment that was put up and needs the officer's and the head's signature; the officer's is there."""

    def __init__(self, fresh: FreshDatabase) -> None:
        self.fresh = fresh
        self.case, _, self.project = a_project()
        set_chain(self.case.programme, "pay", "officer", "head")
        self.head = self.case.person(authority=self.case.bureau, position=Position.HEAD)
        self.second = self.case.person(authority=self.case.bureau, position=Position.OFFICER)
        self.run = self.case.run(self.project, PAY, "pay")
        self.case.do(self.project, PAY, "propose_payment", AT)
        self.case.do(self.project, PAY, "sign_off", AT, agreed=True)

    def process(
        self, who: tuple[Account, Mandate], event: str, stage: str = PAY, **payload: Any
    ) -> subprocess.Popen[str]:
        return start_as(
            self.fresh, who, PROJECT_ROOT / "packs", subject=self.project.pk, stage=stage, event=event,
            at=AT.isoformat(), payload=payload, linger=0.4,
        )  # fmt: skip

    def pay(self, who: tuple[Account, Mandate], voucher: str) -> subprocess.Popen[str]:
        return self.process(who, "record_payment", voucher=voucher, paid_on=AT.date().isoformat())

    def signed(self) -> None:
        self.case.do(self.project, PAY, "sign_off", AT, who=self.head, agreed=True)

    def booked_once(self) -> None:
        rows = Payment.objects.filter(paid_on__isnull=False)
        assert sorted(rows.values_list("item", flat=True)) == ["instalment-solver", "instalment-sponsor"]
        assert sum(one.amount for one in rows) == Decimal("400000.00"), "40% of 1,000,000.01, to the fen"
        for row in rows:
            sides = list(Posting.objects.filter(payment=row))
            assert sum(one.debit for one in sides) == sum(one.credit for one in sides) == row.amount
        assert Entry.objects.filter(kind="payment.recorded").count() == len(rows)

    def is_intact(self) -> bool:
        return verify_chain(self.case.programme.chain_key).is_intact


@pytest.fixture
def paying(fresh_database: FreshDatabase) -> Paying:
    assert PROJECT_ROOT / "packs" in settings.JIEBANG_PACK_ROOTS
    return Paying(fresh_database)


@pytest.mark.parametrize(
    "vouchers", [("示例1", "示例1"), ("示例1", "示例2")], ids=["one-voucher", "two-vouchers"]
)
def test_two_officers_record_the_payment_at_once(paying: Paying, vouchers: tuple[str, str]) -> None:
    paying.signed()
    told = let_go([paying.pay(paying.case.officer, vouchers[0]), paying.pay(paying.second, vouchers[1])])
    assert sorted(str(one.get("done")) for one in told) == ["None", "part_paid"]
    loser = next(one for one in told if "refused" in one)
    # With instalments the next one's stage is open by then; nobody pays it by the first one's click.
    assert loser["refused"] in ("AlreadyDone", "UnableToApply")
    assert any(word in loser["why"] for word in ("已经登记过", "还没有提出金额意见")), loser
    paying.booked_once()
    assert paying.is_intact()


@ORDERS
def test_the_last_signature_and_the_payment_at_once(paying: Paying, turned: bool) -> None:
    processes = [
        paying.process(paying.head, "sign_off", agreed=True, read=put_up_at(paying.run)),
        paying.pay(paying.second, "示例1"),
    ]
    told = let_go(processes[::-1] if turned else processes)
    signed, paid = told[::-1] if turned else told
    assert "done" in signed
    if "refused" in paid:
        assert "逐级审批还没有签完" in paid["why"]
        assert not Posting.objects.exists()
        assert let_go([paying.pay(paying.second, "示例1")])[0]["done"] == "part_paid"
    paying.booked_once()
    assert paying.is_intact()


@ORDERS
def test_the_last_signature_and_the_lanes_end_at_once(paying: Paying, turned: bool) -> None:
    paying.case.run(paying.project, "assess", "assess_milestone")
    processes = [
        paying.process(paying.head, "sign_off", agreed=True, read=put_up_at(paying.run)),
        paying.process(paying.second, "conclude", "assess", outcome="not_continued", note="示例"),
    ]
    told = let_go(processes[::-1] if turned else processes)
    signed, stopped = told[::-1] if turned else told
    assert stopped["done"] == "not_continued"
    assert SignOff.objects.filter(run=paying.run).count() == 1 + ("done" in signed)
    # Whoever was first: a lane that was stopped is paid nothing more, and the officer is told why.
    refused = let_go([paying.pay(paying.second, "示例1")])[0]
    assert "refused" in refused
    assert any(word in refused["why"] for word in ("不再拨付", "已经结束")), refused
    assert not Posting.objects.exists()
    assert paying.is_intact()


@ORDERS
def test_the_payment_and_the_lanes_end_at_once(paying: Paying, turned: bool) -> None:
    paying.signed()
    paying.case.run(paying.project, "assess", "assess_milestone")
    processes = [
        paying.pay(paying.case.officer, "示例1"),
        paying.process(paying.second, "conclude", "assess", outcome="not_continued", note="示例"),
    ]
    told = let_go(processes[::-1] if turned else processes)
    paid, stopped = told[::-1] if turned else told
    assert stopped["done"] == "not_continued"
    if "done" in paid:
        paying.booked_once()
    else:
        assert any(word in paid["why"] for word in ("不再拨付", "已经结束")), paid
        assert not Posting.objects.exists()
    assert paying.is_intact()
    assert StageRun.objects.filter(subject=paying.project, stage=PAY, closed_at=None).count() <= 1
