"""A fair queue in front of SQLite's only writer.

SQLite lets one connection write and makes the others poll with growing pauses, so that among sixteen busy writers
one gets almost every turn and another waits for seconds. The kernel's flock hands the turn to those who wait, in
threads and processes alike, and takes it back from a process that dies, however it dies.
"""

import fcntl
import os
import threading
import weakref
from pathlib import Path

from jiebang.kernel.errors import JiebangError

_locks: "weakref.WeakSet[WriterLock]" = weakref.WeakSet()
_holding_thread: dict[Path, int] = {}


class WouldWaitForItself(JiebangError):
    """A thread asked for the writer's place that it already holds through another connection."""


class WriterLock:
    """One connection's place in the queue for one database file.

    The lock is a file of its own beside the database: opening and closing the database file itself would drop the
    locks that SQLite holds on it. There is no time limit, as flock has none: whoever holds the place keeps
    it until its transaction ends or its process does. Removing the file costs fairness, never data, because SQLite's
    own locks still hold.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.is_held = False
        _locks.add(self)

    def acquire(self) -> None:
        """Wait for the writer's place; at once if this connection already has it.

        Raises WouldWaitForItself where waiting could never end, OSError when the lock file can't be made.
        """
        if self.is_held:
            return
        if _holding_thread.get(self._path) == threading.get_ident():
            raise WouldWaitForItself(
                where=str(self._path.parent),
                what="同一线程已在另一个数据库连接里开启了写事务，再等下去会永远等待",
                fix="请在同一个数据库连接里完成这两处写入，或先结束前一个事务",
            )
        if self._descriptor is None:
            # Without O_CLOEXEC, which os.open sets, a program started from here could hold the place for ever.
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o660)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        _holding_thread[self._path] = threading.get_ident()
        self.is_held = True

    def release(self) -> None:
        """Give up the writer's place if this connection has it."""
        if self.is_held and self._descriptor is not None:
            self.is_held = False
            del _holding_thread[self._path]
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give up the place and the file."""
        self.release()
        self.forget()

    def forget(self) -> None:
        """Close the file without unlocking: for a forked child, whose parent shares the lock and still needs it."""
        self.is_held = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self.forget()


def _forget_after_fork() -> None:
    _holding_thread.clear()
    for lock in list(_locks):
        lock.forget()


os.register_at_fork(after_in_child=_forget_after_fork)
