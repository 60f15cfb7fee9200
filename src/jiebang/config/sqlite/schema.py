"""How tables are made and rebuilt on SQLite."""

from typing import Any

from django.db.backends.sqlite3 import schema
from django.db.models import CompositePrimaryKey, Model


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's, with two differences: keyed tables without hidden row numbers, and rebuilds that keep triggers."""

    def table_sql(self, model: type[Model]) -> tuple[str, list[Any]]:
        """CREATE TABLE for `model`; one with a composite key is stored by that key alone.

        Otherwise SQLite gives it a hidden row number, too, and `INSERT OR REPLACE` naming the number of an existing
        row removes that row without firing any trigger against deletion.
        """
        sql, parameters = super().table_sql(model)
        if isinstance(model._meta.pk, CompositePrimaryKey):  # noqa: SLF001
            sql += " WITHOUT ROWID"
        return sql, list(parameters)

    def _remake_table(self, model: type[Model], *args: Any, **kwargs: Any) -> None:
        # Dropping the old table would drop its triggers, and triggers elsewhere that mention it would make
        # renaming the new one fail. All of it is one transaction, so there is no moment without them.
        triggers = self.connection.cursor().execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        )
        kept = triggers.fetchall()
        for name, _ in kept:
            self.execute(f"DROP TRIGGER {self.quote_name(name)}")
        super()._remake_table(model, *args, **kwargs)  # type: ignore[misc]  # not in the type stubs
        for _, sql in kept:
            self.execute(sql, params=None)
