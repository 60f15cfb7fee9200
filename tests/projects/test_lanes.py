"""Lanes of a race: how many passed an assessment, which join, and what becomes of them."""

from datetime import timedelta
from typing import Any

import pytest
from tests.console.lives import Life, play_example
from tests.funding.building import BEGUN, Case

from jiebang.ledger.models import Entry
from jiebang.lifecycle.errors import Refused, UnableToApply
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import FactEntry, Participation, StageRun, Subject
from jiebang.lifecycle.routing import end_subjects
from jiebang.projects.lanes import lanes_to_merge, predecessors_of
from jiebang.scenarios.play import play_steps
from jiebang.scenarios.read import Step, read_instant

pytestmark = pytest.mark.django_db
URUMQI = "urumqi-open-bid/consultation-draft"
AT = read_instant("2026-05-20T10:00")
DAY = timedelta(days=1)


@pytest.fixture
def race() -> Case:
    return Case(URUMQI, "race")


def passed(lane: Subject) -> int | None:
    fact = situation_of(lane, AT).facts.get("challenge.lanes_passed")
    return None if fact is None else int(fact.value)


def find(race: Case, lane: Subject, found: bool, day: int = 0, source: str = "checked") -> None:
    race.fact(lane, "project.stage_passed", found, source=source, at=BEGUN + day * DAY)


def test_how_many_passed_is_known_once_every_lane_has_a_finding(race: Case) -> None:
    one, two, three = race.lane(1), race.lane(2), race.lane(3)
    for lane in (one, two):
        race.run(lane, "milestone", "assess_milestone")
    find(race, one, True)
    find(race, two, False)
    assert passed(one) is None  # the third hasn't come so far
    race.run(three, "milestone", "assess_milestone")
    assert passed(one) is None
    find(race, three, True, source="declared")
    assert passed(one) is None  # its own word is no finding
    find(race, three, True)
    assert [passed(lane) for lane in (one, two, three)] == [2, 2, 2]
    find(race, three, False)
    assert passed(one) == 1


def test_each_round_counts_its_own_findings(race: Case) -> None:
    one, two = race.lane(1), race.lane(2)
    for lane in (one, two):
        race.run(lane, "milestone", "assess_milestone", "continued", closed=BEGUN + DAY)
        find(race, lane, True, day=1)
    assert passed(one) == 2
    # The second round opens for one at the instant at which its first one ended.
    race.run(one, "milestone", "assess_milestone", opened=BEGUN + DAY)
    assert passed(one) is None
    assert passed(two) == 2
    find(race, one, True, day=5)
    assert passed(one) is None
    race.run(two, "milestone", "assess_milestone", opened=BEGUN + 2 * DAY)
    find(race, two, False, day=5)
    assert (passed(one), passed(two)) == (1, 1)


def test_a_lane_that_left_counts_as_not_passed(race: Case) -> None:
    one, two, three = race.lane(1), race.lane(2), race.lane(3)
    race.run(one, "milestone", "assess_milestone")
    find(race, one, True)
    two.ended_at, two.ending = BEGUN, "未签任务合同"
    two.save()
    race.run(three, "milestone", "assess_milestone", "not_continued")
    assert passed(one) == 1


def test_before_its_assessment_a_lane_counts_nothing(race: Case) -> None:
    assert passed(race.lane(1)) is None
    assert "challenge.lanes_passed" not in situation_of(race.challenge, AT).facts


def wait(race: Case, number: int) -> Subject:
    """A lane whose assessment found that it should join others, and that they are asked whether they may."""
    bid = race.subject("bid", race.challenge, f"示例-1-C001-B{number:03d}")
    race.firm(bid, "solver")
    lane = race.lane(number, "100 万元")
    lane.origin, lane.waiting_for = bid, "merge"
    lane.save()
    race.run(lane, "milestone", "assess_milestone", "merged", closed=BEGUN + DAY)
    find(race, lane, True, day=1)
    return lane


