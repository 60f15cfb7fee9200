from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.deletion import PROTECT

from jiebang.ledger.fields import InstantField
from jiebang.ledger.triggers import install_triggers


def guard_tables(_: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Install the triggers with the tables, so that no later step of the same migrate finds them unguarded."""
    install_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="键")),
                ("head_sequence", models.BigIntegerField(default=0, verbose_name="最后一条的序号")),
                (
                    "head_hash",
                    models.CharField(default="0" * 64, max_length=64, verbose_name="最后一条的哈希"),
                ),
            ],
            options={"verbose_name": "账本链", "verbose_name_plural": "账本链"},
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "chain", "sequence", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.BigIntegerField(verbose_name="序号")),
                ("at", InstantField(verbose_name="时间")),
                ("kind", models.CharField(max_length=100, verbose_name="类别")),
                ("body", models.TextField(verbose_name="内容")),
                ("previous_hash", models.CharField(max_length=64, verbose_name="上一条的哈希")),
                ("hash", models.CharField(max_length=64, verbose_name="哈希")),
                ("algorithm", models.CharField(default="sha-256", max_length=20, verbose_name="哈希算法")),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="entries",
                        to="ledger.chain",
                        verbose_name="链",
                    ),
                ),
            ],
            options={"verbose_name": "账本条目", "verbose_name_plural": "账本条目"},
        ),
        migrations.RunPython(guard_tables, migrations.RunPython.noop),
    ]
