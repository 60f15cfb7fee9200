from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0007_word_of_each")]

    operations = [
        migrations.AddField(
            model_name="discretiondecision", name="salt", field=models.CharField(default="", max_length=64, verbose_name="盐"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="departurerecord", name="salt", field=models.CharField(default="", max_length=64, verbose_name="盐"),
            preserve_default=False,
        ),
    ]  # fmt: skip
