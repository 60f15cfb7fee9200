"""What the pack makes somebody's own word is asked of nobody else: the form doesn't offer what the door would refuse."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from jiebang.lifecycle import clock
from jiebang.scenarios.play import play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.django_db
LIFE = Path(__file__).parents[2] / "scenarios" / "jinzhong-joint.yaml"
UNTIL = "2024-05-01T09:05"


def test_each_who_evaluates_together_is_asked_for_its_own_consent_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = read_scenario(LIFE)
    stage = set_stage(scenario, lambda _line: None)
    play_steps(stage, [step for step in scenario.steps if step.at < UNTIL])
    at = read_instant(UNTIL)
    monkeypatch.setattr(clock, "read_clock", lambda: at)
    bid = stage.subjects["uni-bid"].pk
    asked = {}
    for who in ("ren", "county", "glass"):
        client = Client()
        client.force_login(stage.accounts[who][0], backend="django.contrib.auth.backends.ModelBackend")
        for event in ("conclude", "check_facts"):
            page = client.get(reverse("console:act", args=[bid, "evaluate", event])).content.decode()
            words = ("city_agrees", "county_agrees", "enterprises_agree")
            asked[who, event] = [word for word in words if f'name="facts.bid.{word}"' in page]
    assert asked == {
        (who, event): [word]
        for who, word in (("ren", "city_agrees"), ("county", "county_agrees"), ("glass", "enterprises_agree"))
        for event in ("conclude", "check_facts")
    }
