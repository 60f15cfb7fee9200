"""What the pack makes somebody's own word is asked of nobody else: the form doesn't offer what the door would refuse."""

import pytest
from django.urls import reverse
from tests.console.lives import play_example

pytestmark = pytest.mark.django_db
WORDS = {"ren": "city_agrees", "county": "county_agrees", "glass": "enterprises_agree"}


def test_each_who_evaluates_together_is_asked_for_its_own_consent_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    life = play_example("jinzhong-joint.yaml", "2024-05-01T09:05", monkeypatch)
    bid = life.subject("uni-bid").pk
    asked = {}
    for who in WORDS:
        for event in ("conclude", "check_facts"):
            page = (
                life.client(who).get(reverse("console:act", args=[bid, "evaluate", event])).content.decode()
            )
            asked[who, event] = [word for word in WORDS.values() if f'name="facts.bid.{word}"' in page]
    assert asked == {(who, event): [WORDS[who]] for who, event in asked}
