from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_accounts_and_verification")]

    operations = [
        migrations.AddField(
            model_name="relation", name="salt", field=models.CharField(default="", max_length=64, verbose_name="盐"),
            preserve_default=False,
        ),
    ]  # fmt: skip
