"""Where things go when not all of them arrive."""

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.models import StageRun, Subject
from jiebang.scenarios.play import Stage, play_steps
from jiebang.scenarios.read import Step

pytestmark = pytest.mark.django_db


def open_stages(life: Stage, name: str) -> list[str]:
    runs = StageRun.objects.filter(subject=life.subjects[name], closed_at__isnull=True)
    return sorted(runs.values_list("stage", flat=True))


def conclude(life: Stage, name: str, at: str, outcome: str, note: str = "", by: str = "officer") -> None:
    play_steps(life, [Step(at=at, by=by, do="conclude", on=name, outcome=outcome, note=note)])


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
