"""What the API says and takes about hand-overs."""

from typing import Any

from rest_framework import serializers

from onboarding.models import HandOver
from onboarding.services.hand_over_contents import Credential
from onboarding.states import HandOverState
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class HandOverOutput(Output):
    """The release of URLs and credentials of one environment. `digest` covers what the two released."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    environment = Reference()
    customer = Reference()
    state = serializers.ChoiceField(HandOverState.choices)
    recipient = Reference()
    reason = serializers.CharField()
    digest = serializers.CharField()
    requested_by = Reference()
    requested_at = serializers.DateTimeField()
    released_by = Reference(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    revealed_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: HandOver) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"hand-overs/{row.pk}"),
            "web_url": web_url(f"hand-overs/{row.pk}/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "customer": reference("customers", row.customer_id, row.customer.name),
            "state": row.state,
            "recipient": reference("people", row.recipient_id, str(row.recipient)),
            "reason": row.reason,
            "digest": row.digest,
            "requested_by": reference("people", row.requested_by_id, str(row.requested_by)),
            "requested_at": row.requested_at,
            "released_by": maybe_person(row.released_by),
            "released_at": row.released_at,
            "expires_at": row.expires_at,
            "revealed_at": row.revealed_at,
            "acknowledged_at": row.acknowledged_at,
        }


class HandOverDetailOutput(HandOverOutput):
    """Besides: the frozen picture that was released (checklist, recipient, URLs). Never a credential."""

    frozen = serializers.DictField()

    @staticmethod
    def render(row: HandOver) -> dict[str, Any]:
        return {**HandOverOutput.render(row), "frozen": row.frozen}


class CredentialOutput(serializers.Serializer):
    product = serializers.CharField()
    url = serializers.URLField()
    user_name = serializers.CharField()
    password = serializers.CharField()


class RevealOutput(Output):
    """The credentials, in this answer and in no other."""

    credentials = CredentialOutput(many=True)

    @staticmethod
    def render(row: list[Credential]) -> dict[str, Any]:
        return {"credentials": row}


class HandOverInput(Input):
    recipient = TextInput("the recipient's id", max_length=64)
    reason = TextInput("a reason")


class RevealInput(Input):
    """`claim_key`: 32 to 128 random characters of yours. The same key gets the same answer for two minutes."""

    password = TextInput("your password", max_length=4096)
    claim_key = TextInput("a claim key")
