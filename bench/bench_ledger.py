"""How much the ledger costs on SQLite: durable appends against bare commits, and entries verified per second.

    PYTHONPATH=src python bench/bench_ledger.py [FOLDER]

FOLDER says which disk is measured; its fsync decides most of what is seen. The appends and the four kinds of bare
commit take turns in one run, so that a busy minute of the machine hits them all alike. Bare commits write the same
bytes to tables of the same shape, in the same file, with the same durability (WAL, synchronous=FULL; asked of both
connections before anything is measured), without hashes, triggers, foreign keys or the making of JSON:

    sqlite3, one row      BEGIN, INSERT of the entry, COMMIT, through the sqlite3 module, without a queue of writers
    sqlite3, same rows    the same and the head's UPDATE
    Django, one row       the INSERT through transaction.atomic and Django's cursor
    Django, same rows     the same and the head's UPDATE

Like is held against like, and there the target stands: an append through Django against the same rows through Django, and
the ledger's own statements (head read, hash, triggers, but no Django and no making of JSON) through the sqlite3 module
against the same rows through it. The other ratios say what Django costs as well.

How long the disk's sync takes is the difference between the first and the same commit with synchronous=OFF. After
a sync the processor's caches are cold: what an append does besides takes nearly twice as long as in a loop of its own.
"""

import itertools
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

PROJECT_ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 60
COMMITS_PER_ROUND = 50
STORED_ENTRIES = 250_000
ENTRIES_PER_TRANSACTION = 1_000
VERIFICATIONS = 5
LEAST_SHARE_OF_BARE_COMMITS = 0.9
LEAST_VERIFIED_PER_SECOND = 500_000

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KIND = "challenge.announced"
BODY = {
    "case": "01J9ZQ7C2M3N4P5Q6R7S8T9V0W",
    "challenge": "01J9ZQ7C2M3N4P5Q6R7S8T9V0X",
    "digest": "hmac-sha-256:" + "c" * 64,
    "event": "announce",
    "revision": 3,
}
PLAIN_TABLES = """
CREATE TABLE plain_head (id INTEGER PRIMARY KEY, head_sequence BIGINT, head_hash TEXT);
INSERT INTO plain_head VALUES (1, 0, '');
CREATE TABLE plain_entry (
  chain_id BIGINT, sequence BIGINT, at TEXT, kind TEXT, body TEXT, previous_hash TEXT, hash TEXT, algorithm TEXT,
  PRIMARY KEY (chain_id, sequence)
) WITHOUT ROWID;
"""
INSERT = "INSERT INTO plain_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
UPDATE = "UPDATE plain_head SET head_sequence = ?, head_hash = ? WHERE id = 1"
DJANGO_INSERT, DJANGO_UPDATE = INSERT.replace("?", "%s"), UPDATE.replace("?", "%s")
DURABILITY = {"journal_mode": "wal", "synchronous": 2}


