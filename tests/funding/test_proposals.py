"""Proposals hold the books' own figures, the whole that an instalment is a part of, and parts instead of wholes."""

from decimal import Decimal
from typing import Any

import pytest
from tests.funding.building import Case
from tests.lifecycle.crowd import count_queries

from jiebang.funding.models import Payment, Posting
from jiebang.funding.sent_back import outdated_payments
from jiebang.lifecycle.errors import AlreadyDone, Refused, StillUnset, UnableToApply
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import DiscretionDecision, FactEntry, SignOff, StageRun, Subject
from jiebang.lifecycle.transitions import Act
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-05-20T10:00")
URUMQI = "urumqi-open-bid/consultation-draft"


@pytest.fixture
def race() -> Case:
    """Three lanes at their first payment; 800 万元 in all, the cap of 300 万元 over the whole challenge."""
    case = Case(URUMQI, "race")
    for key, value in {
        "aid-decider": "bureau", "race-instalment-base": "challenge", "aid-cap-scope": "challenge",
        "investment-basis": "planned", "race-investment-scope": "challenge", "technical-contract-step": "cooperation",
    }.items():  # fmt: skip
        case.decide(key, value)
    facts: dict[str, object] = {
        "challenge.total_investment": "800 万元", "project.aid_decided_by": "bureau", "project.ip_agreed": True,
        "challenge.plan": "science", "sponsor.restrictions": [],
    }  # fmt: skip
    for name, known in facts.items():
        case.fact(case.challenge, name, known)
    for number in (1, 2, 3):
        case.run(case.lane(number), "pay-first", "pay")
    return case


def lanes(case: Case) -> list[Subject]:
    return list(Subject.objects.filter(parent=case.challenge, kind="project").order_by("pk"))


def propose(case: Case, lane: Subject, aid: str, first: str) -> None:
    case.do(
        lane,
        "pay-first",
        "propose_payment",
        AT,
        facts={"project.aid": aid, "project.first_instalment": first},
    )


def test_two_fifths_of_the_whole_races_aid_wait_for_every_lane(race: Case) -> None:
    one, two, three = lanes(race)
    with pytest.raises(UnableToApply, match="榜题各赛道资助总额"):
        propose(race, one, "100 万元", "20 万元")
    # What was refused leaves nothing behind.
    assert not FactEntry.objects.filter(name="project.aid").exists()
    race.fact(two, "project.aid", "80.05 万元")
    race.fact(three, "project.aid", "60 万元")
    # 20% of 1,000,000 + 800,500 + 600,000; the lane's own aid is part of the sum although it is only being proposed.
    with pytest.raises(UnableToApply, match=r"480,100\.01 元超过上限 480,100\.00 元"):
        propose(race, one, "100 万元", "480100.01 元")
    propose(race, one, "100 万元", "480100 元")
    assert Payment.objects.get().amount == Decimal("480100.00")


def test_the_lanes_total_is_held_to_the_cap_of_the_challenge(race: Case) -> None:
    one, two, three = lanes(race)
    race.fact(two, "project.aid", "1200000.50 元")
    race.fact(three, "project.aid", "800000.25 元")
    with pytest.raises(UnableToApply, match=r"赛道资助总额：999,999\.26 元超过上限 999,999\.25 元"):
        propose(race, one, "999999.26 元", "10 万元")
    propose(race, one, "999999.25 元", "10 万元")
    # The reader sees by which limits the whole was held.
    assert any("999,999.25" in line["text"] for line in Payment.objects.get().lines)


def test_what_isnt_due_any_more_is_found_for_many_runs_as_for_one(race: Case) -> None:
    for number, aid in ((2, "80 万元"), (3, "60 万元")):
        race.fact(lanes(race)[number - 1], "project.aid", aid)
    for lane in lanes(race):
        propose(race, lane, "100 万元", "10 万元")
    acts = [
        Act(run, run.subject, program.pack.processes["race"].stages[run.stage], program, race.actor(), None, AT, {})
        for run in StageRun.objects.filter(stage="pay-first").select_related("subject__programme")
        for program in [program_of(run.subject)]
    ]  # fmt: skip
    assert outdated_payments(acts) == {}
    race.fact(lanes(race)[2], "project.first_instalment", "9.99 万元")
    (found,) = outdated_payments(acts).items()
    assert found[0] == acts[2].run.pk
    assert found[1].changed == ("赛马首期",)
    assert count_queries(lambda: outdated_payments(acts)) == count_queries(
        lambda: outdated_payments(acts[:1])
    )


