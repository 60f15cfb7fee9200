"""What must be true before the site may answer its first request."""

from django.db import connection

from jiebang.ledger.triggers import require_triggers


def refuse_unguarded_start() -> None:
    """Raise JiebangError unless the database itself protects the ledger.

    Leaves no connection open: a server that loads the site once and then forks must not share one.
    """
    try:
        require_triggers(connection)
    finally:
        connection.close()
