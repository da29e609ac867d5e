"""What the API says and takes about plans, and about drift, which is told as a plan is."""

from typing import Any

from rest_framework import serializers

from environments.models import DriftCheck, Plan
from environments.states import REMOVING, PlanPurpose, PlanState
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url

_PURPOSES = f"Use {' or '.join(REMOVING)}"


class ChangeOutput(serializers.Serializer):
    """What would happen to one resource: create, change, keep, remove, or adopt. `differences` says in which attributes it
    differs."""

    action = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    differences = serializers.ListField(child=serializers.CharField())
    aws_id = serializers.CharField()


class FindingOutput(serializers.Serializer):
    """What would happen to one step (create, change, keep, remove, wait or blocked) and, in `changes`, to each of its
    resources.

    `waits_for` names who must act; `reason`, `code` and `remedy` say why it waits or is blocked. `looked`: AWS was asked.
    `removes`: what the step made is taken away.
    """

    step = serializers.CharField()
    title = serializers.CharField()
    action = serializers.CharField()
    details = serializers.ListField(child=serializers.CharField())
    waits_for = serializers.CharField()
    reason = serializers.CharField()
    remedy = serializers.CharField()
    code = serializers.CharField()
    outputs = serializers.DictField()
    seconds = serializers.IntegerField()
    changes = ChangeOutput(many=True)
    looked = serializers.BooleanField()
    removes = serializers.BooleanField()


class EstimateOutput(serializers.Serializer):
    """How long a plan takes, waits for people left out, and what it costs a month in US dollars. `measured_steps` were timed in
    earlier runs; `added_usd` is what is new. List prices of the day named: AWS's bill is what counts."""

    seconds = serializers.IntegerField()
    measured_steps = serializers.IntegerField()
    monthly_usd = serializers.FloatField()
    added_usd = serializers.FloatField()
    prices_as_of = serializers.DateField()


class PlanOutput(Output):
    """What a run would change, computed before anything changes. `estimate` is null until that is known. A tear-down and a
    reset take the environment away; a reset is followed by a plan that builds it anew."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    environment = Reference()
    specification = Reference()
    purpose = serializers.ChoiceField(PlanPurpose.choices)
    state = serializers.ChoiceField(PlanState.choices)
    estimate = EstimateOutput(allow_null=True)
    digest = serializers.CharField()
    requested_by = Reference(allow_null=True)
    approved_by = Reference(allow_null=True)
    created_at = serializers.DateTimeField()
    computed_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Plan) -> dict[str, Any]:
        version = f"version {row.specification.version}"
        return {
            "id": row.pk,
            "url": url(f"plans/{row.pk}"),
            "web_url": web_url(f"plans/{row.pk}/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "specification": reference("specifications", row.specification_id, version),
            "purpose": row.purpose,
            "state": row.state,
            "estimate": row.estimate or None,
            "digest": row.digest,
            "requested_by": maybe_person(row.requested_by),
            "approved_by": maybe_person(row.approved_by),
            "created_at": row.created_at,
            "computed_at": row.computed_at,
            "approved_at": row.approved_at,
        }


class PlanDetailOutput(PlanOutput):
    """Besides: what each step would do. The digest covers purpose, specification and findings; approve that digest."""

    findings = FindingOutput(many=True)

    @staticmethod
    def render(row: Plan) -> dict[str, Any]:
        return {**PlanOutput.render(row), "findings": row.findings}


class DriftCheckOutput(Output):
    """How AWS compared with the approved answers from `found_at` until another state was found, last seen so at `checked_at`.
    `findings`: the steps that differ, as in a plan; empty where nothing does."""

    id = serializers.CharField()
    web_url = serializers.URLField()
    environment = Reference()
    findings = FindingOutput(many=True)
    found_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField()

    @staticmethod
    def render(row: DriftCheck) -> dict[str, Any]:
        return {
            "id": row.pk,
            "web_url": web_url(f"environments/{row.environment_id}/drift/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "findings": row.findings,
            "found_at": row.found_at,
            "checked_at": row.checked_at,
        }


class PlanApprovalInput(Input):
    """`name` is needed where the plan takes the environment away; of production somebody else approves than asked for it."""

    digest = TextInput("the digest of the plan that you read", max_length=64)
    name = TextInput("the name of the environment", required=False, default="", max_length=60)


class AdoptionInput(Input):
    aws_id = TextInput("the AWS ID of a resource that the plan offers to adopt", max_length=255)


class TearDownInput(Input):
    """Whether the environment is taken away for good or built anew, and its name, to show that this one is meant."""

    purpose = serializers.ChoiceField(
        [(purpose.value, purpose.label) for purpose in REMOVING],
        error_messages={"required": "Enter a purpose", "null": "Enter a purpose", "invalid_choice": _PURPOSES},
    )
    name = TextInput("the name of the environment", max_length=60)
