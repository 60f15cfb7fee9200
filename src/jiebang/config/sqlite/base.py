"""The connection: Django's, with the writer's queue around each transaction.

Only `transaction.atomic` blocks queue. Under transaction_mode IMMEDIATE SQLite takes its write lock at BEGIN, so an
atomic block that only reads waits for its turn and keeps others waiting, too: read outside of atomic blocks. Single
statements outside of any atomic block don't queue; SQLite's busy timeout serves them.
"""

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from jiebang.config.sqlite.schema import DatabaseSchemaEditor
from jiebang.config.sqlite.writer_lock import WriterLock


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection to an SQLite file, in a folder that is made when it is missing."""

    SchemaEditorClass = DatabaseSchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._writer_lock: WriterLock | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file; Django calls this once per connection."""
        if not self.is_in_memory_db():
            path = Path(conn_params["database"]).absolute()
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer_lock = WriterLock(path.with_name(f"{path.name}-writer"))
        return super().get_new_connection(conn_params)

    # Django's own names for the ends of a transaction, which its type stubs leave out.
    def _start_transaction_under_autocommit(self) -> None:
        if self._writer_lock is not None:
            self._writer_lock.acquire()
        try:
            # Django's statement without Django's cursor, which costs more than the statement.
            with self.wrap_database_errors:
                self.connection.execute(f"BEGIN {self.transaction_mode or ''}")  # type: ignore[attr-defined]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        # A commit that fails leaves the transaction open, and the turn with it, until Django rolls it back.
        if self.queries_logged:
            super()._commit()  # type: ignore[misc]
        else:
            with self.wrap_database_errors:
                self.connection.commit()
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._writer_lock is not None:
                self._writer_lock.close()

    def _end_turn(self) -> None:
        if self._writer_lock is not None:
            self._writer_lock.release()
