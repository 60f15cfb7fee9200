"""Two rounds of papers, terms that run out, correction, reserve and appointment, on a tiny regulation of their own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from jiebang.lifecycle.actions.appoint_organisation import end_appointment
from jiebang.lifecycle.closing import show_close
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import Participation, StageRun, Subject
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import Step, read_instant, read_scenario

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thin_pack")]
LIFE = Path(__file__).parent / "rounds.yaml"


def play_until(instant: str) -> Stage:
    scenario = read_scenario(LIFE)
    life = set_stage(scenario, lambda _line: None)
    play_steps(life, [step for step in scenario.steps if step.at < instant])
    return life


def tick(life: Stage, at: str, on: str) -> None:
    play_steps(life, [Step(at=at, by="时钟", do="close", on=on)])


def run_of(life: Stage, name: str, stage: str) -> StageRun:
    return StageRun.objects.filter(subject=life.subjects[name], stage=stage).latest("opened_at")


def ending_of(life: Stage, name: str) -> str:
    return Subject.objects.get(pk=life.subjects[name].pk).ending


def told(life: Stage, name: str, fact: str, at: str = "2026-03-31T09:00") -> object:
    held = situation_of(Subject.objects.get(pk=life.subjects[name].pk), read_instant(at)).facts.get(fact)
    return None if held is None else held.value


def test_what_the_platform_tells_by_itself() -> None:
    life = play_until("2026-03-26T09:00")
    due = told(life, "challenge", "challenge.first_due_at")
    assert isinstance(due, datetime)
    assert due == read_instant("2026-03-16T12:00"), "the instant named, though the second itself is in time"
    assert str(told(life, "challenge", "challenge.first_due_on")) == "2026-03-16"
    assert told(life, "b4", "bid.first_at") == read_instant("2026-03-16T12:00:00")
    assert told(life, "b1", "bid.looked_at") is True
    assert told(life, "b4", "bid.looked_at") is False
    assert told(life, "challenge", "challenge.valid") == 2, "two passed and are still in it"


def test_a_term_after_another_is_counted_from_the_other_however_late_the_clock() -> None:
    life = play_until("2026-03-17T09:00")
    closes_at = run_of(life, "b1", "back").closes_at
    assert closes_at is not None
    assert show_close(closes_at) == "2026-03-19 17:00"


def test_nobody_loses_a_right_because_the_clock_stood_still() -> None:
    """Ten days without a clock: the recommender's three days would have gone by before they were told."""
    life = play_until("2026-03-17T08:00")
    tick(life, "2026-03-27T08:00", "challenge")
    closes_at = run_of(life, "b1", "back").closes_at
    assert closes_at is not None
    assert show_close(closes_at) == "2026-04-01 17:00"


def test_a_withdrawn_challenge_takes_its_bids_along() -> None:
    life = play_until("2026-03-20T09:01")
    steps = [
        Step(at="2026-03-20T09:01", by="agency", do="conclude", on="b2", outcome="failed", note="不合格式"),
        Step(at="2026-03-20T09:02", by="agency", do="conclude", on="b3", outcome="failed", note="不合格式"),
        Step(at="2026-03-23T09:00", by="officer", do="conclude", on="challenge", outcome="recorded"),
    ]
    play_steps(life, steps)
    assert (ending_of(life, "challenge"), ending_of(life, "b1")) == ("撤题", "撤题")
    assert ending_of(life, "batch") == "下属事项均已结束"


def test_whoever_lets_the_second_round_pass_is_out() -> None:
    life = play_until("2026-03-27T09:00")
    tick(life, "2026-04-01T12:00:01", "challenge")
    assert ending_of(life, "b2") == "全案：逾期未提交"
    assert ending_of(life, "b1") == ""
    assert run_of(life, "challenge", "mark").closed_at is None


def test_the_reserve_is_out_until_it_is_called() -> None:
    life = play_until("2026-04-07T09:00")
    assert ending_of(life, "b2") == "未选中，列为候补"
    play_steps(life, [Step(at="2026-04-07T09:00", by="officer", do="conclude", on="b1", outcome="passed")])
    assert run_of(life, "challenge", "approve").closed_at is None, "the reserve holds nobody up"


def test_partners_take_part_and_leave_when_no_longer_named() -> None:
    life = play_until("2026-03-06T09:01")
    rows = Participation.objects.filter(subject=life.subjects["b1"], role="partners", until_at__isnull=True)
    assert [row.organisation for row in rows] == [life.organisations["partner"]]
    again = Step(
        at="2026-03-06T10:00", by="one", do="submit_bid", on="challenge", draft="b1b", replace=True,
        values={"bid.title": "甲", "bid.partners": []},
    )  # fmt: skip
    play_steps(life, [again])
    assert not rows.all().exists()


def test_an_appointment_ends_with_what_it_allowed() -> None:
    life = play_until("2026-03-20T09:00")
    row = Participation.objects.get(subject=life.subjects["batch"], role="agency")
    at = read_instant("2026-03-20T08:00")
    agency, officer = life.actor("agency", at), life.actor("officer", at)
    assert agency is not None
    assert officer is not None
    with pytest.raises(NotAllowed):
        end_appointment(participation=row, actor=agency, at=at)
    end_appointment(participation=row, actor=officer, at=at)
    with pytest.raises(AlreadyDone):
        end_appointment(participation=row, actor=officer, at=at)
    refused = Step(
        at="2026-03-20T09:00", by="agency", do="conclude", on="b1", outcome="passed", refused="身份不能办理"
    )
    play_steps(life, [refused])
