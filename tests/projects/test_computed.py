"""What the platform saw of a challenge and its projects: when it was announced, how projects came out."""

from datetime import timedelta

import pytest
from tests.funding.building import BEGUN, Case

from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import Subject
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
JIANGMEN = "jiangmen-open-bid/trial"


def told(subject: Subject, name: str) -> object:
    fact = situation_of(subject, BEGUN).facts.get(name)
    return None if fact is None else fact.value


def test_the_announcement_has_its_day_in_shanghai() -> None:
    case = Case("urumqi-open-bid/consultation-draft", "race")
    assert told(case.challenge, "challenge.announced_on") is None
    run = case.run(case.batch, "announce", "announce", "announced", closed=read_instant("2026-03-16T23:59"))
    assert str(told(case.challenge, "challenge.announced_on")) == "2026-03-16"
    run.closed_at = read_instant("2026-03-17T00:00")
    run.save()
    assert str(told(case.challenge, "challenge.announced_on")) == "2026-03-17"
    # A list that hung on a wall before: what an officer recorded stands.
    case.fact(case.batch, "challenge.announced_on", "2026-03-10")
    assert str(told(case.challenge, "challenge.announced_on")) == "2026-03-10"


@pytest.mark.parametrize(
    ("fact", "stage", "kind", "outcome", "otherwise"),
    [
        ("project.is_terminated", "change", "change_project", "terminated", "extended"),
        ("project.failed_acceptance", "accept", "accept", "failed", "passed"),
        ("project.is_eliminated", "assess", "assess_milestone", "not_continued", "continued"),
    ],
)
def test_how_a_project_came_out_is_its_newest_run(
    fact: str, stage: str, kind: str, outcome: str, otherwise: str
) -> None:
    case = Case(JIANGMEN, "open-bid")
    project = case.lane(1)
    assert told(project, fact) is False
    case.run(project, stage, kind)
    assert told(project, fact) is False
    project.stage_runs.all().delete()
    case.run(project, stage, kind, outcome)
    assert told(project, fact) is True
    case.run(project, stage, kind, otherwise, closed=BEGUN + timedelta(days=1))
    assert told(project, fact) is False


def test_a_notice_that_ended_without_objection_and_who_is_still_in_it() -> None:
    case = Case(JIANGMEN, "open-bid")
    first = case.subject("bid", case.challenge, "示例-1-C001-B001")
    case.subject("bid", case.challenge, "示例-1-C001-B002")
    assert told(case.challenge, "challenge.notice_unopposed") is False
    assert told(case.challenge, "challenge.approved_consortia") == 2
    case.run(case.challenge, "notice", "notice", "unopposed")
    first.ended_at, first.ending = BEGUN, "对接洽谈未成"
    first.save()
    assert told(case.challenge, "challenge.notice_unopposed") is True
    assert told(case.challenge, "challenge.approved_consortia") == 1


def test_an_accepted_project_needs_nobodys_word_for_it() -> None:
    case = Case("jinzhong-bounty/1", "government-bounty")
    project = case.lane(1)
    assert told(project, "project.accepted") is False
    case.run(project, "accept", "accept", "passed")
    fact = situation_of(project, BEGUN).facts["project.accepted"]
    assert (fact.value, fact.source) == (True, "computed")


def test_a_race_is_over_for_a_lane_once_no_other_can_win_it() -> None:
    case = Case("jinzhong-bounty/1", "government-bounty")
    mine, other, third = case.lane(1), case.lane(2), case.lane(3)
    assert told(mine, "challenge.other_lanes_left") == 2
    case.run(other, "race", "assess_milestone", "continued")
    assert told(mine, "challenge.other_lanes_left") == 2
    # Found not to go on, it is out, though it still waits for what it is paid.
    case.run(other, "race", "assess_milestone", "not_continued", opened=BEGUN + timedelta(days=1))
    assert told(mine, "challenge.other_lanes_left") == 1
    # Nobody may say otherwise.
    case.fact(mine, "challenge.other_lanes_left", "0 家")
    assert told(mine, "challenge.other_lanes_left") == 1
    third.ended_at, third.ending = BEGUN, "任务书没有签成"
    third.save()
    assert told(mine, "challenge.other_lanes_left") == 0
    # One that was accepted and has had its prize is the winner, for good.
    case.run(third, "accept", "accept", "passed")
    assert told(mine, "challenge.other_lanes_left") == 1


def test_who_has_won_a_race_is_counted_while_it_is_still_in_it() -> None:
    case = Case("jinzhong-bounty/1", "government-bounty")
    mine, other = case.lane(1), case.lane(2)
    assert told(mine, "challenge.race_won") == 0
    # To go on is not to have won.
    case.run(other, "race", "assess_milestone", "continued")
    assert told(mine, "challenge.race_won") == 0
    case.run(other, "race", "assess_milestone", "finished", opened=BEGUN + timedelta(days=1))
    assert told(mine, "challenge.race_won") == 1
    # The winner wasn't accepted after all: the race is open again.
    other.ended_at, other.ending = BEGUN, "验收没有通过，不兑现"
    other.save()
    assert told(mine, "challenge.race_won") == 0


def test_an_entry_of_the_library_is_told_what_its_result_went_through() -> None:
    case = Case("jinzhong-bounty/1", "sharing")
    result = case.subject("result", case.challenge, "示例-1-C001-R001")
    entry = case.subject("result", case.batch, "示例-1-R001", origin=result)
    assert told(entry, "result.in_library") is False
    case.run(result, "share", "share", "shared")
    assert told(result, "result.in_library") is True
    assert told(entry, "result.in_library") is True
    assert told(entry, "result.licence_signed") is False
    case.run(entry, "licence", "sign", "signed")
    assert told(entry, "result.licence_signed") is True


def test_what_was_announced_stays_what_it_was() -> None:
    case = Case("shenzhen-bounty/draft", "government-prize")
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    day = timedelta(hours=1)
    case.fact(bid, "project.aid", "100 元", at=BEGUN)
    assert told(bid, "bid.announced_award") is None
    case.fact(bid, "project.aid", "200 元", at=BEGUN + day)
    case.run(case.challenge, "notice", "notice", "upheld", opened=BEGUN + day)
    assert told(bid, "bid.announced_award") == 200
    case.fact(bid, "project.aid", "300 元", at=BEGUN + 2 * day)
    assert told(bid, "bid.announced_award") == 200
    # Nor does it take from another what was announced for that one.
    assert told(case.subject("bid", case.challenge, "示例-1-C001-B002"), "bid.announced_award") is None
    case.run(case.challenge, "notice", "notice", opened=BEGUN + 3 * day)
    assert told(bid, "bid.announced_award") == 300
