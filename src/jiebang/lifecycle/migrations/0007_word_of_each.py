import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0006_proposal_makes_and_asks"), ("organisations", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="factentry",
            name="organisation",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="organisations.organisation", verbose_name="谁说的",
            ),
        ),
        migrations.RemoveConstraint(model_name="factentry", name="one_current_value"),
        migrations.AddConstraint(
            model_name="factentry",
            constraint=models.UniqueConstraint(
                fields=["subject", "name"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=True),
                name="one_current_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="factentry",
            constraint=models.UniqueConstraint(
                fields=["subject", "name", "organisation"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=False),
                name="one_current_word_each",
            ),
        ),
    ]  # fmt: skip
