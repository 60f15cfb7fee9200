"""The ledger as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Sees to it that the triggers exist after every migration, and are missed when they don't."""

    name = "jiebang.ledger"
    label = "ledger"
    verbose_name = "账本"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check and what follows each migration."""
        from jiebang.ledger.checks import check_triggers

        checks.register(check_triggers, checks.Tags.database)
        post_migrate.connect(_renew_triggers, sender=self, dispatch_uid="ledger.renew_triggers")


def _renew_triggers(using: str, **_: Any) -> None:
    from jiebang.ledger.triggers import find_tables, install_triggers

    connection = connections[using]
    if find_tables(connection):  # gone after a migration backwards to nothing
        install_triggers(connection)
