"""Writers in processes of their own, as in production."""

import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from tests.conftest import FreshDatabase

from jiebang.ledger.models import Entry
from jiebang.ledger.verify import verify_chain

WRITER = Path(__file__).with_name("append_entries_forever.py")
KEY = "bureau:1"


def start_writer(database: FreshDatabase, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  (this project's own script)
        [sys.executable, WRITER, KEY, *arguments],
        env=database.environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def read_acknowledged(output: str) -> list[int]:
    # A line that was being written when the writer was killed tells nothing.
    return [
        int(line.split()[1])
        for line in output.splitlines(keepends=True)
        if line.startswith("ack") and "\n" in line
    ]


def stored_sequences() -> list[int]:
    return list(Entry.objects.filter(chain__key=KEY).order_by("sequence").values_list("sequence", flat=True))


def test_four_processes_make_one_gapless_chain(fresh_database: FreshDatabase) -> None:
    writers = [start_writer(fresh_database, "50") for _ in range(4)]
    outputs = [writer.communicate(timeout=120)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4
    acknowledged = [read_acknowledged(output) for output in outputs]
    assert all(len(sequences) == 50 and sequences == sorted(sequences) for sequences in acknowledged)
    assert sorted(chain.from_iterable(acknowledged)) == list(range(1, 201))
    report = verify_chain(KEY)
    assert (report.is_intact, report.verified_entries) == (True, 200)


def test_a_writer_killed_inside_its_transaction_loses_only_that(fresh_database: FreshDatabase) -> None:
    with start_writer(fresh_database, "5", "hang") as killed:
        assert killed.stdout is not None
        lines = [killed.stdout.readline() for _ in range(6)]
        assert lines[-1] == "inside\n"
        killed.kill()
    assert stored_sequences() == [1, 2, 3, 4, 5] == read_acknowledged("".join(lines))
    # Its place and its locks went with it.
    with start_writer(fresh_database, "1") as next_writer:
        assert next_writer.communicate(timeout=60)[0] == "ack 6\n"
    report = verify_chain(KEY)
    assert (report.is_intact, report.verified_entries) == (True, 6)


@pytest.mark.parametrize("commits", [1, 17, 40])
def test_a_writer_killed_at_any_moment_loses_nothing_acknowledged(
    fresh_database: FreshDatabase, commits: int
) -> None:
    with start_writer(fresh_database, "1000000") as killed:
        assert killed.stdout is not None
        output = "".join(killed.stdout.readline() for _ in range(commits))
        killed.kill()
        output += killed.stdout.read()
    acknowledged = read_acknowledged(output)
    stored = stored_sequences()
    assert len(acknowledged) >= commits
    assert stored[: len(acknowledged)] == acknowledged
    # It may have died between the commit and saying so, but not further on.
    assert len(stored) <= len(acknowledged) + 1
    report = verify_chain(KEY)
    assert (report.is_intact, report.verified_entries) == (True, len(stored))
