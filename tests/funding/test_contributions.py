"""What a sponsor pays a solver: declared by a party to it, confirmed by an officer, counted to the fen and the day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.funding.building import BEGUN, Case
from tests.lifecycle.chains import set_chain

from jiebang.funding.computed import figures_of
from jiebang.funding.models import Contribution, Payment, Posting
from jiebang.kernel.errors import JiebangError
from jiebang.ledger.models import Entry
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.door import Receipt
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, StillUnset, UnableToApply
from jiebang.lifecycle.known import program_of, situation_of
from jiebang.lifecycle.models import DiscretionDecision, Participation, StageRun, Subject
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Account, Mandate, Organisation
from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.verdicts import judge_rule
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-05-20T10:00")


@dataclass
class Prize:
    """An enterprise's bounty at the stage where the enterprise pays the winner 1,000,000.00."""

    case: Case
    bid: Subject
    sponsor: Organisation
    solver: Organisation
    for_sponsor: tuple[Account, Mandate]
    for_solver: tuple[Account, Mandate]

    def record(self, who: tuple[Account, Mandate] | None, at: datetime = AT, **payload: Any) -> Receipt:
        given = {
            "amount": "1000000 元", "paid_on": "2026-05-19", "evidence": "示例回单1", **payload
        }  # fmt: skip
        return self.case.do(self.bid, "pay-prize", "record_contribution", at, who, **given)

    def confirm(self, **payload: Any) -> Receipt:
        return self.case.do(
            self.bid, "pay-prize", "confirm_contribution", AT, None, **{"agreed": True, **payload}
        )

    def truth_of(self, rule: str) -> int:
        situation = situation_of(self.case.challenge, AT)
        return judge_rule(program_of(self.case.challenge).rules[rule], situation).truth


@pytest.fixture
def prize() -> Prize:
    case = Case("shenzhen-bounty/draft", "enterprise-prize")
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    sponsor, for_sponsor = case.firm(case.challenge, "sponsor")
    solver, for_solver = case.firm(bid, "solver")
    case.run(case.challenge, "choose", "select", "selected")
    case.run(bid, "pay-prize", "pay")
    # What is paid is what was announced.
    case.fact(bid, "project.aid", "1000000 元")
    case.run(case.challenge, "notice", "notice", "unopposed")
    case.fact(case.challenge, "project.prize_agreed", "1000000 元")
    case.fact(case.challenge, "project.subsidy_applied_on", "2026-05-20")
    return Prize(case, bid, sponsor, solver, for_sponsor, for_solver)


def test_a_declared_payment_counts_once_confirmed(prize: Prize) -> None:
    prize.record(prize.for_sponsor)
    row = Contribution.objects.get()
    assert (row.payer, row.payee, row.item) == (prize.sponsor, prize.solver, "sponsor-prize")
    assert (row.amount, row.confirmed_at) == (Decimal("1000000.00"), None)
    assert "project.sponsor_paid" not in figures_of(prize.case.challenge)
    assert prize.truth_of("prize-paid-first") == UNKNOWN
    assert prize.confirm().outcome == "paid"
    assert figures_of(prize.case.challenge) == {
        "project.subsidies": [],
        "project.sponsor_paid": "1000000.00 元",
        "project.sponsor_paid_on": "2026-05-19",
        "project.sponsor_paid_evidence": "示例回单1",
    }
    assert prize.truth_of("prize-paid-first") == PASS
    assert not Posting.objects.exists()
    assert not Payment.objects.exists()
    kinds = list(Entry.objects.filter(kind__startswith="contribution.").values_list("kind", flat=True))
    assert kinds == ["contribution.recorded", "contribution.confirmed"]
    assert verify_chain(prize.case.programme.chain_key).problem is None


def test_a_fen_short_keeps_the_stage_open_and_the_subsidy_away(prize: Prize) -> None:
    assert prize.record(None, amount="999999.99 元").outcome is None
    assert prize.truth_of("prize-paid-first") == FAIL
    assert not StageRun.objects.filter(subject=prize.case.challenge, stage="apply-subsidy").exists()
    # An officer who enters the rest has seen its evidence.
    assert prize.record(None, amount="0.01 元", evidence="示例回单2", paid_on="2026-05-20").outcome == "paid"
    assert prize.truth_of("prize-paid-first") == PASS
    assert figures_of(prize.case.challenge)["project.sponsor_paid_on"] == "2026-05-20"
    assert StageRun.objects.filter(subject=prize.case.challenge, stage="apply-subsidy").exists()


def test_the_subsidy_isnt_applied_for_before_the_day_of_the_last_payment(prize: Prize) -> None:
    prize.case.fact(prize.case.challenge, "project.subsidy_applied_on", "2026-05-19")
    prize.record(None, paid_on="2026-05-20")
    assert prize.truth_of("prize-paid-first") == FAIL
    prize.case.fact(prize.case.challenge, "project.subsidy_applied_on", "2026-05-20")
    assert prize.truth_of("prize-paid-first") == PASS