def test_what_the_books_tell_nobody_writes(race: Case) -> None:
    one, *_ = lanes(race)
    with pytest.raises(UnableToApply, match="由系统按账目计算，不能填写：其他赛道的资助总额、已拨付财政资金"):
        race.do(
            one, "pay-first", "propose_payment", AT,
            facts={"challenge.other_lanes_aid": "0 元", "project.paid": "0 元", "project.aid": "1 元"},
        )  # fmt: skip


def test_what_an_officer_wrote_before_doesnt_replace_the_books(race: Case) -> None:
    one, two, three = lanes(race)
    race.fact(two, "project.aid", "1200000 元")
    race.fact(three, "project.aid", "800000 元")
    race.fact(one, "challenge.other_lanes_aid", "0 元")
    with pytest.raises(UnableToApply, match=r"超过上限 1,000,000\.00 元"):
        propose(race, one, "1000000.01 元", "10 万元")


def test_an_undecided_limit_of_the_whole_stops_the_part() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = jiangmen(case)
    with pytest.raises(StillUnset, match="财政资助的上限是多少"):
        case.do(project, "pay-instalments", "propose_payment", AT)


def jiangmen(case: Case) -> Subject:
    project = case.lane(1, "100.01 万元")
    for key, value in {
        "aid-base": "total", "aid-rate": "30%", "instalment-count": "2 期", "first-share": "40%",
    }.items():  # fmt: skip
        case.decide(key, value)
    case.decide("solver-share", "33%", project)
    case.fact(case.challenge, "challenge.total_investment", "400 万元")
    case.fact(case.challenge, "need.self_funding", "200 万元")
    case.fact(case.challenge, "challenge.is_race", False)
    case.fact(project, "project.has_fraud", False)
    case.run(project, "pay-instalments", "pay")
    return project


def test_an_instalment_in_two_parts_is_paid_once() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = jiangmen(case)
    case.decide("aid-cap", "120 万元")
    case.do(project, "pay-instalments", "propose_payment", AT)
    # 40% of 1,000,100 is 400,040: a third of it, and the rest.
    assert {row.item: row.amount for row in Payment.objects.all()} == {
        "instalment-solver": Decimal("132013.20"),
        "instalment-sponsor": Decimal("268026.80"),
    }
    case.do(project, "pay-instalments", "record_payment", AT, voucher="示例凭证1", paid_on="2026-05-20")
    assert {row.account: row.debit - row.credit for row in Posting.objects.filter(debit__gt=0)} == {
        "拨付：揭榜方（联合体时为牵头单位）": Decimal("132013.20"),
        "拨付：发榜方": Decimal("268026.80"),
    }


def pay(case: Case, project: Subject, day: str, voucher: str) -> tuple[Decimal, str | None]:
    """Propose and record the next instalment on a day: how much it was, and what the stage came to."""
    at = read_instant(f"{day}T10:00")
    case.do(project, "pay-instalments", "propose_payment", at)
    done = case.do(project, "pay-instalments", "record_payment", at, voucher=voucher, paid_on=day)
    rows = Payment.objects.filter(voucher=voucher)
    return sum((row.amount for row in rows), Decimal(0)), done.outcome


@pytest.fixture
def three_instalments() -> tuple[Case, Subject]:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = jiangmen(case)
    case.decide("aid-cap", "120 万元")
    DiscretionDecision.objects.filter(key="instalment-count").update(value="3 期")
    return case, project


