"""Bring up Django for the commands that need the database; the others stay quick without it."""

import os


def set_up_django() -> None:
    """Load the settings and the apps. Raises what the settings raise where something is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiebang.config.settings")
    import django

    django.setup()


def set_up_with_tables() -> None:
    """The same, for what needs the tables. Raises UnguardedLedger where they or the ledger's triggers are missing."""
    set_up_django()
    from jiebang.config.start import refuse_unguarded_start

    refuse_unguarded_start()
