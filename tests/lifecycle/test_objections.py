"""Who had a part in judging a bid doesn't handle an objection to what became of it."""

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import NotAllowed
from jiebang.lifecycle.models import Proposal, StageRun
from jiebang.publications.models import Objection
from jiebang.reviews.models import Review
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-04-08T09:01")


def resolve(life: Stage) -> None:
    payload = {"number": "2026-1-C001-1-Y01", "upheld": False, "conclusion": "经核查评分无误"}
    challenge = life.subjects["challenge"].pk
    apply(challenge, "notice", "resolve_objection", actor=life.actor("second", AT), at=AT, payload=payload)


def test_whoever_checked_only_one_bid_is_kept_out(play_until: PlayUntil) -> None:
    life = play_until("2026-04-08T09:01")
    second = life.accounts["second"][0].pk
    StageRun.objects.filter(subject=life.subjects["bid2"], stage="check").update(closed_by_id=second)
    with pytest.raises(NotAllowed) as caught:
        resolve(life)
    assert "原经办人" in str(caught.value)


def test_whoever_had_no_part_may_conclude(play_until: PlayUntil) -> None:
    life = play_until("2026-04-08T09:01")
    resolve(life)
    assert Objection.objects.get().resolved_at == AT


@pytest.mark.parametrize("part", ["marked", "proposed"])
def test_whoever_marked_a_bid_or_put_up_the_choice_is_kept_out(play_until: PlayUntil, part: str) -> None:
    life = play_until("2026-04-08T09:01")
    account, _ = life.accounts["second"]
    if part == "marked":
        # An expert of the panel who is an officer as well, or has become one since.
        Review.objects.filter(subject=life.subjects["bid2"]).update(expert=account.person)
    else:
        Proposal.objects.create(
            run=StageRun.objects.get(subject=life.subjects["challenge"], stage="select"), payload={},
            outcome="selected", salt="示例", digest="示例", proposed_at=AT, proposed_by=account, withdrawn_at=AT,
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="原经办人"):
        resolve(life)
