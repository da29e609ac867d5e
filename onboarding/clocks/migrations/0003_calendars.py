"""The two calendars that every portal begins with."""

from django.conf import settings
from django.db import migrations

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def seed(apps, schema_editor):
    calendars = apps.get_model("clocks", "WorkingCalendar").objects
    calendars.get_or_create(
        key="around_the_clock",
        defaults={
            "name": "Around the clock",
            "time_zone": settings.PROVIDER_TIME_ZONE,
            "hours": {day: [["00:00", "24:00"]] for day in _DAYS},
            "for_finish": True,
        },
    )
    calendars.get_or_create(
        key="working_days",
        defaults={
            "name": "Working days",
            "time_zone": settings.PROVIDER_TIME_ZONE,
            "hours": {day: [["09:00", "17:00"]] for day in _DAYS[:5]},
        },
    )


class Migration(migrations.Migration):

    dependencies = [
        ('clocks', '0002_finish_clocks'),
    ]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
