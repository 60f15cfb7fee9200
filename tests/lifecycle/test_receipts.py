"""A receipt belongs to whoever handed in; a draft's number is no way to somebody else's."""

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import AlreadyDone
from jiebang.lifecycle.models import Subject
from jiebang.scenarios.read import read_instant

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
