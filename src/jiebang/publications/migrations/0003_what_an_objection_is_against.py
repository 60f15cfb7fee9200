import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0007_word_of_each"),
        ("publications", "0002_objection_number_within_its_notice"),
    ]

    operations = [
        migrations.AddField(
            model_name="objection",
            name="against",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="lifecycle.subject", verbose_name="针对",
            ),
        ),
    ]  # fmt: skip