@dataclass(frozen=True)
class Row:
    """One figure; `target` is None where nothing is promised."""

    measure: str
    value: float
    unit: str
    target: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the figure reaches its target, if it has one."""
        return self.target is None or self.value >= self.target


def run(folder: Path | None = None) -> list[Row]:
    """Measure in a database of its own, made in `folder` (default: the project's build folder) and removed again."""
    # The measure is SQLite's; a server's address in the environment isn't meant for it.
    os.environ.pop("JIEBANG_DATABASE_URL", None)
    os.environ["JIEBANG_MODE"] = "test"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiebang.config.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    place = folder or PROJECT_ROOT / "build"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-ledger-", dir=place) as scratch:
        connection.close()
        connection.settings_dict["NAME"] = str(Path(scratch) / "jiebang.sqlite3")
        try:
            call_command("migrate", verbosity=0)
            return [*_measure_appends(), *_measure_verification()]
        finally:
            connection.close()


def _measure_appends() -> list[Row]:  # noqa: PLR0915  the sides of one comparison stand together
    from django.db import connection, transaction

    from jiebang.kernel.canonical_json import canonical_text
    from jiebang.ledger.append import EntryDraft, append_entries, insert_entries
    from jiebang.ledger.fields import write_instant

    draft, body, instant = EntryDraft(KIND, BODY), canonical_text(BODY), write_instant(AT)
    numbers = itertools.count(1)
    raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    raw.executescript(PLAIN_TABLES)
    raw.execute("PRAGMA synchronous=FULL")
    connection.ensure_connection()
    for one_side in (raw, connection.connection):
        found = {name: one_side.execute(f"PRAGMA {name}").fetchone()[0] for name in DURABILITY}
        if found != DURABILITY:
            raise RuntimeError(f"not comparable: {found}, expected {DURABILITY}")

    def next_row() -> tuple[int, int, str, str, str, str, str, str]:
        return (1, next(numbers), instant, KIND, body, "a" * 64, "b" * 64, "sha-256")

    def append() -> None:
        with transaction.atomic():
            append_entries("bureau:1", [draft], AT)

    chained = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    chained.execute("PRAGMA synchronous=FULL")
    chained.execute("PRAGMA foreign_keys=ON")

    def append_without_django() -> None:
        chained.execute("BEGIN IMMEDIATE")
        insert_entries(chained, "sqlite", "bureau:3", [(KIND, body)], instant)
        chained.execute("COMMIT")

    def commit_one_row() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(INSERT, next_row())
        raw.execute("COMMIT")

    def commit_same_rows() -> None:
        row = next_row()
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(INSERT, row)
        raw.execute(UPDATE, (row[1], row[6]))
        raw.execute("COMMIT")

    def commit_one_row_in_django() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(DJANGO_INSERT, next_row())

    def commit_same_rows_in_django() -> None:
        row = next_row()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(DJANGO_INSERT, row)
            cursor.execute(DJANGO_UPDATE, (row[1], row[6]))

    bare = {
        "sqlite3, one row": commit_one_row,
        "sqlite3, same rows": commit_same_rows,
        "Django, one row": commit_one_row_in_django,
        "Django, same rows": commit_same_rows_in_django,
    }
    seconds = _take_turns({"append": append, "append without Django": append_without_django, **bare})
    # Afterwards, since whoever syncs next would pay for what these leave unsynced.
    raw.execute("PRAGMA synchronous=OFF")
    unsynced = _take_turns({"one row": commit_one_row})["one row"]
    raw.close()
    chained.close()
    per_append = seconds["append"]
    rows = [
        Row("durable appends", 1 / per_append, "/s"),
        Row("the disk's sync in one bare commit", (seconds["sqlite3, one row"] - unsynced) * 1e6, "µs"),
    ]
    rows += [Row(f"bare commits, {name}", 1 / seconds[name], "/s") for name in bare]
    rows += [
        Row(f"appends / bare commits, {name}", seconds[name] / per_append, "",
            LEAST_SHARE_OF_BARE_COMMITS if name == "Django, same rows" else None)
        for name in bare
    ]  # fmt: skip
    without = seconds["sqlite3, same rows"] / seconds["append without Django"]
    rows.append(
        Row("appends / bare commits, both sqlite3, same rows", without, "", LEAST_SHARE_OF_BARE_COMMITS)
    )
    for name in bare:
        extra = per_append - seconds[name]
        rows.append(Row(f"an append takes longer than {name} by", extra * 1e6, "µs"))
        # What an append adds is work of the processor, so its share falls as the disk gets slower.
        enough = extra * LEAST_SHARE_OF_BARE_COMMITS / (1 - LEAST_SHARE_OF_BARE_COMMITS)
        rows.append(Row("  so the target is met where a bare commit takes", enough * 1e6, "µs"))
    return rows


def _take_turns(actions: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Seconds per call of each action: the median over rounds, in each of which every action has its turn."""
    measured: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    order = list(actions.items())
    for _ in range(ROUNDS):
        order.append(order.pop(0))  # nobody is always the one after the slowest
        for name, action in order:
            began = time.perf_counter()
            for _ in range(COMMITS_PER_ROUND):
                action()
            measured[name].append((time.perf_counter() - began) / COMMITS_PER_ROUND)
    return {name: statistics.median(values) for name, values in measured.items()}


def _measure_verification() -> list[Row]:
    from django.db import transaction

    from jiebang.ledger.append import EntryDraft, append_entries
    from jiebang.ledger.verify import verify_chain

    drafts = [EntryDraft(KIND, BODY)] * ENTRIES_PER_TRANSACTION
    began = time.perf_counter()
    for _ in range(STORED_ENTRIES // ENTRIES_PER_TRANSACTION):
        with transaction.atomic():
            append_entries("bureau:2", drafts, AT)
    filled = time.perf_counter() - began
    rates = []
    for _ in range(VERIFICATIONS):
        began = time.perf_counter()
        report = verify_chain("bureau:2")
        rates.append(STORED_ENTRIES / (time.perf_counter() - began))
        assert report.is_intact
        assert report.verified_entries == STORED_ENTRIES
    return [
        Row(f"entries appended, {ENTRIES_PER_TRANSACTION} per transaction", STORED_ENTRIES / filled, "/s"),
        Row(f"entries verified, median of {VERIFICATIONS} runs over {STORED_ENTRIES}",
            statistics.median(rates), "/s", LEAST_VERIFIED_PER_SECOND),
        Row("entries verified, slowest run", min(rates), "/s"),
    ]  # fmt: skip


def main(arguments: list[str]) -> int:
    """Print the figures; the exit status says whether every target was met."""
    rows = run(Path(arguments[0]) if arguments else None)
    for row in rows:
        figure = f"{row.value:,.2f}" if row.value < 10 else f"{row.value:,.0f}"
        verdict = (
            "" if row.target is None else f"   target {row.target:,}: {'met' if row.is_met else 'NOT met'}"
        )
        print(f"{row.measure:58} {figure:>10} {row.unit:3}{verdict}")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