def test_lanes_that_join_end_in_one_new_project(race: Case) -> None:
    one, two = wait(race, 1), wait(race, 2)
    gone = race.lane(3)
    end_subjects([gone], "赛道终止", BEGUN + 2 * DAY)
    run = StageRun.objects.get(subject=race.challenge, closed_at__isnull=True)
    assert run.stage == "merge"
    with pytest.raises(Refused, match="路线互补"):
        race.do(race.challenge, "merge", "conclude", AT, outcome="approved")
    race.do(
        race.challenge, "merge", "conclude", AT, outcome="approved", facts={"project.complementary": True}
    )
    joint = Subject.objects.get(parent=race.challenge, kind="project", ended_at__isnull=True)
    assert joint.number == "示例-1-C001-P04"
    assert predecessors_of(joint) == [one, two]
    for lane in (one, two):
        lane.refresh_from_db()
        assert lane.ending == f"并入联合团队项目 {joint.number}"
    assert StageRun.objects.get(subject=joint).stage == "pay-joint"
    assert Participation.objects.filter(subject=joint, role="solver").count() == 2
    # Neither lane's aid nor its assessment is the joint team's.
    known = situation_of(joint, AT).facts
    assert "project.aid" not in known
    assert "project.stage_passed" not in known
    assert Entry.objects.filter(kind="project.merged").count() == 1


def test_one_lane_alone_has_nobody_to_join_and_goes_on(race: Case) -> None:
    one = wait(race, 1)
    other = race.lane(2)
    end_subjects([other], "赛道终止", BEGUN + 2 * DAY)
    one.refresh_from_db()
    assert one.ended_at is None
    assert StageRun.objects.get(subject=one, closed_at__isnull=True).stage == "resettle"
    assert not StageRun.objects.filter(stage="merge").exists()


def test_a_refused_merger_lets_each_go_on_alone(race: Case) -> None:
    one, two = wait(race, 1), wait(race, 2)
    end_subjects([race.lane(3)], "赛道终止", BEGUN + 2 * DAY)
    with pytest.raises(UnableToApply, match="没有写理由"):
        race.do(race.challenge, "merge", "conclude", AT, outcome="rejected")
    race.do(race.challenge, "merge", "conclude", AT, outcome="rejected", note="路线并不互补")
    assert set(
        StageRun.objects.filter(subject__in=[one, two], closed_at__isnull=True).values_list(
            "stage", flat=True
        )
    ) == {"resettle"}
    assert not lanes_to_merge(race.challenge)


def test_who_is_beside_the_joint_team_is_led_nowhere_by_its_approval(race: Case) -> None:
    wait(race, 1), wait(race, 2)
    leaving, gone = race.lane(3, "100 万元"), race.lane(4)
    race.run(leaving, "liquidate", "liquidate")
    end_subjects([gone], "赛道终止", BEGUN + 2 * DAY)
    race.do(
        race.challenge, "merge", "conclude", AT, outcome="approved", facts={"project.complementary": True}
    )
    assert StageRun.objects.get(stage="pay-joint").subject.kind == "project"
    assert [run.stage for run in StageRun.objects.filter(subject=leaving)] == ["liquidate"]


def test_only_a_lane_that_may_be_joined_is_sent_to_be_joined(race: Case) -> None:
    one, two, three = race.lane(1), race.lane(2), race.lane(3)
    for lane in (one, two, three):
        race.run(lane, "milestone", "assess_milestone")
        find(race, lane, lane is not three)
    sent: dict[str, Any] = {"outcome": "merged", "note": "路线互补", "facts": {"project.complementary": True}}
    with pytest.raises(Refused, match="达到考核要求"):
        race.do(three, "milestone", "conclude", AT, **sent)
    with pytest.raises(Refused, match="路线互补"):
        race.do(one, "milestone", "conclude", AT, outcome="merged", note="示例")
    race.do(one, "milestone", "conclude", AT, **sent)
    race.programme.sign_off_chains = {"assess_milestone": ["officer"]}
    race.programme.save()
    with pytest.raises(UnableToApply, match="逐级审批"):
        race.do(two, "milestone", "conclude", AT, **sent)


def test_a_bid_becomes_a_project_once(race: Case) -> None:
    bid = race.subject("bid", race.challenge, "示例-1-C001-B001")
    race.run(race.challenge, "approve", "approve_project")
    race.do(race.challenge, "approve", "conclude", AT, outcome="approved")
    assert Subject.objects.filter(origin=bid, kind="project").count() == 1
    race.run(race.challenge, "approve", "approve_project")
    with pytest.raises(UnableToApply, match="没有可以立项的揭榜申请"):
        race.do(race.challenge, "approve", "conclude", AT, outcome="approved")


def test_a_finding_isnt_read_from_what_was_superseded(race: Case) -> None:
    one = race.lane(1)
    race.run(one, "milestone", "assess_milestone")
    find(race, one, True)
    find(race, one, False, day=1)
    assert FactEntry.objects.filter(subject=one).count() == 2
    assert passed(one) == 0


