"""What the API says and takes about service requests, what can be asked for, and who answers for what."""

from typing import Any

from rest_framework import serializers

from onboarding.requests.catalogue import Kind, kinds
from onboarding.requests.models import ServiceRequest
from onboarding.requests.responsibilities import Line
from onboarding.requests.states import Coverage, Party, RequestState
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url

_TEXT = 10_000
"""Characters that are read at all; the service says what is too long."""


class ServiceRequestOutput(Output):
    """Something that a customer asks for. `coverage` says who does it, `reason` why it is outside the managed service or not
    done, `answer` what was done."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    customer = Reference()
    onboarding = Reference(allow_null=True)
    environment = Reference(allow_null=True)
    kind = serializers.ChoiceField([kind.key for kind in kinds()])
    title = serializers.CharField()
    details = serializers.CharField()
    coverage = serializers.ChoiceField(Coverage.choices)
    state = serializers.ChoiceField(RequestState.choices)
    reason = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    owner = Reference(allow_null=True)
    asked_by = Reference()
    asked_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: ServiceRequest) -> dict[str, Any]:
        environment, onboarding = row.environment, row.onboarding
        return {
            "id": row.pk,
            "url": url(f"service-requests/{row.pk}"),
            "web_url": web_url(f"requests/{row.pk}/"),
            "customer": reference("customers", row.customer_id, row.customer.name),
            "onboarding": reference("onboardings", onboarding.pk, onboarding.reference) if onboarding else None,
            "environment": reference("environments", environment.pk, environment.name) if environment else None,
            "kind": row.kind,
            "title": row.title,
            "details": row.details,
            "coverage": row.coverage,
            "state": row.state,
            "reason": row.reason,
            "answer": row.answer,
            "owner": maybe_person(row.owner),
            "asked_by": maybe_person(row.asked_by),
            "asked_at": row.asked_at,
            "changed_at": row.changed_at,
            "ended_at": row.ended_at,
        }


class ServiceRequestInput(Input):
    """`environment` is needed where the kind says so."""

    customer = TextInput("the customer's id")
    kind = TextInput("what you ask for")
    details = TextInput("what we need to know", max_length=_TEXT)
    environment = TextInput("the environment's id", required=False, default="")


class OwnerInput(Input):
    """Who does it; left out, you."""

    owner = TextInput("the person's id", required=False, default="")


class AnswerInput(Input):
    answer = TextInput("what was done", max_length=_TEXT)


class RequestReasonInput(Input):
    reason = TextInput("why", max_length=_TEXT)


class RequestKindOutput(Output):
    """One thing to ask for: who does it, why, and about which environment. `decision` names what both sides have to have on
    record before the work starts."""

    key = serializers.CharField()
    area = serializers.CharField()
    title = serializers.CharField()
    what = serializers.CharField()
    coverage = serializers.ChoiceField(Coverage.choices)
    why = serializers.CharField()
    environment = serializers.ChoiceField(["none", "any", "production", "non_production"])
    ask = serializers.CharField()
    takes = serializers.CharField(allow_blank=True)
    decision = serializers.CharField(allow_blank=True)
    at_hand_over = serializers.BooleanField()

    @staticmethod
    def render(row: Kind) -> dict[str, Any]:
        return {
            "key": row.key,
            "area": row.area,
            "title": row.title,
            "what": row.what,
            "coverage": row.coverage,
            "why": row.why,
            "environment": row.environment,
            "ask": row.ask,
            "takes": row.takes,
            "decision": row.decision,
            "at_hand_over": row.hand_over,
        }


class ResponsibilityOutput(Output):
    """One thing that somebody answers for, in production and in the other environments. `request` is the kind by which it is
    asked for, empty where nobody has to ask."""

    key = serializers.CharField()
    area = serializers.CharField()
    what = serializers.CharField()
    production = serializers.ChoiceField(Party.choices)
    non_production = serializers.ChoiceField(Party.choices)
    note = serializers.CharField(allow_blank=True)
    request = serializers.CharField(allow_blank=True)

    @staticmethod
    def render(row: Line) -> dict[str, Any]:
        return {
            "key": row.key,
            "area": row.area,
            "what": row.what,
            "production": row.production.value,
            "non_production": row.non_production.value,
            "note": row.note,
            "request": row.request,
        }
