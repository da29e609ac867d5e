from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """The onboardings that stand already say at once whose turn it is."""
    parts = apps.get_model("clocks", "ClockPart").objects
    going = parts.filter(clock__onboarding=OuterRef("pk"), clock__kind="onboarding", ended_at__isnull=True)
    waiting = apps.get_model("onboarding", "Onboarding").objects.exclude(stage__in=("live", "cancelled"))
    waiting.filter(clocks__parts__ended_at__isnull=True, clocks__kind="onboarding").update(
        waiting_on=Subquery(going.values("owner")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0003_calendars"),
        ("onboarding", "0009_whose_turn"),
        ("reports", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
