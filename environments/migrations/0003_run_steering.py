import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

_STATES = [
    ("queued", "Queued"),
    ("running", "Running"),
    ("waiting", "Waiting"),
    ("paused", "Paused"),
    ("failed", "Stopped at a step"),
    ("cancelled", "Cancelled"),
    ("finished", "Finished"),
]
_ACTIVE = ["queued", "running", "waiting", "paused", "failed"]


class Migration(migrations.Migration):
    """A run can be paused, and still is the one of its environment; it can stop as a whole."""

    dependencies = [
        ("environments", "0002_check_requested"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("run", "paused_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "run",
            "paused_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("run", "pause_note", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("run", "error", models.JSONField(default=dict)),
        migrations.AlterField("run", "state", models.CharField(choices=_STATES, default="queued", max_length=16)),
        migrations.RemoveConstraint("run", "one_active_run_per_environment"),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                condition=Q(state__in=_ACTIVE), fields=["environment"], name="one_active_run_per_environment"
            ),
        ),
    ]
