"""The database's own refusal to change the ledger, the same on SQLite and PostgreSQL.

On entries: no update, no deletion, no truncation; an insertion moves the chain's head from the entry before to itself,
and is refused where it doesn't stand next after the head and on top of its hash. On chains: a new one begins empty; its head moves only forward, to an
entry that exists; nothing else of it changes and it is never deleted. Who owns the database can remove triggers: that
is missed at start, and verification finds what was done without them.
"""

from collections.abc import Mapping
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from jiebang.ledger.errors import UnguardedLedger
from jiebang.ledger.trigger_texts import POSTGRESQL_TRIGGERS, SQLITE_TRIGGERS, PostgresTrigger

TABLES: Final = ("ledger_chain", "ledger_entry")
# A trigger's name, table, type bits, whether it fires always and unconditionally, and its function's text.
_READ_POSTGRESQL: Final = """
SELECT t.tgname, t.tgrelid::regclass::text, t.tgtype,
  t.tgenabled = 'A' AND t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0, p.prosrc
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid IN (to_regclass('ledger_chain'), to_regclass('ledger_entry')) AND NOT t.tgisinternal
"""


def find_tables(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the ledger's tables exist."""
    return set(TABLES) <= set(connection.introspection.table_names())


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing what stands under their names. Safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, sql in SQLITE_TRIGGERS.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(sql)
        else:
            for name, trigger in POSTGRESQL_TRIGGERS.items():
                for statement in trigger.statements(name):
                    cursor.execute(statement)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are absent, disabled or not as this version writes them; all without tables."""
    if connection.vendor == "sqlite":
        wanted: Mapping[str, object] = SQLITE_TRIGGERS
        stored = _read_sqlite(connection)
    else:
        wanted = {name: _describe(trigger) for name, trigger in POSTGRESQL_TRIGGERS.items()}
        stored = _read_postgresql(connection)
    return [name for name, definition in wanted.items() if stored.get(name) != definition]


def require_triggers(connection: BaseDatabaseWrapper) -> None:
    """Raise UnguardedLedger unless every trigger stands; for the start of every process that serves or writes."""
    if not find_tables(connection):
        raise UnguardedLedger(where="数据库", what="还没有账本的表", fix="请先运行 migrate 建立数据表")
    if missing := missing_triggers(connection):
        raise UnguardedLedger(
            where="数据库",
            what=f"账本缺少或被改动了保护触发器：{'、'.join(missing)}",
            fix="请先核验账本是否被改动，查明原因，再用 migrate --skip-checks 重新安装触发器",
        )


def _read_sqlite(connection: BaseDatabaseWrapper) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _read_postgresql(connection: BaseDatabaseWrapper) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute(_READ_POSTGRESQL)
        return {name: definition for name, *definition in cursor.fetchall()}


def _describe(trigger: PostgresTrigger) -> list[object]:
    return [trigger.table, trigger.type_bits, True, trigger.body]
