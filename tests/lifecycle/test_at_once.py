"""Real processes at the same door: one wins, the other is told; submissions happen once; a kill loses nothing."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FreshDatabase
from tests.lifecycle.conftest import HERE, PlayUntil

from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.models import FactEntry, StageRun, Subject
from jiebang.organisations.models import Account, Mandate
from jiebang.policy.words import outcome_label
from jiebang.scenarios.play import Stage

pytestmark = pytest.mark.slow


def start(fresh: FreshDatabase, life: Stage, who: str, **asked: Any) -> subprocess.Popen[str]:
    return start_as(fresh, life.accounts[who], HERE / "packs", **asked)


def start_as(
    fresh: FreshDatabase, who: tuple[Account, Mandate], packs: Path, **asked: Any
) -> subprocess.Popen[str]:
    asked |= {"account": who[0].pk, "mandate": who[1].pk, "pack_roots": [str(packs)]}
    return subprocess.Popen(  # noqa: S603  (this project's own script)
        [sys.executable, str(HERE / "act_in_process.py"), json.dumps(asked)],
        env=fresh.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def let_go(processes: list[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        told.append(json.loads(out) if out.strip() else {"killed": -process.returncode})
    return told


def test_two_officers_decide_at_once(fresh_database: FreshDatabase, play_until: PlayUntil) -> None:
    stage = play_until("2026-03-04T09:00")
    need = stage.subjects["need"]
    common = {"subject": need.pk, "stage": "vet", "event": "conclude", "at": "2026-03-04T09:00+08:00"}
    facts = {"challenge.total_investment": "5000000 元"}
    told = let_go(
        [
            start(fresh_database, stage, "officer", **common, payload={"outcome": "passed", "facts": facts}),
            start(fresh_database, stage, "second", **common, payload={"outcome": "rejected", "note": "重复"}),
        ]
    )
    assert sorted("done" in one for one in told) == [False, True]
    loser = next(one for one in told if "refused" in one)
    winner = next(one for one in told if "done" in one)
    assert loser["refused"] == "AlreadyDone"
    assert f"（{outcome_label('vet_need', winner['done'])}）" in loser["why"]
    runs = StageRun.objects.filter(subject=need, stage="vet", closed_at__isnull=False, round=2)
    assert [run.outcome for run in runs] == [winner["done"]]
    assert verify_chain(stage.programme.chain_key).is_intact


def test_the_last_two_of_a_round_concluded_at_once_open_what_follows(
    fresh_database: FreshDatabase, play_until: PlayUntil
) -> None:
    stage = play_until("2026-03-27T10:00")
    common = {
        "stage": "review", "event": "conclude", "at": "2026-03-27T10:00+08:00", "payload": {}, "linger": 1,
    }  # fmt: skip
    told = let_go(
        [
            start(fresh_database, stage, "officer", subject=stage.subjects["bid1"].pk, **common),
            start(fresh_database, stage, "second", subject=stage.subjects["bid2"].pk, **common),
        ]
    )
    assert [one.get("done") for one in told] == ["passed", "failed"]
    # Each had to see the other through; had both looked before either was done, nobody would open the selection.
    open_runs = StageRun.objects.filter(subject=stage.subjects["challenge"], closed_at__isnull=True)
    assert [run.stage for run in open_runs] == ["select"]


def test_one_bid_however_often_it_is_sent(fresh_database: FreshDatabase, play_until: PlayUntil) -> None:
    stage = play_until("2026-03-06T09:00")
    challenge = stage.subjects["challenge"]
    payload = {"values": {"bid.title": "解法一", "bid.plan": "路线一"}}
    told = let_go(
        [
            start(
                fresh_database, stage, "prof", subject=challenge.pk, stage="bid", event="submit_bid",
                at="2026-03-06T09:00+08:00", payload=payload, submission=["b1", 1],
            )
            for _ in range(4)
        ]
    )  # fmt: skip
    assert [one.get("refused") for one in told] == [None] * 4
    assert len({one["entry"] for one in told}) == 1, "everybody gets the same receipt"
    assert sorted(one["repeated"] for one in told) == [False, True, True, True]
    assert Subject.objects.filter(parent=challenge, kind="bid").count() == 1


def test_two_tabs_with_different_drafts(fresh_database: FreshDatabase, play_until: PlayUntil) -> None:
    stage = play_until("2026-03-06T09:00")
    challenge = stage.subjects["challenge"]
    payload = {"values": {"bid.title": "解法一", "bid.plan": "路线一"}}
    told = let_go(
        [
            start(
                fresh_database, stage, "prof", subject=challenge.pk, stage="bid", event="submit_bid",
                at="2026-03-06T09:00+08:00", payload=payload, submission=[tab, 1],
            )
            for tab in ("tab1", "tab2")
        ]
    )  # fmt: skip
    assert sorted(one.get("refused", "") for one in told) == ["", "AlreadyDone"]
    assert Subject.objects.filter(parent=challenge, kind="bid").count() == 1


def test_killed_in_mid_write(fresh_database: FreshDatabase, play_until: PlayUntil) -> None:
    stage = play_until("2026-03-04T09:00")
    need = stage.subjects["need"]
    entries = verify_chain(stage.programme.chain_key).head_sequence
    facts_before = FactEntry.objects.filter(subject=need).count()
    told = let_go(
        [
            start(
                fresh_database, stage, "officer", subject=need.pk, stage="vet", event="conclude",
                at="2026-03-04T09:00+08:00", die_while_closing=True,
                payload={"outcome": "passed", "facts": {"challenge.total_investment": "5000000 元"}},
            )
        ]
    )  # fmt: skip
    assert told == [{"killed": signal.SIGKILL}]
    run = StageRun.objects.get(subject=need, stage="vet", round=2)
    assert run.closed_at is None, "what wasn't acknowledged didn't happen"
    assert FactEntry.objects.filter(subject=need).count() == facts_before
    report = verify_chain(stage.programme.chain_key)
    assert (report.is_intact, report.head_sequence) == (True, entries)
    # And whoever comes next finds the door open.
    told = let_go(
        [
            start(
                fresh_database, stage, "officer", subject=need.pk, stage="vet", event="conclude",
                at="2026-03-04T09:05+08:00", payload={"outcome": "rejected", "note": "重复"},
            )
        ]
    )  # fmt: skip
    assert told[0]["done"] == "rejected"
