from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("environments", "0001_initial")]

    operations = [
        migrations.AddField("environment", "check_requested_at", models.DateTimeField(blank=True, null=True)),
    ]
