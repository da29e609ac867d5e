"""What the API says of availability."""

from typing import Any

from rest_framework import serializers

from environments.availability.selectors import Measured
from environments.availability.states import Health
from portal.core.rest import Output, Reference, reference

MOST_SPANS = 500


class HealthSpanOutput(serializers.Serializer):
    state = serializers.ChoiceField(choices=Health.choices)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()


class ProblemOfReadingOutput(serializers.Serializer):
    """Why the latest reading of the alarms failed."""

    message = serializers.CharField()
    remedy = serializers.CharField()
    at = serializers.DateTimeField()


class AvailabilityOutput(Output):
    """The target, and what was measured beside it from `since` to `until`; both are null where nothing was read of that time.

    `measured_percent` is the time up of the time that is known, rounded down; null where nothing is known. `counts_from`: the
    hand-over, or before that the first health alarm. `spans` are the latest 500, the oldest of them first. `is_monitored` is
    false of non-production, which has no target. `simulated` says what is not real where a stand-in takes AWS's place.
    """

    environment = Reference()
    is_monitored = serializers.BooleanField()
    target_percent = serializers.FloatField(allow_null=True)
    measured_percent = serializers.FloatField(allow_null=True)
    is_missed = serializers.BooleanField()
    counts_from = serializers.DateTimeField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    up_seconds = serializers.IntegerField()
    down_seconds = serializers.IntegerField()
    unknown_seconds = serializers.IntegerField()
    spans = HealthSpanOutput(many=True)
    problem = ProblemOfReadingOutput(allow_null=True)
    simulated = serializers.CharField(allow_blank=True)

    @staticmethod
    def render(row: Measured) -> dict[str, Any]:
        return {
            "environment": reference("environments", row.environment.pk, str(row.environment)),
            "is_monitored": row.is_monitored,
            "target_percent": None if row.target is None else float(row.target),
            "measured_percent": None if row.percent is None else float(row.percent),
            "is_missed": row.is_missed,
            "counts_from": row.counts_from,
            "since": row.since,
            "until": row.until,
            "up_seconds": round(row.sum.up.total_seconds()),
            "down_seconds": round(row.sum.down.total_seconds()),
            "unknown_seconds": round(row.sum.unknown.total_seconds()),
            "spans": [
                {"state": span.state, "started_at": span.start, "ended_at": span.end}
                for span in row.spans[-MOST_SPANS:]
            ],
            "problem": (row.watch.failure or None) if row.watch else None,
            "simulated": row.simulated,
        }