def test_what_was_sent_back_counts_nowhere_and_may_be_entered_again(prize: Prize) -> None:
    prize.record(prize.for_solver)
    with pytest.raises(UnableToApply, match="没有写理由"):
        prize.confirm(agreed=False, note="  ")
    prize.confirm(agreed=False, note="回单金额不符")
    assert "project.sponsor_paid" not in figures_of(prize.case.challenge)
    with pytest.raises(UnableToApply, match="没有待核实"):
        prize.confirm()
    prize.record(prize.for_solver)
    assert prize.confirm().outcome == "paid"
    assert Contribution.objects.count() == 2


def test_one_of_several_is_named_by_its_evidence(prize: Prize) -> None:
    prize.record(prize.for_sponsor, amount="600000 元")
    prize.record(prize.for_sponsor, amount="400000 元", evidence="示例回单2")
    with pytest.raises(UnableToApply, match="有几笔待核实"):
        prize.confirm()
    assert prize.confirm(evidence="示例回单2").outcome is None
    assert figures_of(prize.case.challenge)["project.sponsor_paid"] == "400000.00 元"
    assert prize.confirm().outcome == "paid"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"evidence": " "}, "没有写凭证"),
        ({"amount": "0 元"}, "大于零"),
        ({"amount": "1000000"}, "金额读不出来"),
        ({"amount": "0.001 元"}, "金额读不出来"),
        ({"paid_on": "2026-05-21"}, "不合理"),
        ({"paid_on": "2026-03-01"}, "不合理"),
        ({"paid_on": "昨天"}, "没有写付款日期"),
        ({"item": "subsidy"}, "没有写是哪一项付款"),
        ({"payer": "91650100MA00000000"}, "付款方不是本事项的"),
    ],
)
def test_what_isnt_a_payment_is_refused(prize: Prize, given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UnableToApply, match=complaint):
        prize.record(prize.for_sponsor, **given)
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("paid_on", ["2026-03-02", "2026-05-20"])
def test_the_first_and_the_last_possible_day_are_included(prize: Prize, paid_on: str) -> None:
    prize.record(prize.for_sponsor, paid_on=paid_on)
    assert Contribution.objects.get().paid_on.isoformat() == paid_on


def test_only_a_party_to_it_or_an_officer_enters_it_and_only_an_officer_confirms(prize: Prize) -> None:
    _, for_other = prize.case.firm(prize.bid, "solver")
    with pytest.raises(UnableToApply, match="没有写收款方"):
        prize.record(prize.for_sponsor)
    with pytest.raises(NotAllowed, match="只能登记本单位"):
        prize.record(for_other, payee=prize.solver.credit_code)
    prize.record(prize.for_sponsor, payee=prize.solver.credit_code)
    # The other side enters the same slip, however it spells its number.
    for slip in ("示例回单1", "示例回单１", "示例 回单1"):
        with pytest.raises(AlreadyDone, match="已经登记过"):
            prize.record(prize.for_solver, payee=prize.solver.credit_code, evidence=slip)
    with pytest.raises(NotAllowed, match="单位自己不能核实"):
        prize.case.do(prize.bid, "pay-prize", "confirm_contribution", AT, prize.for_sponsor, agreed=True)


def test_a_party_that_the_bureau_appointed_still_only_declares(prize: Prize) -> None:
    # For the whole batch, as an alliance or a joint funder is.
    Participation.objects.create(subject=prize.case.batch, organisation=prize.sponsor, role="sponsor")
    prize.record(prize.for_sponsor)
    row = Contribution.objects.get()
    assert row.confirmed_at is None
    with pytest.raises(NotAllowed, match="不能核实"):
        prize.case.do(prize.bid, "pay-prize", "confirm_contribution", AT, prize.for_sponsor, agreed=True)
    assert prize.confirm().outcome == "paid"


