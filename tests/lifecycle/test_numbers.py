"""What things are called: in order where the order is no secret, and bids so that nobody reads off how many there are."""

import re
import secrets

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.subjects import create_below
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-03-25T17:00")


def test_a_bids_number_tells_neither_how_many_there_are_nor_which_came_first(
    play_until: PlayUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = play_until("2026-03-25T17:00")
    numbers = [stage.subjects[name].number for name in ("bid1", "bid2")]
    assert len(set(numbers)) == 2
    for number in numbers:
        assert re.fullmatch(r"2026-1-C001-B\d{5}", number)
    # The same draw again is another number: what is taken isn't given twice.
    draws = iter([70, 70, 5, 5, 70, 99_999])
    monkeypatch.setattr(secrets, "randbelow", lambda _most: next(draws))
    made = [
        create_below(stage.subjects["challenge"], kind="bid", letter="B", title="解法", at=AT).number[-6:]
        for _ in range(3)
    ]
    assert made == ["B00070", "B00005", "B99999"]


def test_a_replaced_bid_keeps_its_number(play_until: PlayUntil) -> None:
    stage = play_until("2026-03-25T16:59")
    bid = Subject.objects.get(kind="bid")
    assert bid.title == "解法一改", "handed in twice"
    assert bid.number == stage.subjects["bid1"].number


def test_needs_and_challenges_are_numbered_in_order(play_until: PlayUntil) -> None:
    stage = play_until("2026-03-25T17:00")
    assert stage.subjects["need"].number == "2026-1-N001"
    batch = stage.subjects["batch"]
    more = [create_below(batch, kind="challenge", letter="C", title="榜题", at=AT).number for _ in range(2)]
    assert more == ["2026-1-C002", "2026-1-C003"]
