"""Where things go when not all of them arrive."""

from typing import Any

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.actions.decide_discretion import decide_discretion
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.roles import roles_of
from jiebang.scenarios.play import Stage, play_steps
from jiebang.scenarios.read import Step, read_instant

pytestmark = pytest.mark.django_db


def open_stages(life: Stage, name: str) -> list[str]:
    runs = StageRun.objects.filter(subject=life.subjects[name], closed_at__isnull=True)
    return sorted(runs.values_list("stage", flat=True))


def conclude(life: Stage, name: str, at: str, outcome: str, note: str = "", stage: str | None = None) -> None:
    step = Step(at=at, by="officer", do="conclude", on=name, outcome=outcome, note=note, stage=stage)
    play_steps(life, [step])


def test_selection_waits_for_the_last_bid(play_until: PlayUntil) -> None:
    life = play_until("2026-03-27T10:01")
    assert open_stages(life, "challenge") == [], "one bid is still under review"
    play_steps(life, [Step(at="2026-03-27T10:01", by="officer", do="conclude", on="bid2")])
    assert open_stages(life, "challenge") == ["select"]


def test_selection_opens_even_if_no_bid_is_left(play_until: PlayUntil) -> None:
    life = play_until("2026-03-26T09:00")
    conclude(life, "bid1", "2026-03-26T09:00", "failed", "缺盖章")
    assert open_stages(life, "challenge") == []
    conclude(life, "bid2", "2026-03-26T09:01", "failed", "缺盖章")
    assert open_stages(life, "challenge") == ["select"], "somebody has to say that nobody qualified"
    play_steps(
        life, [Step(at="2026-03-26T10:00", by="officer", do="conclude", on="challenge", note="无人通过")]
    )
    assert Subject.objects.get(pk=life.subjects["challenge"].pk).ending == "无合格揭榜方"


def test_a_returned_bid_goes_round_alone(play_until: PlayUntil) -> None:
    life = play_until("2026-03-26T09:00")
    conclude(life, "bid1", "2026-03-26T09:00", "returned", "补盖章")
    assert open_stages(life, "bid1") == ["bid"]
    assert open_stages(life, "bid2") == ["check"]
    assert open_stages(life, "challenge") == []
    again = Step(
        at="2026-03-27T09:00",
        by="prof",
        do="submit_bid",
        on="bid1",
        values={"bid.title": "补正", "bid.plan": "补正"},
    )
    other = Step(**{**again.model_dump(by_alias=True), "by": "researcher", "refused": "只有原提交单位"})
    play_steps(life, [other, again])
    assert open_stages(life, "bid1") == ["check"]


def test_a_returned_bid_is_not_late_only_because_the_others_window_closed(play_until: PlayUntil) -> None:
    life = play_until("2026-03-26T09:00")
    conclude(life, "bid1", "2026-03-26T09:00", "returned", "补盖章")
    run = StageRun.objects.get(subject=life.subjects["bid1"], stage="bid", closed_at__isnull=True)
    first = StageRun.objects.get(subject=life.subjects["challenge"], stage="bid")
    assert run.closes_at is not None
    assert first.closes_at is not None
    assert run.closes_at > first.closes_at


def test_a_batch_without_takers(play_until: PlayUntil) -> None:
    life = play_until("2026-03-06T09:00")
    play_steps(life, [Step(at="2026-03-25T17:00", by="时钟", do="close", on="challenge")])
    assert Subject.objects.get(pk=life.subjects["challenge"].pk).ending == "无人揭榜"


def test_of_two_stages_side_by_side_the_last_ends_the_thing(play_until: PlayUntil) -> None:
    life = play_until("2026-04-10T09:00")
    project = life.subjects["project"]
    beside = StageRun.objects.create(
        subject=project, stage="pay", kind="pay", opened_at=read_instant("2026-04-10T08:00")
    )
    conclude(life, "project", "2026-04-10T09:00", "not_signed", "对方放弃", stage="sign")
    assert Subject.objects.get(pk=project.pk).ended_at is None
    assert open_stages(life, "project") == [beside.stage]


def test_a_bidder_takes_part_in_its_challenge_and_a_stranger_does_not(play_until: PlayUntil) -> None:
    life = play_until("2026-03-26T09:00")
    at = read_instant("2026-03-26T09:00")
    challenge = life.subjects["challenge"]
    for name, expected in (("prof", ["solver"]), ("researcher", ["solver"]), ("firm", ["sponsor"])):
        actor = life.actor(name, at)
        assert actor is not None
        assert roles_of(actor, challenge, open_to=[], at=at) == expected


def test_a_challenges_question_can_be_settled_while_it_is_a_need(play_until: PlayUntil) -> None:
    life = play_until("2026-03-04T09:00")
    at = read_instant("2026-03-04T09:00")
    actor = life.actor("officer", at)
    assert actor is not None
    need = life.subjects["need"]
    for subject, is_right in ((need, True), (life.subjects["batch"], False), (None, False)):
        asked: dict[str, Any] = {
            "programme": life.programme,
            "key": "splitting",
            "value": "whole",
            "reason": "示例",
        }
        if is_right:
            made = decide_discretion(**asked, actor=actor, at=at, subject=subject)
            assert made.subject == need
        else:
            with pytest.raises(UnableToApply, match="要按 challenge 决定"):
                decide_discretion(**asked, actor=actor, at=at, subject=subject)