def test_instalments_go_on_until_nothing_is_left_and_add_up_to_the_fen(
    three_instalments: tuple[Case, Subject],
) -> None:
    case, project = three_instalments
    assert pay(case, project, "2026-05-20", "示例1") == (Decimal("400040.00"), "part_paid")
    # The middle share is decided between the instalments; until then the second one stands still.
    with pytest.raises(StillUnset, match="首期和末期之间"):
        case.do(project, "pay-instalments", "propose_payment", read_instant("2026-06-20T10:00"))
    case.decide("middle-share", "33.33%", project)
    assert pay(case, project, "2026-06-21", "示例2") == (Decimal("333333.33"), "part_paid")
    assert pay(case, project, "2026-07-20", "示例3") == (Decimal("266726.67"), "paid")
    assert sum(row.amount for row in Payment.objects.all()) == Decimal("1000100.00")
    assert [run.outcome for run in project.stage_runs.filter(stage="pay-instalments").order_by("round")] == [
        "part_paid", "part_paid", "paid",
    ]  # fmt: skip
    with pytest.raises(AlreadyDone, match="已由"):
        pay(case, project, "2026-07-21", "示例4")


def test_a_share_that_leaves_nothing_ends_the_instalments_early(
    three_instalments: tuple[Case, Subject],
) -> None:
    case, project = three_instalments
    pay(case, project, "2026-05-20", "示例1")
    case.decide("middle-share", "60%", project)
    assert pay(case, project, "2026-06-20", "示例2") == (Decimal("600060.00"), "paid")


def test_a_share_that_leaves_a_fen_does_not_end_them(three_instalments: tuple[Case, Subject]) -> None:
    case, project = three_instalments
    pay(case, project, "2026-05-20", "示例1")
    # 0.01% of 1,000,100 is 100.01 yuan.
    case.decide("middle-share", "59.99%", project)
    assert pay(case, project, "2026-06-20", "示例2") == (Decimal("599959.99"), "part_paid")
    assert pay(case, project, "2026-07-20", "示例3") == (Decimal("100.01"), "paid")


def test_a_second_click_pays_no_second_instalment(three_instalments: tuple[Case, Subject]) -> None:
    case, project = three_instalments
    pay(case, project, "2026-05-20", "示例1")
    # The next instalment is open, but nothing has been proposed for it, and the first one's voucher is known.
    for voucher, error, why in (
        ("示例1", AlreadyDone, "凭证 示例1 已经登记过"), ("示例2", UnableToApply, "还没有提出金额意见"),
    ):  # fmt: skip
        with pytest.raises(error, match=why):
            case.do(
                project, "pay-instalments", "record_payment", read_instant("2026-05-20T10:01"),
                voucher=voucher, paid_on="2026-05-20",
            )  # fmt: skip
    assert Payment.objects.count() == 2


def test_nobody_declares_that_an_instalment_is_paid(three_instalments: tuple[Case, Subject]) -> None:
    case, project = three_instalments
    for outcome in ("paid", "part_paid"):
        with pytest.raises(UnableToApply, match="登记金额和凭证"):
            case.do(project, "pay-instalments", "conclude", AT, outcome=outcome, note="已经付了")


def test_a_terminated_project_gets_no_further_instalment(three_instalments: tuple[Case, Subject]) -> None:
    case, project = three_instalments
    pay(case, project, "2026-05-20", "示例1")
    case.decide("middle-share", "30%", project)
    case.run(project, "change", "change_project", "terminated")
    at = read_instant("2026-06-20T10:00")
    with pytest.raises(Refused, match="终止或淘汰"):
        case.do(project, "pay-instalments", "propose_payment", at)
    with pytest.raises(UnableToApply, match="没有写理由"):
        case.do(project, "pay-instalments", "conclude", at, outcome="not_due")
    done = case.do(project, "pay-instalments", "conclude", at, outcome="not_due", note="项目已终止（示例）")
    assert done.outcome == "not_due"


def test_what_has_been_proposed_is_paid_or_sent_back_before_anybody_says_that_nothing_is_due(
    three_instalments: tuple[Case, Subject],
) -> None:
    case, project = three_instalments
    case.do(project, "pay-instalments", "propose_payment", AT)
    with pytest.raises(AlreadyDone, match="已经提出过"):
        case.do(project, "pay-instalments", "conclude", AT, outcome="not_due", note="示例")
    run = project.stage_runs.get(stage="pay-instalments")
    SignOff.objects.create(
        run=run, position="head", signed_at=AT, signed_by=case.officer[0], agreed=False, note="退回（示例）"
    )
    case.do(project, "pay-instalments", "conclude", AT, outcome="not_due", note="示例")
    assert not Payment.objects.filter(withdrawn_at__isnull=True).exists()


