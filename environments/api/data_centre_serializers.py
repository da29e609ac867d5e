"""What the API says and takes about the link to the data centre."""

from typing import Any

from rest_framework import serializers

from environments.models import Milestone
from environments.provisioning.steps import direct_connect
from environments.services.vpn_configurations import Configuration
from portal.core.inputs import DayInput, Input, TextInput
from portal.core.rest import Output, Reference, maybe_person


class MilestoneOutput(Output):
    """A milestone of the Direct Connect line that was reached: when, what proves it, and who recorded it."""

    key = serializers.CharField()
    title = serializers.CharField()
    done_on = serializers.DateField()
    evidence = serializers.CharField()
    note = serializers.CharField()
    recorded_by = Reference()
    recorded_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Milestone) -> dict[str, Any]:
        known = direct_connect.BY_KEY.get(row.key)
        return {
            "key": row.key,
            "title": known.title if known else row.key,
            "done_on": row.done_on,
            "evidence": row.evidence,
            "note": row.note,
            "recorded_by": maybe_person(row.recorded_by),
            "recorded_at": row.recorded_at,
        }


class MilestoneInput(Input):
    """The next milestone: they are recorded in their order."""

    key = TextInput("the milestone's key", max_length=40)
    done_on = DayInput("the day on which it was reached")
    evidence = TextInput("what proves it", max_length=500)
    note = TextInput("a note", max_length=500, required=False, default="")


class ConfigurationOutput(Output):
    """The configuration of the router, with the keys of both tunnels. `is_sample`: a stand-in for AWS made it."""

    router = serializers.CharField()
    file_name = serializers.CharField()
    text = serializers.CharField()
    is_sample = serializers.BooleanField()

    @staticmethod
    def render(row: Configuration) -> dict[str, Any]:
        return {"router": row.router, "file_name": row.file_name, "text": row.text, "is_sample": row.is_sample}


class ConfigurationInput(Input):
    password = TextInput("your password", max_length=4096)
