"""Acts over many things: what they share is asked once, so that a window with hundreds of bids closes in seconds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.lifecycle.conftest import PlayUntil
from tests.lifecycle.many_bids import hand_in_bids

from jiebang.lifecycle.door import apply
from jiebang.lifecycle.known import situation_of, situations_of
from jiebang.lifecycle.models import Subject
from jiebang.policy.situation import Situation
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
HANDED_IN, CLOSES = read_instant("2026-03-10T09:00"), read_instant("2026-03-25T17:00")
MOST_QUERIES_PER_BID = 10


@pytest.mark.parametrize("count", [2, 25])
def test_closing_a_window_asks_little_more_for_each_bid(play_until: PlayUntil, count: int) -> None:
    challenge = play_until("2026-03-06T09:00").subjects["challenge"]
    hand_in_bids(challenge, "bid", count, HANDED_IN)
    with CaptureQueriesContext(connection) as asked:
        apply(challenge.pk, "bid", "close", actor=None, at=CLOSES)
    # What is asked once for the act, whatever its size, has room in this.
    assert len(asked) < 60 + MOST_QUERIES_PER_BID * count


def test_what_is_known_of_many_is_what_is_known_of_each(play_until: PlayUntil) -> None:
    play_until("2026-04-10T09:00")
    subjects = list(Subject.objects.all())
    together = situations_of(subjects, CLOSES)
    for subject in subjects:
        alone = situation_of(Subject.objects.get(pk=subject.pk), CLOSES)
        assert _told(together[subject.pk]) == _told(alone)


def test_gathering_asks_no_more_for_thirty_than_for_three_but_what_is_computed(play_until: PlayUntil) -> None:
    challenge = play_until("2026-03-06T09:00").subjects["challenge"]
    hand_in_bids(challenge, "bid", 30, HANDED_IN)
    bids = list(Subject.objects.filter(parent=challenge, kind="bid").order_by("pk"))
    counts = {}
    for several in (3, 30):
        fresh = list(Subject.objects.filter(pk__in=[bid.pk for bid in bids[:several]]))
        with CaptureQueriesContext(connection) as asked:
            situations_of(fresh, CLOSES)
        counts[several] = len(asked)
    assert counts[30] - counts[3] <= 2 * 27


def _told(situation: Situation) -> dict[str, object]:
    facts = {name: (one.value, one.source, one.as_of, one.evidence) for name, one in situation.facts.items()}
    return {"facts": facts, "decided": repr(situation.decided), "departures": repr(situation.departures)}
