from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from jiebang.ledger.triggers import install_triggers

OLD = "ledger_entry_in_order"


def replace_triggers(_: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The trigger that moves the head refuses what is out of order by itself; the one that did is taken away."""
    # In one transaction with the renewed ones, so that there is no moment without them.
    install_triggers(schema_editor.connection)
    on_table = "" if schema_editor.connection.vendor == "sqlite" else " ON ledger_entry"
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {OLD}{on_table}")
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {OLD}()")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(replace_triggers, migrations.RunPython.noop)]
