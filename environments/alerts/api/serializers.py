"""What the API says about test alerts."""

from typing import Any

from rest_framework import serializers

from environments.alerts.models import TestAlert
from environments.alerts.states import AlertState
from portal.core.rest import Output, Reference, maybe_person, reference, web_url


class AlertFailureOutput(serializers.Serializer):
    """What went wrong, and what to do about it."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class TestAlertOutput(Output):
    """A message to the topic that the environment's alarms tell. `recipients`: whom it was sent to; `confirmed_name` and
    `confirmed_address`: who somebody with its link said they are; `simulated`: what is not real about it, empty on AWS."""

    id = serializers.CharField()
    web_url = serializers.URLField()
    environment = Reference()
    state = serializers.ChoiceField(AlertState.choices)
    topic = serializers.CharField()
    recipients = serializers.ListField(child=serializers.CharField())
    requested_by = Reference()
    requested_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirmed_name = serializers.CharField(allow_blank=True)
    confirmed_address = serializers.CharField(allow_blank=True)
    failure = AlertFailureOutput(allow_null=True)
    simulated = serializers.CharField(allow_blank=True)

    @staticmethod
    def render(row: TestAlert) -> dict[str, Any]:
        return {
            "id": row.pk,
            "web_url": web_url(f"environments/{row.environment_id}/checklist/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "state": row.state,
            "topic": row.topic,
            "recipients": sorted(row.recipients),
            "requested_by": maybe_person(row.requested_by),
            "requested_at": row.requested_at,
            "sent_at": row.sent_at,
            "expires_at": row.expires_at,
            "confirmed_at": row.confirmed_at,
            "confirmed_name": row.confirmed_name,
            "confirmed_address": row.confirmed_address,
            "failure": row.failure or None,
            "simulated": row.simulated,
        }
