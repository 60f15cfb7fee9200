"""A window that takes what comes after its end, where that has been decided, is to be found by whom it is open to."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from jiebang.lifecycle import clock
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.django_db
LIFE = Path(__file__).parents[2] / "scenarios" / "shenzhen-window.yaml"


@pytest.mark.parametrize(
    ("until", "is_open"),
    [
        pytest.param("2026-04-13T23:59", True, id="in time"),
        pytest.param("2026-04-14T00:00", False, id="over, and nothing decided"),
        pytest.param("2026-04-14T09:05", True, id="over, and decided that latecomers are taken"),
        pytest.param("2026-05-06T09:21", False, id="closed by a person"),
    ],
)
def test_who_may_still_come_finds_the_window(
    until: str, *, is_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = read_scenario(LIFE)
    stage = set_stage(scenario, lambda _line: None)
    play_steps(stage, [step for step in scenario.steps if step.at < until])
    at = read_instant(until)
    monkeypatch.setattr(clock, "read_clock", lambda: at)
    target = stage.subjects["target2"].pk
    client = _client_of(stage, "latecomer")

    worklist = client.get(reverse("console:worklist")).content.decode()
    assert (reverse("console:subject", args=[target]) in worklist) is is_open
    home = Client().get(reverse("portal:home")).content.decode()
    board = home[home.index('id="challenges"') : home.index('id="notices"')]
    assert (reverse("portal:challenge", args=[target]) in board) is is_open
    page = Client().get(reverse("portal:challenge", args=[target])).content.decode()
    assert ("登录后揭榜" in page) is is_open
    assert ("截止以后还收" in page) is (is_open and until > "2026-04-14")
    assert (reverse("portal:challenge", args=[target]) in home[home.index('id="notices"') :]) is not is_open


def _client_of(stage: Stage, who: str) -> Client:
    client = Client()
    client.force_login(stage.accounts[who][0], backend="django.contrib.auth.backends.ModelBackend")
    return client
