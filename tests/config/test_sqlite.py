"""The queue in front of SQLite's only writer."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction
from tests.conftest import FreshDatabase

from jiebang.config.sqlite.writer_lock import WouldWaitForItself, WriterLock

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way")


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[WriterLock]:
    lock = WriterLock(tmp_path / "lock")
    yield lock
    lock.close()


def test_the_place_is_one_connections_at_a_time(lock: WriterLock, tmp_path: Path) -> None:
    lock.acquire()
    lock.acquire()  # the same connection may ask again
    other = WriterLock(tmp_path / "lock")
    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(other.acquire)
        time.sleep(0.05)
        assert not waiting.done()
        lock.release()
        waiting.result(timeout=10)
        assert (lock.is_held, other.is_held) == (False, True)
        executor.submit(other.close).result(timeout=10)
    lock.acquire()


def test_a_thread_never_waits_for_itself(lock: WriterLock, tmp_path: Path) -> None:
    lock.acquire()
    other = WriterLock(tmp_path / "lock")
    with pytest.raises(WouldWaitForItself, match="永远等待"):
        other.acquire()
    lock.release()
    other.acquire()
    other.close()


HOLD = """
import os, sys, time
from pathlib import Path
from jiebang.config.sqlite.writer_lock import WriterLock

lock = WriterLock(Path(sys.argv[1]))
lock.acquire()
child = os.fork() if "fork" in sys.argv else None
if child == 0:
    print("in the child:", lock.is_held, flush=True)
    time.sleep(600)
print("held", child, flush=True)
time.sleep(600)
"""


@contextmanager
def run_holder(tmp_path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the place until it is killed, which it is at the end at the latest."""
    with subprocess.Popen(  # noqa: S603  (the program above)
        [sys.executable, "-c", HOLD, tmp_path / "lock", *arguments],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        try:
            yield holder
        finally:
            holder.kill()


def test_a_killed_process_gives_its_place_back(lock: WriterLock, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor, run_holder(tmp_path) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held None\n"
        waiting = executor.submit(lock.acquire)
        time.sleep(0.05)
        assert not waiting.done()
        holder.kill()
        waiting.result(timeout=10)
        executor.submit(lock.release).result(timeout=10)


def test_a_forked_child_holds_nothing_of_its_parents(lock: WriterLock, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor, run_holder(tmp_path, "fork") as holder:
        assert holder.stdout is not None
        said = sorted(holder.stdout.readline() for _ in range(2))
        child = int(said[0].split()[1])
        try:
            assert said[1] == "in the child: False\n"
            waiting = executor.submit(lock.acquire)
            time.sleep(0.05)
            assert not waiting.done()  # the child closed the file, and the parent still has the place
            holder.kill()
            waiting.result(
                timeout=10
            )  # the parent died without letting go, and its child doesn't keep the place
            executor.submit(lock.release).result(timeout=10)
        finally:
            os.kill(child, signal.SIGKILL)


@only_sqlite
def test_every_connection_is_durable(fresh_database: FreshDatabase) -> None:
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


def place_is_taken() -> bool:
    lock = WriterLock(Path(connection.settings_dict["NAME"] + "-writer"))
    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(lock.acquire)
        time.sleep(0.02)
        taken = not waiting.done()
        if taken:
            # End the wait so that the thread can be joined.
            connection._end_turn()  # type: ignore[attr-defined]
        waiting.result(timeout=10)
        executor.submit(lock.close).result(timeout=10)
    return taken


@only_sqlite
def test_the_turn_ends_with_the_transaction_however_that_ends(fresh_database: FreshDatabase) -> None:
    with transaction.atomic(), transaction.atomic():
        assert place_is_taken()
    assert not place_is_taken()
    with pytest.raises(RuntimeError), transaction.atomic():
        raise RuntimeError
    assert not place_is_taken()
    with transaction.atomic():
        connection.close()
        assert not place_is_taken()
    assert not place_is_taken()


@only_sqlite
def test_a_transaction_that_can_not_begin_leaves_the_place_free(fresh_database: FreshDatabase) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=0")
    stranger = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        pass
    stranger.close()
    assert not place_is_taken()
    with transaction.atomic():
        pass


@only_sqlite
def test_a_commit_that_fails_keeps_the_turn_until_it_is_rolled_back(
    fresh_database: FreshDatabase,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        cursor.execute("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
        with pytest.raises(DatabaseError, match="FOREIGN KEY"), transaction.atomic():
            cursor.execute("INSERT INTO child VALUES (1)")
    assert not place_is_taken()
    with transaction.atomic():
        pass


@only_sqlite
@pytest.mark.slow
def test_busy_writers_take_turns(fresh_database: FreshDatabase) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written (writer INTEGER)")
    stop = threading.Event()

    def write(writer: int) -> float:
        longest = 0.0
        try:
            while not stop.is_set():
                began = time.perf_counter()
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("INSERT INTO written VALUES (%s)", [writer])
                longest = max(longest, time.perf_counter() - began)
        finally:
            connections.close_all()
        return longest

    with ThreadPoolExecutor(6) as executor:
        writers = [executor.submit(write, writer) for writer in range(6)]
        time.sleep(2)
        stop.set()
        waits = [writer.result(timeout=30) for writer in writers]
    # In the queue the longest wait is a few hundredths of a second; left to SQLite, somebody waits half of the time.
    assert max(waits) < 0.8