def test_the_database_itself_refuses_a_payment_without_evidence(prize: Prize) -> None:
    prize.record(prize.for_sponsor)
    for change in ({"evidence": ""}, {"amount": Decimal(0)}, {"confirmed_at": AT, "refused_at": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contribution.objects.update(**change)


def test_the_bureau_doesnt_propose_what_others_pay(prize: Prize) -> None:
    with pytest.raises(JiebangError, match="登记他方付款"):
        prize.case.do(prize.bid, "pay-prize", "propose_payment", AT)


@pytest.fixture
def bounty() -> tuple[Case, Subject, Organisation]:
    """A government's bounty of 1,000,000.00 to be paid, 300,000.03 of it by an enterprise."""
    case = Case("jinzhong-bounty/1", "government-bounty")
    project = case.lane(1)
    enterprise, _ = case.firm(case.challenge, "co-sponsor")
    case.firm(project, "solver")
    case.fact(case.challenge, "challenge.bounty", "100 万元")
    case.run(case.challenge, "bids", "take_bids", "closed")
    for name, value in (("challenge.enterprise_funds", "300000.03 元"), ("project.accepted", True)):
        case.fact(project, name, value)
    case.decide("county-involved", True, case.challenge)
    case.run(project, "pay", "pay", opened=BEGUN)
    return case, project, enterprise


def pay_enterprises_part(case: Case, project: Subject, enterprise: Organisation) -> Receipt:
    return case.do(
        project, "pay", "record_contribution", AT, payer=enterprise.credit_code, amount="300000.03 元",
        paid_on="2026-05-20", evidence="示例回单", item="co-sponsor-part",
    )  # fmt: skip


def test_the_enterprises_part_alone_doesnt_end_the_stage(bounty: tuple[Case, Subject, Organisation]) -> None:
    case, project, enterprise = bounty
    assert pay_enterprises_part(case, project, enterprise).outcome is None
    case.do(project, "pay", "propose_payment", AT)
    done = case.do(project, "pay", "record_payment", AT, voucher="示例凭证1", paid_on="2026-05-20")
    assert done.outcome == "paid"


def test_a_stage_with_both_ends_when_both_have_been_paid(bounty: tuple[Case, Subject, Organisation]) -> None:
    case, project, enterprise = bounty
    case.do(project, "pay", "propose_payment", AT)
    assert {row.item: row.amount for row in Payment.objects.all()} == {"reward": Decimal("699999.97")}
    paid = case.do(project, "pay", "record_payment", AT, voucher="示例凭证1", paid_on="2026-05-20")
    assert paid.outcome is None
    assert "300,000.03" in paid.result["waiting"][0]
    with pytest.raises(AlreadyDone, match="已经登记过这笔款"):
        case.do(project, "pay", "record_payment", AT, voucher="示例凭证1", paid_on="2026-05-20")
    done = pay_enterprises_part(case, project, enterprise)
    assert done.outcome == "paid"
    accounts = {row.account: row.debit - row.credit for row in Posting.objects.all()}
    # Half each, and the odd fen of 699,999.97 isn't lost.
    assert sum(accounts.values()) == 0
    assert accounts["拨付：揭榜方（中榜后为研发方）"] == Decimal("699999.97")
    assert accounts["财政：市级科技研发资金"] + accounts["财政：县级财政"] == Decimal("-699999.97")


def test_what_was_sent_back_signed_after_all_and_paid_is_paid_once(
    bounty: tuple[Case, Subject, Organisation],
) -> None:
    case, project, enterprise = bounty
    set_chain(case.programme, "pay", "officer", "head")
    head = case.person(authority=case.bureau, position=Position.HEAD)
    case.do(project, "pay", "propose_payment", AT)
    case.do(project, "pay", "sign_off", AT, agreed=False, note="先核对凭证")
    case.do(project, "pay", "sign_off", AT, agreed=True)
    case.do(project, "pay", "sign_off", AT, head, agreed=True)
    paid = case.do(project, "pay", "record_payment", AT, voucher="示例凭证1", paid_on="2026-05-20")
    assert paid.outcome is None, "the enterprise's part is still to come, so the stage stays open"
    with pytest.raises(AlreadyDone, match="已经登记过这笔款"):
        case.do(project, "pay", "propose_payment", AT + timedelta(hours=1))
    assert [(row.amount, row.withdrawn_at) for row in Payment.objects.all()] == [(Decimal("699999.97"), None)]
    assert pay_enterprises_part(case, project, enterprise).outcome == "paid"
    assert figures_of(project)["project.paid"] == "699999.97 元"


def test_nothing_is_proposed_while_it_is_open_who_bears_it(
    bounty: tuple[Case, Subject, Organisation],
) -> None:
    case, project, _ = bounty
    DiscretionDecision.objects.all().delete()
    with pytest.raises(StillUnset, match=r"各方承担多少.*涉及县"):
        case.do(project, "pay", "propose_payment", AT)
    assert not Payment.objects.exists()
    case.decide("county-involved", False, case.challenge)
    case.do(project, "pay", "propose_payment", AT)
    assert Payment.objects.get().shares == {"city-fund": "699999.97", "county-fund": "0.00"}


def test_a_word_that_is_others_isnt_put_down_with_a_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("jinzhong-bounty/1", "joint-bounty")
    lane = case.lane(1)
    case.run(lane, "accept", "accept", "passed")
    case.run(lane, "pay", "pay")
    facts = program_of(lane).pack.facts
    theirs = facts["project.subsidy"].model_copy(update={"said_by": ["county-bureau"]})
    monkeypatch.setitem(facts, "project.subsidy", theirs)
    with pytest.raises(UnableToApply, match="不能替别人写：核定的奖补金额"):
        case.do(lane, "pay", "propose_payment", AT, None, facts={"project.subsidy": "1 元"})
