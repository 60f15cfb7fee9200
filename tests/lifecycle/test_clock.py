from datetime import timedelta

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.ledger.models import Entry
from jiebang.lifecycle.clock import tick
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import NotAllowed
from jiebang.lifecycle.models import StageRun
from jiebang.publications.models import Objection
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db


def test_a_tick_closes_what_is_due_and_a_second_one_nothing(play_until: PlayUntil) -> None:
    play_until("2026-03-25T17:00")
    closes = read_instant("2026-03-25T17:00")
    assert tick(closes - timedelta(microseconds=1)).closed == ()
    assert tick(closes).closed == ("2026-1-C001 bid",)
    assert StageRun.objects.get(stage="bid").outcome == "closed"
    count = Entry.objects.count()
    assert tick(closes + timedelta(days=1)).closed == ()
    assert Entry.objects.count() == count


def test_a_tick_tells_what_it_could_not_close(play_until: PlayUntil) -> None:
    play_until("2026-04-08T00:00")
    done = tick(read_instant("2026-04-08T00:00"))
    assert done.closed == ()
    assert done.waiting[0][0] == "2026-1-C001 notice"
    assert "异议没有办结" in done.waiting[0][1]


def test_the_public_may_object_and_nothing_else(play_until: PlayUntil) -> None:
    stage = play_until("2026-04-02T10:00")
    challenge, at = stage.subjects["challenge"].pk, read_instant("2026-04-02T10:00")
    given = {"objector": "某人", "contact": "示例", "statement": "事实", "request": "请求"}
    apply(challenge, "notice", "file_objection", actor=None, public=True, at=at, payload=given)
    assert Objection.objects.count() == 1
    for event in ("resolve_objection", "close", "check_facts"):
        with pytest.raises(NotAllowed):
            apply(challenge, "notice", event, actor=None, public=True, at=at + timedelta(days=30))
    with pytest.raises(NotAllowed):  # and the clock isn't the public
        apply(challenge, "notice", "file_objection", actor=None, at=at, payload=given)


def test_nobody_corrects_another_firms_need(play_until: PlayUntil) -> None:
    stage = play_until("2026-03-03T14:00")
    at = read_instant("2026-03-03T14:00")
    values = {"need.title": "夺来的题", "challenge.total_investment": "5000000 元"}
    with pytest.raises(NotAllowed, match="原提交单位"):
        apply(
            stage.subjects["need"].pk, "collect", "submit_need", actor=stage.actor("prof", at), at=at,
            payload={"values": values},
        )  # fmt: skip
