from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="review", name="salt", field=models.CharField(default="", max_length=64, verbose_name="盐"),
            preserve_default=False,
        ),
    ]  # fmt: skip
