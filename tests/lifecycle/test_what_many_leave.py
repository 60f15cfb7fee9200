"""What closing a window and selecting leave in the ledger and tell, written down entry by entry, the order included."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.lifecycle.crowd import bid_again, bid_many, review_many
from tests.lifecycle.test_many_bids import play_life

from jiebang.ledger.models import Entry
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import OutboxMessage
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thin_pack")]


class Left:
    """The entries and messages that came since it was made."""

    def __init__(self, life: Stage) -> None:
        self.chain = life.programme.chain_key
        self.entries_before, self.messages_before = self._entries().count(), OutboxMessage.objects.count()

    def _entries(self) -> Any:
        return Entry.objects.filter(chain__key=self.chain).order_by("sequence")

    def entries(self) -> list[tuple[str, Any]]:
        return [(one.kind, json.loads(one.body)) for one in self._entries()[self.entries_before :]]

    def messages(self) -> list[tuple[str, str, dict[str, Any]]]:
        rows = OutboxMessage.objects.select_related("subject").order_by("pk")[self.messages_before :]
        return [(row.topic, row.subject.number if row.subject else "", row.body) for row in rows]


def test_closing_a_round_says_who_was_silent_who_was_refused_and_what_ended() -> None:
    life = play_life("rounds.yaml", "2026-03-06", "rounds")
    challenge = life.subjects["challenge"]
    bids = bid_many(challenge, "first", 4, read_instant("2026-03-06T09:00"), {"bid.title": "初案"})
    apply(challenge.pk, "first", "close", actor=None, at=read_instant("2026-03-17T08:00"))
    for stage, who, day, outcome in (
        ("back", "county", "2026-03-18", "recommended"),
        ("look", "agency", "2026-03-23", "passed"),
    ):
        at = read_instant(f"{day}T09:00")
        for bid in bids:
            apply(bid.pk, stage, "conclude", actor=life.actor(who, at), at=at, payload={"outcome": outcome})
    late, in_time, silent, late_too = bids
    for bid, day in ((late, "2026-03-28"), (in_time, "2026-03-27"), (late_too, "2026-03-28")):
        bid_again(challenge, "full", bid, read_instant(f"{day}T11:00"), {"bid.plan": "全案"})
    left = Left(life)
    apply(challenge.pk, "full", "close", actor=None, at=read_instant("2026-04-01T12:00:01"))
    assert left.entries() == [
        (
            "stage.close",
            {
                "subject": challenge.pk, "number": "2026-1-C001", "pack": "rounds/1", "stage": "full", "round": 1,
                "actor": {"clock": True}, "role": "", "outcome": "closed",
            },
        ),
        ("bid.lapsed", {"subject": silent.pk}),
        ("bid.refused", {"subject": late.pk, "rules": ["early"]}),
        ("bid.refused", {"subject": late_too.pk, "rules": ["early"]}),
        (
            "subjects.ended",
            {
                "ended": [
                    {"subject": late.pk, "ending": "全案：不符合条件"},
                    {"subject": silent.pk, "ending": "全案：逾期未提交"},
                    {"subject": late_too.pk, "ending": "全案：不符合条件"},
                ]
            },
        ),
        ("things.begun", {"stages": [{"subject": challenge.pk, "stage": "mark", "kind": "review", "round": 1, "closes_at": ""}]}),
    ]  # fmt: skip
    early = "全案不晚于三月二十七日：不符合。〔第三条〕要求全案提交日 不晚于 2026-03-27；不符合（全案提交日：2026-03-28）。"
    assert left.messages() == [
        (
            "stage.concluded",
            "2026-1-C001",
            {"stage": "full", "kind": "take_bids", "outcome": "closed", "note": ""},
        ),
        ("bid.lapsed", silent.number, {"number": silent.number, "why": "全案：逾期未提交"}),
        ("bid.refused", late.number, {"number": late.number, "why": early}),
        ("bid.refused", late_too.number, {"number": late_too.number, "why": early}),
        ("subject.ended", late.number, {"ending": "全案：不符合条件"}),
        ("subject.ended", silent.number, {"ending": "全案：逾期未提交"}),
        ("subject.ended", late_too.number, {"ending": "全案：不符合条件"}),
    ]


def test_selecting_says_who_was_chosen_and_who_ended() -> None:
    life = play_life("thin.yaml", "2026-03-06", "thin")
    challenge = life.subjects["challenge"]
    values = {"bid.title": "解法", "bid.plan": "路线"}
    bids = bid_many(challenge, "bid", 4, read_instant("2026-03-06T09:00"), values)
    apply(challenge.pk, "bid", "close", actor=None, at=read_instant("2026-03-25T17:00"))
    review_many(life, bids, "2026-03-26T09:00")
    at = read_instant("2026-03-27T09:00")
    officer, left = life.actor("officer", at), Left(life)
    assert officer is not None
    apply(challenge.pk, "select", "conclude", actor=officer, at=at, payload={"bids": [bids[2].pk]})
    others = [bids[0], bids[1], bids[3]]
    assert left.entries() == [
        (
            "stage.conclude",
            {
                "subject": challenge.pk, "number": "2026-1-C001", "pack": "thin/1", "stage": "select", "round": 1,
                "actor": officer.reference, "role": "bureau", "outcome": "selected",
            },
        ),
        ("bids.selected", {"challenge": challenge.pk, "bids": [bids[2].pk]}),
        ("subjects.ended", {"ended": [{"subject": bid.pk, "ending": "未选中"} for bid in others]}),
        ("things.begun", {"stages": [{"subject": challenge.pk, "stage": "council", "kind": "deliberate", "round": 1, "closes_at": ""}]}),
    ]  # fmt: skip
    assert left.messages() == [
        (
            "stage.concluded",
            "2026-1-C001",
            {"stage": "select", "kind": "select", "outcome": "selected", "note": ""},
        ),
        ("bid.selected", bids[2].number, {"number": bids[2].number}),
        ("subject.ended", bids[0].number, {"ending": "未选中"}),
        ("subject.ended", bids[1].number, {"ending": "未选中"}),
        ("subject.ended", bids[3].number, {"ending": "未选中"}),
    ]
