"""Money leaves once, none after an end, and as much as an authority decided: nobody's paper and no late click changes that."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from tests.funding.building import Case
from tests.lifecycle.chains import set_chain

from jiebang.funding.computed import figures_of
from jiebang.funding.models import Payment
from jiebang.lifecycle.actions.record_departure import record_departure
from jiebang.lifecycle.actions.record_external_act import record_external_act
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, Refused, UnableToApply
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.lifecycle.sign_off import put_up_at
from jiebang.lifecycle.submissions import BadFields
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Authority, RoleHolder
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-05-20T10:00")
PAY = "pay-instalments"


def a_project(process: str = "open-bid") -> tuple[Case, Subject, Subject]:
    """Jiangmen: 1,000,000.01 in three instalments, of which the first are 40% and 25%; with the bid it grew out of."""
    case = Case("jiangmen-open-bid/trial", process)
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    project = case.subject("project", case.challenge, "示例-1-C001-P01", origin=bid)
    for key, value in {
        "aid-base": "total", "aid-rate": "30%", "aid-cap": "120 万元", "instalment-count": "3 期", "first-share": "40%",
    }.items():  # fmt: skip
        case.decide(key, value)
    for key, value in {"solver-share": "50%", "middle-share": "25%"}.items():
        case.decide(key, value, project)
    facts: list[tuple[Subject, str, object]] = [
        (project, "project.aid", "1000000.01 元"), (project, "project.has_fraud", False),
        (case.challenge, "challenge.total_investment", "400 万元"), (case.challenge, "challenge.is_race", False),
    ]  # fmt: skip
    for thing, name, known in facts:
        case.fact(thing, name, known)
    return case, bid, project


def record(case: Case, project: Subject, voucher: str, days: int = 0) -> str | None:
    at = AT + timedelta(days=days)
    return case.do(project, PAY, "record_payment", at, voucher=voucher, paid_on=at.date().isoformat()).outcome


def test_one_voucher_pays_one_instalment() -> None:
    case, _, project = a_project()
    case.run(project, PAY, "pay")
    case.do(project, PAY, "propose_payment", AT)
    assert record(case, project, "示例凭证1") == "part_paid"
    with pytest.raises(AlreadyDone, match="凭证 示例凭证1 已经登记过"):
        record(case, project, "示例凭证1")
    case.do(project, PAY, "propose_payment", AT + timedelta(days=1))
    with pytest.raises(AlreadyDone, match="凭证 示例凭证1 已经登记过"):
        record(case, project, " 示例凭证1 ", days=1)
    # The same number as another system writes it pays nothing a second time either, nor does one that nobody can see.
    for spelt in ("示例凭证１", "示例 凭证 1", "示例\u3000凭证1", "示例凭证\u200b1\ufeff"):
        with pytest.raises(AlreadyDone, match="已经登记过"):
            record(case, project, spelt, days=1)
    for nothing in ("", "\u3000", "\u200b"):
        with pytest.raises(UnableToApply, match="没有写凭证号"):
            record(case, project, nothing, days=1)
    assert Payment.objects.filter(paid_on__isnull=True).count() == 2
    assert record(case, project, "示例凭证2", days=1) == "part_paid"
    sums = Payment.objects.filter(paid_on__isnull=False).values_list("amount", flat=True)
    # 40% and 25% of 1,000,000.01 yuan, half to each, to the fen.
    assert sum(sums) == Decimal("400000.00") + Decimal("250000.00")
    first, second = Payment.objects.filter(item="instalment-solver").order_by("pk")
    second.voucher = first.voucher
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_what_was_proposed_before_a_lane_was_eliminated_isnt_paid_after() -> None:
    case, _, project = a_project()
    case.run(project, PAY, "pay")
    case.do(project, PAY, "propose_payment", AT)
    case.run(project, "assess", "assess_milestone")
    case.do(project, "assess", "conclude", AT, outcome="not_continued", note="示例")
    with pytest.raises(Refused, match="终止或淘汰的项目不再拨付"):
        record(case, project, "示例凭证1")
    assert not Payment.objects.filter(paid_on__isnull=False).exists()


CONTRACT = {
    "project.number": "示例1号", "project.name": "示例", "project.lead": "91000000000000000X", "challenge.sponsor": "91000000000000000X",
    "project.start_on": "2026-10-12", "project.finish_on": "2028-10-12", "project.tasks": "示例", "need.self_funding": "500 万元",
    "bid.ip_ownership": "双方共有", "bid.ip_split": "各半",
}  # fmt: skip


def test_a_party_cannot_write_its_own_aid_into_the_contract() -> None:
    case, bid, project = a_project()
    _, who = case.firm(bid, "solver")
    case.run(project, "sign-contract", "sign")
    for aid in ("1200000 元", "1000000.02 元", "1000000 元"):
        with pytest.raises(BadFields, match="财政资助额：主管部门已经确定金额"):
            case.do(
                project, "sign-contract", "submit_papers", AT, who, values={**CONTRACT, "project.aid": aid}
            )
    case.do(
        project,
        "sign-contract",
        "submit_papers",
        AT,
        who,
        values={**CONTRACT, "project.aid": "1000000.01 元"},
    )
    # The paper repeats the decision; the decision stands as the authority's own.
    assert not FactEntry.objects.filter(name="project.aid", source="declared").exists()
    case.run(project, PAY, "pay")
    case.do(project, PAY, "propose_payment", AT)
    assert sum(row.amount for row in Payment.objects.all()) == Decimal("400000.00")


def test_an_aid_that_only_a_party_named_is_nobodys_decision() -> None:
    case, _, project = a_project()
    FactEntry.objects.filter(name="project.aid").update(source="declared")
    case.run(project, PAY, "pay")
    with pytest.raises(UnableToApply, match="财政资助额"):
        case.do(project, PAY, "propose_payment", AT)


@pytest.fixture
def race() -> Case:
    """Two bids at their approval as lanes; 1,600,000 for the whole challenge."""
    case = Case("jiangmen-open-bid/trial", "open-bid")
    for key, value in {
        "aid-base": "total", "aid-rate": "20%", "aid-cap": "200 万元", "race-aid-scope": "challenge", "race-chosen-at": "approval",
    }.items():  # fmt: skip
        case.decide(key, value)
    case.decide("race-most", "3 家", case.challenge)
    facts: dict[str, object] = {
        "challenge.total_investment": "800 万元", "challenge.is_race": True, "challenge.race_chosen_at": "approval",
    }  # fmt: skip
    for name, known in facts.items():
        case.fact(case.challenge, name, known)
    case.run(case.challenge, "notice", "notice", "unopposed")
    case.run(case.challenge, "approve", "approve_project")
    for number in (1, 2):
        bid = case.subject("bid", case.challenge, f"示例-1-C001-B{number:03d}")
        case.fact(bid, "project.has_fraud", False)
    return case


def approve(case: Case, **facts: str) -> list[Subject]:
    given = {f"project.{name}": value for name, value in facts.items()}
    done = case.do(case.challenge, "approve", "conclude", AT, outcome="approved", facts=given)
    return list(Subject.objects.filter(pk__in=done.result["projects"]).order_by("pk"))


def test_lanes_approved_together_share_one_limit_to_the_fen(race: Case) -> None:
    first, second = Subject.objects.filter(kind="bid").order_by("pk")
    race.fact(first, "project.aid", "100 万元")
    race.fact(second, "project.aid", "600000.01 元")
    with pytest.raises(UnableToApply, match="超过上限"):
        approve(race)
    race.fact(second, "project.aid", "60 万元")
    one, two = approve(race)
    assert figures_of(one)["challenge.lane_aids"] == [{"amount": "600000.00 元"}]
    assert figures_of(two)["challenge.lane_aids"] == [{"amount": "1000000.00 元"}]


def test_an_aid_put_down_with_the_approval_counts_once_for_each_lane(race: Case) -> None:
    with pytest.raises(UnableToApply, match=r"800,000\.01 元超过上限 799,999\.99 元"):
        approve(race, aid="800000.01 元")
    assert not Subject.objects.filter(kind="project").exists()
    assert len(approve(race, aid="80 万元")) == 2


def test_nobody_signs_an_amount_that_was_put_up_after_they_looked() -> None:
    case, _, project = a_project()
    set_chain(case.programme, "pay", "officer")
    run = case.run(project, PAY, "pay")
    case.do(project, PAY, "propose_payment", AT)
    read = put_up_at(run)
    case.fact(project, "project.aid", "1100000 元")
    case.do(project, PAY, "propose_payment", AT)
    with pytest.raises(UnableToApply, match="要签署的内容换了"):
        case.do(project, PAY, "sign_off", AT, agreed=True, read=read)
    case.do(project, PAY, "sign_off", AT, agreed=True, read=put_up_at(run))
    assert record(case, project, "示例凭证1") == "part_paid"


def test_a_documents_departure_is_recorded_by_the_bureau_that_recorded_the_document() -> None:
    case = Case("shenzhen-bounty/draft", "government-prize")
    government = Authority.objects.create(name="示例市人民政府（合成）", kind="government")
    RoleHolder.objects.create(programme=case.programme, role="city-government", authority=government)
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    _, solver = case.firm(bid, "solver")
    expert = case.person(Position.EXPERT, authority=case.bureau)
    auditor = case.person(Position.AUDITOR, authority=case.bureau)
    act = record_external_act(
        programme=case.programme, issuer=government, number="示例函1号", on=AT.date(), title="示例", actor=case.actor(), at=AT
    )  # fmt: skip
    for who in (solver, expert, auditor):
        with pytest.raises(NotAllowed, match="只由主管部门记录"):
            record_departure(
                subject=case.challenge, key="award#city-cap", reason="", actor=case.actor(who), at=AT, act=act
            )
    record_departure(
        subject=case.challenge, key="award#city-cap", reason="", actor=case.actor(), at=AT, act=act
    )


def test_no_money_is_booked_on_a_day_before_it_was_proposed_and_signed() -> None:
    case, _, project = a_project()
    set_chain(case.programme, "pay", "officer", "head")
    head = case.person(Position.HEAD, authority=case.bureau)
    case.run(project, PAY, "pay")
    case.do(project, PAY, "propose_payment", AT)
    case.do(project, PAY, "sign_off", AT + timedelta(days=1), agreed=True)
    case.do(project, PAY, "sign_off", AT + timedelta(days=2), head, agreed=True)
    for day in ("2026-05-19", "2026-05-20", "2026-05-21", "2026-05-24"):
        with pytest.raises(UnableToApply, match=f"日期 {day} 不合理.*2026-05-22"):
            case.do(project, PAY, "record_payment", AT + timedelta(days=3), voucher="示例凭证1", paid_on=day)
    assert record(case, project, "示例凭证1", days=2) == "part_paid"
