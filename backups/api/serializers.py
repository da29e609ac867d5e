"""What the API says about backups."""

from typing import Any

from rest_framework import serializers

from backups.models import BackupPolicy
from portal.core.rest import Output, Reference, reference, url, web_url


class BackupPolicyOutput(Output):
    """What is backed up, how often, where to. RPO and RTO are what a drill measured; null means not drilled yet."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    environment = Reference()
    frequency = serializers.ChoiceField(BackupPolicy.Frequency.choices)
    disaster_recovery = serializers.BooleanField()
    dr_region = serializers.CharField()
    archive_to_glacier = serializers.BooleanField()
    measured_rpo_seconds = serializers.IntegerField(allow_null=True)
    measured_rto_seconds = serializers.IntegerField(allow_null=True)
    updated_at = serializers.DateTimeField()

    @staticmethod
    def render(row: BackupPolicy) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"backup-policies/{row.pk}"),
            "web_url": web_url(f"environments/{row.environment_id}/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "frequency": row.frequency,
            "disaster_recovery": row.disaster_recovery,
            "dr_region": row.dr_region,
            "archive_to_glacier": row.archive_to_glacier,
            "measured_rpo_seconds": row.measured_rpo_seconds,
            "measured_rto_seconds": row.measured_rto_seconds,
            "updated_at": row.updated_at,
        }