def test_a_round_begins_without_the_finding_that_ended_the_one_before(race: Case) -> None:
    one, two = race.lane(1), race.lane(2)
    for lane in (one, two):
        race.run(lane, "milestone", "assess_milestone", "continued", closed=BEGUN + DAY)
        find(race, lane, True, day=1)
        race.run(lane, "milestone", "assess_milestone", opened=BEGUN + DAY)
    assert passed(one) is None


def test_a_team_of_one_isnt_made(race: Case) -> None:
    wait(race, 1)
    race.run(race.challenge, "merge", "approve_project")
    with pytest.raises(UnableToApply, match="不足两条"):
        race.do(
            race.challenge, "merge", "conclude", AT, outcome="approved", facts={"project.complementary": True,
            "challenge.lanes_passed": "2 家"},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("last", "then"), [("milestone", "liquidate"), ("work", "responsibility")], ids=["assessed", "overdue"]
)
def test_a_lane_put_out_by_an_assessment_leaves_though_it_once_was_overdue(
    race: Case, last: str, then: str
) -> None:
    lane = race.lane(1)
    find(race, lane, True)
    race.fact(lane, "project.objective_failure", False)
    race.fact(lane, "project.subjective_failure", False)
    # It was overdue once and was given more time.
    race.run(lane, "work", "develop", "expired", closed=BEGUN + DAY)
    if last == "milestone":
        race.run(lane, "milestone", "assess_milestone", opened=BEGUN + 2 * DAY)
        race.do(lane, "milestone", "conclude", AT, outcome="not_continued", note="没有选上")
    else:
        race.run(lane, "milestone", "assess_milestone", "finished", closed=BEGUN + 2 * DAY)
        race.firm(lane, "solver")
        race.run(lane, "accept", "accept", opened=BEGUN + 3 * DAY)
        race.do(lane, "accept", "conclude", AT, outcome="failed", note="指标没有达到")
    assert StageRun.objects.get(subject=lane, closed_at__isnull=True).stage == then


CHOOSING = "2026-07-22T09:05"


@pytest.fixture
def choosing(monkeypatch: pytest.MonkeyPatch) -> Life:
    """Three lanes of a race that have all passed, before the best of them is recorded."""
    return play_example("urumqi-apart.yaml", CHOOSING, monkeypatch)


def call_best(life: Life, lane: str, best: bool = True, refused: str | None = None, on: str = "") -> None:
    step = Step(
        at=CHOOSING, by="zhang", do="check_facts", on=on or lane, thing=lane if on else None,
        facts={"project.chosen_best": best}, refused=refused,
    )  # fmt: skip
    play_steps(life.stage, [step])


def best_of(life: Life) -> list[str]:
    rows = FactEntry.objects.filter(name="project.chosen_best", superseded_at__isnull=True)
    held = {row.subject_id for row in rows if row.value is True}
    return [name for name in ("lane1", "lane2", "lane3") if life.subject(name).pk in held]


def test_one_lane_alone_is_the_best(choosing: Life) -> None:
    call_best(choosing, "lane1")
    first = choosing.subject("lane1")
    assert first.origin is not None
    assert first.origin.lead is not None
    call_best(choosing, "lane2", refused=f"只能有一个，已经记为 {first.number}（{first.origin.lead.name}）")
    assert best_of(choosing) == ["lane1"]
    call_best(choosing, "lane1")  # the same finding once more
    call_best(choosing, "lane2", best=False)
    assert best_of(choosing) == ["lane1"]
    call_best(choosing, "lane1", best=False)  # who was it by mistake gives way
    call_best(choosing, "lane2")
    assert best_of(choosing) == ["lane2"]


def test_a_lane_that_is_out_bars_nobody(choosing: Life) -> None:
    call_best(choosing, "lane1")
    end_subjects([choosing.subject("lane1")], "终止", read_instant(CHOOSING))
    call_best(choosing, "lane2")
    assert best_of(choosing) == ["lane1", "lane2"]


def test_a_partys_own_word_bars_nobody(choosing: Life) -> None:
    FactEntry.objects.create(
        subject=choosing.subject("lane1"), name="project.chosen_best", value=True, source="declared",
        as_of=read_instant(CHOOSING).date(), recorded_at=read_instant(CHOOSING), salt="0" * 32,
    )  # fmt: skip
    call_best(choosing, "lane2")
    # Said of the challenge, every lane would be it.
    call_best(choosing, "challenge", on="lane1", refused="不能写在榜题上")
