"""Several work on one challenge, each within its own time: who is through, who is out, and when somebody may be chosen."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from tests.funding.building import BEGUN, Case

from jiebang.lifecycle.clock import tick
from jiebang.lifecycle.closing import takes_late
from jiebang.lifecycle.errors import AlreadyDone, OutsideWindow, Refused, StillUnset, UnableToApply
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import HandIn, StageRun, Subject
from jiebang.lifecycle.opening import open_where_due
from jiebang.lifecycle.routing import close_run, process_of
from jiebang.reviews.actions.select_bids import candidates_of
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def case() -> Case:
    case = Case("shenzhen-bounty/draft", "government-prize")
    case.decide("development-start", "announcement", case.challenge)
    case.decide("windows", "separate", case.challenge)
    case.fact(case.challenge, "challenge.development_term", "6 个月")
    case.run(case.challenge, "announce", "announce", "announced")
    return case


def developing(case: Case, number: int) -> Subject:
    bid = case.subject("bid", case.challenge, f"示例-1-C001-B{number:03d}")
    open_where_due([bid], "develop", process_of(bid).stages["develop"], BEGUN)
    return bid


def verified(case: Case, number: int) -> Subject:
    """A bid whose result the experts are just looking at."""
    bid = case.subject("bid", case.challenge, f"示例-1-C001-B{number:03d}")
    case.run(bid, "develop", "develop", "finished")
    case.run(bid, "verify", "verify_result")
    return bid


def leave(bid: Subject, outcome: str) -> None:
    with transaction.atomic():
        close_run(StageRun.objects.get(subject=bid, closed_at__isnull=True), outcome, BEGUN + HOUR)
    bid.refresh_from_db()


def open_stages(subject: Subject) -> list[str]:
    return list(
        StageRun.objects.filter(subject=subject, closed_at__isnull=True).values_list("stage", flat=True)
    )


def test_each_has_its_own_time_counted_from_where_it_was_decided(case: Case) -> None:
    bid = developing(case, 1)
    end = StageRun.objects.get(subject=bid).closes_at
    assert end == read_instant("2026-09-03T00:00")
    assert situation_of(bid, BEGUN).facts["bid.development_ends_at"].value == end
    case.decide("development-start", "registration", case.challenge)
    late = case.subject("bid", case.challenge, "示例-1-C001-B002")
    late.created_at = BEGUN + 30 * DAY
    late.save()
    open_where_due([late], "develop", process_of(late).stages["develop"], BEGUN + 60 * DAY)
    # Six months from the first of April end in the holidays, and so after them.
    assert StageRun.objects.get(subject=late).closes_at == read_instant("2026-10-09T00:00")


def test_nobody_declares_it_over_before_its_end_and_the_clock_not_over_a_result(case: Case) -> None:
    bid = developing(case, 1)
    case.decide("roll-over", "stop", case.challenge)
    run = StageRun.objects.get(subject=bid)
    assert run.closes_at is not None
    with pytest.raises(UnableToApply, match="期限没有过完"):
        case.do(bid, "develop", "conclude", BEGUN + DAY, outcome="expired", note="慢")
    with pytest.raises(OutsideWindow, match="还没有截止"):
        case.do(bid, "develop", "close", run.closes_at - HOUR)
    HandIn.objects.create(run=run, subject=bid, received_at=BEGUN + DAY)
    with pytest.raises(UnableToApply, match="已经交来成果"):
        case.do(bid, "develop", "close", run.closes_at)
    HandIn.objects.all().delete()
    case.do(bid, "develop", "close", run.closes_at)
    bid.refresh_from_db()
    case.challenge.refresh_from_db()
    assert bid.ending == case.challenge.ending == "没有中榜方，不再进行"


def test_the_choice_waits_for_the_others_unless_somebody_decided_that_it_neednt(case: Case) -> None:
    through, still = verified(case, 1), developing(case, 2)
    with pytest.raises(StillUnset, match="当即定中榜"):
        leave(through, "passed")
    case.decide("early-verification", "wait", case.challenge)
    through.refresh_from_db()
    leave(through, "passed")
    assert open_stages(case.challenge) == []
    # Once decided otherwise, the next that comes so far needn't wait.
    case.decide("early-verification", "at-once", case.challenge)
    case.decide("winner-from", "decision", case.challenge)
    leave(verified(case, 3), "passed")
    assert open_stages(case.challenge) == ["choose"]
    assert {bid.number[-1] for bid in candidates_of(case.challenge, None)} == {"1", "3"}
    assert open_stages(still) == ["develop"]


def ready(case: Case, bid: Subject, award: str, share: str) -> None:
    """All that a choice asks of a bid, with its award written down and its share decided."""
    for name, value in (
        ("project.aid", award), ("bid.expert_opinion", "一"), ("bid.test_certificate", "二"), ("bid.user_evaluation", "三"),
    ):  # fmt: skip
        case.fact(bid, name, value)
    case.decide("prize-share", share, bid)


def announced(case: Case) -> None:
    for name, value in (("bounty", "100 元"), ("city_rules", False), ("is_sensitive", False)):
        case.fact(case.challenge, f"challenge.{name}", value)


def test_who_was_still_at_work_is_out_once_somebody_is_chosen(case: Case) -> None:
    through, still = verified(case, 1), developing(case, 2)
    case.decide("early-verification", "at-once", case.challenge)
    case.decide("winner-from", "decision", case.challenge)
    case.decide("notice-counting", "natural")
    leave(through, "passed")
    with pytest.raises(UnableToApply, match="还有 1 家没有办到这一步"):
        case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=[], note="都不好")
    with pytest.raises(UnableToApply, match="不在候选之列"):
        case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=[still.pk])
    announced(case)
    ready(case, through, "100 元", "100%")
    case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=[through.pk])
    still.refresh_from_db()
    assert still.ending == "已有人选中"
    with pytest.raises(AlreadyDone, match="已有人选中"):
        case.do(still, "develop", "conclude", BEGUN + DAY, outcome="finished")
    assert open_stages(case.challenge) == ["notice"]


def test_two_winners_share_the_bounty_unless_somebody_decided_that_each_has_it(case: Case) -> None:
    one, two, third = verified(case, 1), verified(case, 2), verified(case, 3)
    case.decide("early-verification", "wait", case.challenge)
    for bid in (one, two, third):
        leave(bid, "passed")
    for key, value in (("several-winners", "several"), ("early-verification", "at-once")):
        case.decide(key, value, case.challenge)
    case.decide("notice-counting", "natural")
    announced(case)
    ready(case, one, "60 元", "60%")
    ready(case, two, "40.01 元", "40.01%")
    both = [one.pk, two.pk]
    with pytest.raises(Refused, match="合计"):
        case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=both)
    case.decide("prize-among-winners", "shared", case.challenge)
    with pytest.raises(Refused, match="合计"):
        case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=both)
    ready(case, two, "40 元", "40%")
    case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=both)
    assert open_stages(case.challenge) == ["notice"]
    # Nothing is asked about the award of whoever wasn't chosen.
    third.refresh_from_db()
    assert third.ending == "未选中"
    known = situation_of(two, BEGUN + DAY).facts
    assert known["bid.announced_award"].value == 40
    case.fact(two, "project.aid", "41 元", at=BEGUN + 2 * DAY)
    assert situation_of(two, BEGUN + 2 * DAY).facts["bid.announced_award"].value == 40


def test_nobody_asked_isnt_the_same_as_nobody_passed(case: Case) -> None:
    case.decide("apply-again", "refused", case.challenge)
    case.decide("none-passed", "next", case.challenge)
    failed, silent = verified(case, 1), developing(case, 2)
    leave(failed, "failed")
    assert open_stages(case.challenge) == []
    # One of them had applied: the question is another than for a challenge that nobody took.
    leave(silent, "expired")
    assert open_stages(case.challenge) == ["roll"]


def registering(case: Case) -> StageRun:
    """The registration is open beside the work of those that have registered."""
    case.decide("registration-length", "1 个月", case.challenge)
    open_where_due([case.challenge], "register", process_of(case.challenge).stages["register"], BEGUN)
    return StageRun.objects.get(subject=case.challenge, stage="register")


def test_who_is_through_waits_for_the_registration_to_close_unless_somebody_decided_that_it_neednt(
    case: Case,
) -> None:
    registering(case)
    case.decide("early-verification", "wait", case.challenge)
    leave(verified(case, 1), "passed")
    assert open_stages(case.challenge) == ["register"]
    case.decide("early-verification", "at-once", case.challenge)
    case.decide("winner-from", "decision", case.challenge)
    leave(verified(case, 2), "passed")
    assert set(open_stages(case.challenge)) == {"register", "choose"}
    with pytest.raises(UnableToApply, match="揭榜备案还没有截止，不能说没有合格的"):
        case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=[], note="都不好")


def test_a_choice_closes_the_registration_and_nothing_follows_from_that(case: Case) -> None:
    run, through = registering(case), verified(case, 1)
    case.decide("early-verification", "at-once", case.challenge)
    case.decide("winner-from", "decision", case.challenge)
    case.decide("notice-counting", "natural")
    leave(through, "passed")
    announced(case)
    ready(case, through, "100 元", "100%")
    case.do(case.challenge, "choose", "conclude", BEGUN + DAY, bids=[through.pk])
    run.refresh_from_db()
    assert (run.closed_at, run.outcome, run.note) == (BEGUN + DAY, "closed", "已有人选中")
    assert open_stages(case.challenge) == ["notice"]
    assert StageRun.objects.filter(subject=through, stage="develop").count() == 1


def test_the_end_of_the_registration_begins_nothing_anew_and_lets_go_on_what_waited_for_it(
    case: Case,
) -> None:
    run, failed = registering(case), verified(case, 1)
    case.decide("apply-again", "refused", case.challenge)
    case.decide("none-passed", "next", case.challenge)
    leave(failed, "failed")
    # Others may still register: what becomes of the challenge can't be said yet.
    assert open_stages(case.challenge) == ["register"]
    waiting = case.subject("bid", case.challenge, "示例-1-C001-B002")
    with transaction.atomic():
        close_run(run, "closed", BEGUN + DAY)
    assert open_stages(failed) == []
    assert open_stages(waiting) == ["develop"]
    leave(waiting, "expired")
    assert open_stages(case.challenge) == ["roll"]


def test_with_nobody_left_on_the_way_the_end_of_the_registration_opens_what_follows(case: Case) -> None:
    run = registering(case)
    case.decide("apply-again", "refused", case.challenge)
    case.decide("none-passed", "next", case.challenge)
    leave(verified(case, 1), "failed")
    with transaction.atomic():
        close_run(run, "closed", BEGUN + DAY)
    assert open_stages(case.challenge) == ["roll"]


def test_only_a_person_closes_a_registration_that_is_open_to_latecomers(case: Case) -> None:
    run = registering(case)
    assert run.closes_at is not None
    stage = process_of(case.challenge).stages["register"]
    assert not takes_late(run, stage, run.closes_at)
    case.decide("late-registration", "allowed", case.challenge)
    assert takes_late(run, stage, run.closes_at)
    assert tick(run.closes_at).waiting == (
        ("示例-1-C001 register", "揭榜备案：截止之后还收。不再收的时候由经办人办结。"),
    )
    case.decide("roll-over", "stop", case.challenge)
    case.do(case.challenge, "register", "close", run.closes_at)
    case.challenge.refresh_from_db()
    assert case.challenge.ending == "没有中榜方，不再进行"


def test_when_the_regulations_time_is_over_is_known_by_itself(case: Case) -> None:
    case.programme.adopted_on = date(2023, 3, 3)
    case.programme.save()
    bid = Subject.objects.get(pk=developing(case, 1).pk)
    last_day, next_day = (situation_of(bid, read_instant(f"2026-03-0{day}T12:00")).facts for day in (2, 3))
    assert last_day["programme.in_force_from"].value == date(2023, 3, 3)
    assert (last_day["programme.has_lapsed"].value, next_day["programme.has_lapsed"].value) == (False, True)
