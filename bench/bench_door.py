"""What the door costs on SQLite: one act through lifecycle.apply against the same rows written bare.

    PYTHONPATH=src python bench/bench_door.py [FOLDER]

The act is an officer's recording of one checked fact at an open stage: permission, window, pack, rules' reader, ledger
entries, all of it. "Bare" inserts and updates the same rows in the same tables (ledger included, so that triggers run)
with one prepared statement each through the same connection, without deciding anything. Both commit durably, in turns.

The acts about many bids are one act and one commit each, told in seconds and queries: the window of a challenge with
hundreds of bids closes and each gets a stage with a term of its own; one of hundreds of reviewed bids is selected.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parents[1]
ROUNDS, ACTS_PER_ROUND = 20, 20
BIDS_CLOSED, BIDS_SELECTED_AMONG = 500, 300


def set_up(folder: str) -> None:
    """Make a scratch installation that knows the tests' tiny pack."""
    sys.path[:0] = [str(PROJECT_ROOT / "src"), str(PROJECT_ROOT)]
    os.environ |= {
        "JIEBANG_MODE": "test",
        "JIEBANG_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "jiebang.config.settings",
        "JIEBANG_PACK_ROOTS": str(PROJECT_ROOT / "tests" / "lifecycle" / "packs"),
    }
    os.environ.pop("JIEBANG_DATABASE_URL", None)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def play_until(file: str, instant: str, slug: str) -> Any:
    """One of the tests' lives as a programme of its own, up to an instant."""
    from jiebang.scenarios.play import play_steps, set_stage
    from jiebang.scenarios.read import read_scenario

    scenario = read_scenario(PROJECT_ROOT / "tests" / "lifecycle" / file)
    programme = scenario.programme.model_copy(update={"slug": slug})
    life = set_stage(scenario.model_copy(update={"programme": programme}), lambda _line: None)
    play_steps(life, [step for step in scenario.steps if step.at < instant])
    return life


def measure_act() -> tuple[float, float]:
    """Seconds per act through the door and per set of bare rows, medians over the rounds."""
    from jiebang.lifecycle.door import apply

    life = play_until("thin.yaml", "2026-03-03T10:30", "one-act")
    at = datetime.fromisoformat("2026-03-03T11:00+08:00")
    actor, need = life.actor("officer", at), life.subjects["need"]
    values = (f"{5_000_000 + n} 元" for n in range(10**9))

    def act() -> None:
        facts = {"challenge.total_investment": next(values)}
        apply(need.pk, "vet", "check_facts", actor=actor, at=at, payload={"facts": facts})

    bare = bare_writer(need.pk, at)
    through, without = [], []
    for job in (act, bare):
        for _ in range(ACTS_PER_ROUND):
            job()
    for _ in range(ROUNDS):
        through.append(timed(act))
        without.append(timed(bare))
    return statistics.median(through), statistics.median(without)


def measure_closing() -> tuple[float, int]:
    """Seconds and queries of closing a window with many bids, each of which gets a stage with a term."""
    from tests.lifecycle.crowd import bid_many

    from jiebang.lifecycle.door import apply

    challenge = play_until("rounds.yaml", "2026-03-06", "closing").subjects["challenge"]
    handed_in = datetime.fromisoformat("2026-03-06T09:00+08:00")
    bid_many(challenge, "first", BIDS_CLOSED, handed_in, {"bid.title": "初案（合成）"})
    at = datetime.fromisoformat("2026-03-17T08:00+08:00")
    return once(lambda: apply(challenge.pk, "first", "close", actor=None, at=at))


def measure_selecting() -> tuple[float, int]:
    """Seconds and queries of selecting one among many bids; the others end."""
    from tests.lifecycle.crowd import bid_many, review_many

    from jiebang.lifecycle.door import apply

    life = play_until("thin.yaml", "2026-03-06", "selecting")
    challenge = life.subjects["challenge"]
    handed_in = datetime.fromisoformat("2026-03-06T09:00+08:00")
    values = {"bid.title": "解法（合成）", "bid.plan": "路线"}
    bids = bid_many(challenge, "bid", BIDS_SELECTED_AMONG, handed_in, values)
    apply(challenge.pk, "bid", "close", actor=None, at=datetime.fromisoformat("2026-03-25T17:00+08:00"))
    review_many(life, bids, "2026-03-26T09:00")
    at = datetime.fromisoformat("2026-03-27T09:00+08:00")
    officer, payload = life.actor("officer", at), {"bids": [bids[0].pk]}
    return once(lambda: apply(challenge.pk, "select", "conclude", actor=officer, at=at, payload=payload))


def once(job: Callable[[], object]) -> tuple[float, int]:
    """Seconds and queries of one run of `job`; the ledger's statements go past Django's log and aren't counted."""
    from tests.lifecycle.crowd import count_queries

    begun = time.perf_counter()
    queries = count_queries(job)
    return time.perf_counter() - begun, queries


def bare_writer(subject_id: int, at: datetime) -> Callable[[], None]:
    """Writes what one such act leaves behind: a fact superseded, a fact, two ledger entries; nothing is looked at."""
    from django.db import connection, transaction

    from jiebang.ledger.append import EntryDraft, append_entries
    from jiebang.lifecycle.models import FactEntry
    from jiebang.organisations.models import Programme

    key = Programme.objects.get(slug="one-act").chain_key
    body = {"subject": subject_id, "number": "2026-1-N001", "pack": "thin/1", "stage": "vet", "round": 1}
    digest = {"subject": subject_id, "digests": {"challenge.total_investment": "hmac-sha-256:" + "0" * 64}}
    columns = "subject_id, name, value, source, as_of, evidence, recorded_at, salt"
    table = FactEntry._meta.db_table  # noqa: SLF001  the documented way to a table's name
    insert = f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608  constant names
    update = (
        f"UPDATE {table} SET superseded_at = %s WHERE subject_id = %s AND name = %s AND superseded_at IS NULL"  # noqa: S608  the same
    )
    counter = iter(range(10**9))

    def write() -> None:
        moment = at + timedelta(microseconds=next(counter))
        row: list[Any] = [
            subject_id,
            "challenge.total_investment",
            json.dumps("5000000 元"),
            "checked",
            at.date(),
            "",
            moment,
            "0" * 32,
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(update, [moment, subject_id, "challenge.total_investment"])
            cursor.execute(insert, row)
            append_entries(
                key, [EntryDraft("stage.check_facts", body), EntryDraft("facts.recorded", digest)], at
            )

    return write


def timed(job: Callable[[], None]) -> float:
    """Seconds per run of `job`."""
    begun = time.perf_counter()
    for _ in range(ACTS_PER_ROUND):
        job()
    return (time.perf_counter() - begun) / ACTS_PER_ROUND


def main() -> int:
    """Measure and print."""
    parent = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="jiebang-bench-", dir=parent) as folder:
        set_up(folder)
        act, bare = measure_act()
        closing, selecting = measure_closing(), measure_selecting()
    print(f"acts through the door                {1 / act:10,.0f} /s")
    print(f"the same rows written bare           {1 / bare:10,.0f} /s")
    print(f"door / bare                          {bare / act:10.2f}")
    for what, (seconds, queries) in (
        (f"closing a window with {BIDS_CLOSED} bids", closing),
        (f"selecting one among {BIDS_SELECTED_AMONG} bids", selecting),
    ):
        print(f"{what:<37}{seconds:10.2f} s, {queries:,} queries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
