from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0005_proposal")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="makes",
            field=models.JSONField(default=list, verbose_name="随之设立的事项"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="asked",
            field=models.JSONField(default=dict, verbose_name="所依据的裁量的摘要"),
        ),
    ]
