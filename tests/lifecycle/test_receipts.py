"""A receipt belongs to whoever handed in; a draft's number is no way to somebody else's."""

from pathlib import Path

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import AlreadyDone
from jiebang.lifecycle.models import Subject
from jiebang.scenarios.play import play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.django_db


def test_another_firms_draft_number_swallows_nothing(play_until: PlayUntil) -> None:
    life = play_until("2026-03-06T10:00")
    at = read_instant("2026-03-06T10:00")
    challenge = life.subjects["challenge"]
    payload = {"values": {"bid.title": "解法二", "bid.plan": "路线二"}}
    with pytest.raises(AlreadyDone, match="已被另一个单位用过"):
        apply(
            challenge.pk, "bid", "submit_bid", actor=life.actor("researcher", at), at=at, payload=payload,
            submission=("b1", 1),
        )  # fmt: skip
    apply(
        challenge.pk, "bid", "submit_bid", actor=life.actor("researcher", at), at=at, payload=payload,
        submission=("b1-of-the-institute", 1),
    )  # fmt: skip
    assert Subject.objects.filter(parent=challenge, kind="bid").count() == 2


def test_a_second_click_of_whoever_acts_on_anothers_case_gets_the_first_receipt(
    thin_pack: None,
) -> None:
    scenario = read_scenario(Path(__file__).parent / "rounds.yaml")
    life = set_stage(scenario, lambda _line: None)
    play_steps(life, [step for step in scenario.steps if step.at < "2026-03-20T09:00"])
    at = read_instant("2026-03-20T09:00")
    bid = life.subjects["b1"]
    first, second = (
        apply(
            bid.pk, "look", "conclude", actor=life.actor("agency", at), at=at, payload={"outcome": "passed"},
            submission=("agency-1", 1),
        )
        for _ in range(2)
    )  # fmt: skip
    assert second.repeated
    assert second.entries[0] == first.entries[0]
    # The bid's own party didn't send it.
    with pytest.raises(AlreadyDone, match="已被另一个单位用过"):
        apply(
            bid.pk, "look", "conclude", actor=life.actor("one", at), at=at, payload={"outcome": "passed"},
            submission=("agency-1", 1),
        )  # fmt: skip
