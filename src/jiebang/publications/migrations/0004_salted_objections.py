from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publications", "0003_what_an_objection_is_against")]

    operations = [
        migrations.AddField(
            model_name="objection", name="salt", field=models.CharField(default="", max_length=64, verbose_name="盐"),
            preserve_default=False,
        ),
    ]  # fmt: skip
