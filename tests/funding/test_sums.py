"""What the books tell about a project and about the lanes of a race, to the fen."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.funding.building import BEGUN, Case

from jiebang.funding.computed import BOOKED, figures_of
from jiebang.funding.lane_books import LaneBooks
from jiebang.lifecycle.known import program_of, situation_of
from jiebang.lifecycle.models import Subject
from jiebang.policy.loader import find_packs, load_pack
from jiebang.policy.situation import Situation
from jiebang.projects.models import Predecessor

pytestmark = pytest.mark.django_db
PACKS = Path(__file__).parents[2] / "packs"
URUMQI = "urumqi-open-bid/consultation-draft"


@pytest.fixture
def race() -> Case:
    return Case(URUMQI, "race")


def known(subject: Subject) -> Situation:
    return situation_of(subject, BEGUN)


def end(lane: Subject) -> None:
    lane.ended_at, lane.ending = BEGUN, "赛道终止"
    lane.save()


def test_paid_counts_what_was_recorded_and_takes_recoveries_off(race: Case) -> None:
    lane = race.lane(1)
    assert figures_of(lane)["project.paid"] == "0.00 元"
    race.payment(lane, "246913.57")
    race.payment(lane, "0.01")
    race.payment(lane, "99.99", paid_on=None)
    race.payment(lane, "88.88", withdrawn=True)
    race.payment(lane, "77.77", fiscal=False)
    race.payment(lane, "46913.59", kind="recovery")
    assert figures_of(lane)["project.paid"] == "199999.99 元"


def test_an_instalment_is_a_payment_stage_however_many_shared_it(race: Case) -> None:
    lane = race.lane(1)
    first = race.run(lane, "pay-first", "pay", "paid")
    race.payment(lane, "100", run=first, item="to-solver")
    race.payment(lane, "200", run=first, item="to-sponsor")
    assert figures_of(lane)["project.instalments_paid"] == "1 期"
    race.payment(lane, "50", kind="recovery")
    race.payment(lane, "60", paid_on=None)
    assert figures_of(lane)["project.instalments_paid"] == "1 期"
    race.payment(lane, "300")
    assert figures_of(lane)["project.instalments_paid"] == "2 期"


def test_the_payment_being_made_is_one_more_than_have_been() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    project = case.lane(1)
    assert figures_of(project)["payment.number"] == "1 期"
    case.payment(project, "1")
    case.payment(project, "1", paid_on=None)
    assert figures_of(project)["payment.number"] == "2 期"


def test_the_whole_of_the_aid_is_known_once_every_lane_has_its_own(race: Case) -> None:
    one, two = race.lane(1, "1234567.89 元"), race.lane(2)
    assert "challenge.race_aid_total" not in figures_of(one)
    assert figures_of(one)["challenge.other_lanes_aid"] == "0.00 元"
    assert figures_of(two)["challenge.other_lanes_aid"] == "1234567.89 元"
    race.fact(two, "project.aid", "100.01 万元")
    for subject in (one, two, race.challenge):
        assert figures_of(subject)["challenge.race_aid_total"] == "2234667.89 元"
    assert "challenge.other_lanes_aid" not in figures_of(race.challenge)


def test_a_lane_that_ended_takes_up_only_what_it_kept(race: Case) -> None:
    one, two, three = race.lane(1, "100 万元"), race.lane(2, "50 万元"), race.lane(3)
    race.payment(two, "100000.10")
    race.payment(two, "30000.01", kind="recovery")
    end(two)
    end(three)  # never had any
    assert figures_of(one)["challenge.other_lanes_aid"] == "70000.09 元"
    assert figures_of(one)["challenge.race_aid_total"] == "1070000.09 元"


def test_a_joint_team_has_what_its_lanes_were_not_paid(race: Case) -> None:
    one, two, joint = race.lane(1, "1234567.89 元"), race.lane(2, "1000000.10 元"), race.lane(4)
    race.payment(one, "246913.57")
    race.payment(two, "200000.02")
    race.payment(two, "0.02", kind="recovery")
    assert LaneBooks([race.challenge.pk]).predecessors_unpaid(joint) is None
    for lane in (one, two):
        Predecessor.objects.create(project=joint, lane=lane)
        end(lane)
    assert figures_of(joint)["project.predecessors_unpaid"] == "1787654.42 元"
    assert "project.predecessors_unpaid" not in figures_of(one)
    # The lanes keep what they had; the joint team's own payment isn't counted against what was left.
    race.payment(joint, "1787654.42", item="joint-instalment")
    assert figures_of(joint)["project.predecessors_unpaid"] == "1787654.42 元"
    # What the lanes kept takes up the race's limit; nothing of the joint team's own does.
    assert figures_of(joint)["challenge.other_lanes_aid"] == "446913.57 元"
    assert LaneBooks([race.challenge.pk]).aid_of(joint) == Decimal("1787654.42")


def test_what_a_lane_without_aid_leaves_a_joint_team_is_not_known(race: Case) -> None:
    one, joint = race.lane(1), race.lane(2)
    Predecessor.objects.create(project=joint, lane=one)
    assert "project.predecessors_unpaid" not in figures_of(joint)


def test_the_sum_for_a_lane_comes_before_what_was_recorded_for_its_challenge(race: Case) -> None:
    one = race.lane(1, "100 万元")
    race.lane(2, "50 万元")
    race.fact(race.challenge, "challenge.other_lanes_aid", "0 元")
    fact = known(one).facts["challenge.other_lanes_aid"]
    assert fact.value == Decimal(500000)
    assert fact.source == "computed"


def test_jiangmens_other_lanes_one_by_one() -> None:
    case = Case("jiangmen-open-bid/trial", "open-bid")
    one, _two, _three = case.lane(1, "100 万元"), case.lane(2, "60.5 万元"), case.lane(3)
    assert figures_of(one)["challenge.lane_aids"] == [{"amount": "605000.00 元"}]
    assert known(one).facts["challenge.lane_aids"].value == ({"amount": Decimal("605000.00")},)


def test_a_pack_sees_only_the_figures_it_declares() -> None:
    case = Case("shenzhen-bounty/draft", "enterprise-prize")
    assert set(figures_of(case.challenge)) == {"project.subsidies"}
    case.payment(case.challenge, "5000000", kind="grant", item="subsidy", paid_on="2026-05-06")
    case.payment(case.challenge, "1", kind="grant", item="subsidy", paid_on=None)
    assert figures_of(case.challenge)["project.subsidies"] == [
        {"on": "2026-05-06", "amount": "5000000.00 元"}
    ]


def test_no_paper_asks_for_what_the_books_tell() -> None:
    for folder in find_packs(PACKS):
        pack = load_pack(folder, (PACKS,)).pack
        asked = {one.fact for paper in pack.papers.values() for one in paper.fields}
        assert not asked & BOOKED, folder


def test_every_figure_says_that_the_platform_computes_it(race: Case) -> None:
    for name in BOOKED & program_of(race.challenge).types.keys():
        hint = program_of(race.challenge).pack.facts[name].hint or ""
        assert "系统" in hint, name
