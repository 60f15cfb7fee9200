"""A window that takes what comes after its end, where that has been decided, is to be found by whom it is open to."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.console.lives import play_example

pytestmark = pytest.mark.django_db


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
    life = play_example("shenzhen-window.yaml", until, monkeypatch)
    target = life.subject("target2").pk

    worklist = life.client("latecomer").get(reverse("console:worklist")).content.decode()
    assert (reverse("console:subject", args=[target]) in worklist) is is_open
    home = Client().get(reverse("portal:home")).content.decode()
    board, others = home[home.index('id="challenges"') :].split('id="notices"')
    assert (reverse("portal:challenge", args=[target]) in board) is is_open
    assert (reverse("portal:challenge", args=[target]) in others) is not is_open
    page = Client().get(reverse("portal:challenge", args=[target])).content.decode()
    assert ("登录后揭榜" in page) is is_open
    assert ("截止以后还收" in page) is (is_open and until > "2026-04-14")
