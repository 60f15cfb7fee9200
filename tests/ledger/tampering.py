"""What the tests do to the ledger that nobody should."""

from django.db import connection, transaction

from jiebang.ledger.trigger_texts import POSTGRESQL_TRIGGERS, SQLITE_TRIGGERS

SQLITE = connection.vendor == "sqlite"
TRIGGER_NAMES = list(SQLITE_TRIGGERS if SQLITE else POSTGRESQL_TRIGGERS)


def execute(statement: str, *parameters: str | int) -> None:
    """Run a statement in a transaction of its own, so that a refusal leaves the test's usable."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def drop_trigger(name: str) -> None:
    table = "ledger_entry" if name.startswith("ledger_entry") else "ledger_chain"
    execute(f"DROP TRIGGER {name}" + ("" if SQLITE else f" ON {table}"))
