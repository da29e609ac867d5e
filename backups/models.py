"""What protects an environment."""

from django.db import models

from environments.models import Environment
from portal.accounts.models import TenantModel
from portal.core.ids import PrefixedIdField


class BackupPolicy(TenantModel):
    """What is backed up, how often, and whether to another region: from the approved answers.

    Non-production environments have none (row S41). `rpo`/`rto` are what a drill measured; empty means not drilled yet.
    """

    class Frequency(models.TextChoices):
        DAILY = "daily", "Daily"
        TWICE_DAILY = "twice_daily", "Twice a day"
        HOURLY = "hourly", "Hourly"

    id = PrefixedIdField("bkp")
    environment = models.OneToOneField(Environment, on_delete=models.PROTECT, related_name="backup_policy")
    frequency = models.CharField(max_length=16, choices=Frequency.choices, default=Frequency.DAILY)
    disaster_recovery = models.BooleanField(default=False)
    dr_region = models.CharField(max_length=20, blank=True)
    archive_to_glacier = models.BooleanField(default=False)
    measured_rpo_seconds = models.PositiveIntegerField(null=True, blank=True)
    measured_rto_seconds = models.PositiveIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(disaster_recovery=False) | ~models.Q(dr_region=""), name="dr_names_its_region"
            )
        ]

    def __str__(self) -> str:
        return f"backup policy of {self.environment}"