def terminate(case: Case, project: Subject, unspent: str) -> None:
    """Up to the recovery: so much is left, nothing was misused."""
    case.run(project, "change", "change_project", "terminated")
    case.run(project, "recover", "recover")
    for name, value in {
        "project.unspent": unspent,
        "project.misused": "0 元",
        "project.has_fraud": False,
    }.items():
        case.fact(project, name, value)


def ended(case: Case, unspent: str) -> Subject:
    project = jiangmen(case)
    terminate(case, project, unspent)
    return project


def test_nobody_declares_that_nothing_is_to_be_recovered_where_a_fen_is() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = ended(case, "0.01 元")
    with pytest.raises(UnableToApply, match=r"按办法应收回 0\.01 元"):
        case.do(project, "recover", "conclude", AT, outcome="nothing_due", note="没有剩余")


def test_where_nothing_is_to_be_recovered_it_is_said_with_a_reason() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = ended(case, "0 元")
    with pytest.raises(UnableToApply, match="没有写理由"):
        case.do(project, "recover", "conclude", AT, outcome="nothing_due")
    done = case.do(project, "recover", "conclude", AT, outcome="nothing_due", note="没有剩余（示例）")
    assert done.outcome == "nothing_due"


def test_whether_anything_is_to_be_recovered_waits_for_what_is_open() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = jiangmen(case)
    case.run(project, "accept", "accept", "failed")
    case.run(project, "recover", "recover")
    case.fact(project, "project.has_fraud", False)
    with pytest.raises(StillUnset, match="验收不通过的"):
        case.do(project, "recover", "conclude", AT, outcome="nothing_due", note="示例")


def test_consent_to_an_end_needs_its_ground_as_consent_to_an_extension_does() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = jiangmen(case)
    case.run(project, "change", "change_project")
    case.run(project, "recover", "recover")
    ground = {"project.has_force_majeure": False, "project.is_late": False, "project.cannot_finish": True}
    case.decide("other-causes", "refused", project)
    with pytest.raises(Refused, match="延期或终止的理由"):
        case.do(project, "change", "conclude", AT, outcome="terminated", note="示例", facts=ground)
    ground["project.has_force_majeure"] = True
    with pytest.raises(UnableToApply, match="没有写理由"):
        case.do(project, "change", "conclude", AT, outcome="terminated", facts=ground)
    done = case.do(project, "change", "conclude", AT, outcome="terminated", note="洪水（示例）", facts=ground)
    assert done.outcome == "terminated"


def test_what_was_signed_is_paid_only_while_it_is_what_is_due(
    three_instalments: tuple[Case, Subject],
) -> None:
    case, project = three_instalments
    case.do(project, "pay-instalments", "propose_payment", AT)
    later = read_instant("2026-05-21T10:00")
    case.do(project, "pay-instalments", "check_facts", later, facts={"project.aid": "1000099.99 元"})
    given: dict[str, Any] = {"voucher": "示例1", "paid_on": "2026-05-21"}
    with pytest.raises(UnableToApply, match="已经不是签署的那一笔"):
        case.do(project, "pay-instalments", "record_payment", later, **given)
    case.do(project, "pay-instalments", "propose_payment", later)
    case.do(project, "pay-instalments", "record_payment", later, **given)
    # 40% of 1,000,099.99 to the fen, not of what it was when somebody first proposed.
    paid = Payment.objects.filter(withdrawn_at__isnull=True)
    assert sum(row.amount for row in paid) == Decimal("400039.99")
    assert Payment.objects.filter(withdrawn_at__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("unspent", "refused"), [("400040 元", False), ("400040.01 元", True)], ids=["all of it", "a fen more"]
)
def test_no_more_is_recovered_than_was_paid(
    three_instalments: tuple[Case, Subject], unspent: str, refused: bool
) -> None:
    case, project = three_instalments
    pay(case, project, "2026-05-20", "示例1")
    terminate(case, project, unspent)
    at = read_instant("2026-06-20T10:00")
    if refused:
        with pytest.raises(UnableToApply, match="一共只拨付了"):
            case.do(project, "recover", "propose_payment", at)
    else:
        case.do(project, "recover", "propose_payment", at)
        assert Payment.objects.get(kind="recovery").amount == Decimal("400040.00")
