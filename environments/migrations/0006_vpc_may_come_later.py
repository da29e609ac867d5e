from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("environments", "0005_secrets_and_milestones")]

    operations = [
        migrations.RemoveConstraint(model_name="environment", name="environment_vpc_once"),
        migrations.AlterField(
            model_name="environment",
            name="vpc_id",
            field=models.CharField(blank=True, default="", max_length=25),
        ),
        migrations.AddConstraint(
            model_name="environment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("vpc_id", ""), _negated=True),
                fields=("customer", "vpc_id"),
                name="environment_vpc_once",
            ),
        ),
    ]
