"""What the API says and takes about the portfolio."""

from typing import Any

from rest_framework import serializers

from onboarding.reports.models import SavedView
from onboarding.services.assignments import Outcome
from portal.core.inputs import FlagInput, Input, TextInput, TextsInput
from portal.core.rest import Output, Reference, reference, url, web_url


class AssignmentInput(Input):
    """Whose these onboardings become."""

    account_manager = TextInput("the new account manager's id", max_length=64)
    onboardings = TextsInput("the ids of the onboardings")


class RefusedAssignment(serializers.Serializer):
    """An onboarding that stays with whom it is, and why."""

    onboarding = Reference()
    code = serializers.CharField()
    message = serializers.CharField()


class AssignmentOutput(Output):
    """What became of each onboarding: `unchanged` were that person's already."""

    account_manager = Reference()
    assigned = Reference(many=True)
    unchanged = Reference(many=True)
    refused = RefusedAssignment(many=True)

    @staticmethod
    def render(row: Outcome) -> dict[str, Any]:
        return {
            "account_manager": reference("people", row.account_manager.pk, str(row.account_manager)),
            "assigned": [_onboarding(one) for one in row.assigned],
            "unchanged": [_onboarding(one) for one in row.unchanged],
            "refused": [
                {"onboarding": _onboarding(one.onboarding), "code": one.code, "message": one.message}
                for one in row.refused
            ],
        }


def _onboarding(row: Any) -> dict[str, str]:
    return reference("onboardings", row.pk, row.reference)


class SavedViewInput(Input):
    """A view of the portfolio. `query` is the query string of its page, such as `stage=review&waiting=provider`."""

    name = TextInput("a name", max_length=200)
    query = TextInput("the query string of the portfolio", max_length=1000, required=False, default="")
    shared = FlagInput("whether everybody at the provider has it", required=False, default=False)


class SavedViewChangeInput(Input):
    """What shall be other than it is."""

    name = TextInput("a name", max_length=200, required=False)
    shared = FlagInput("whether everybody at the provider has it", required=False)


class SavedViewOutput(Output):
    """A view of the portfolio under a name: filters, not onboardings."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    name = serializers.CharField()
    query = serializers.CharField()
    shared = serializers.BooleanField()
    owner = Reference()
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: SavedView) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"portfolio-views/{row.pk}"),
            "web_url": web_url(f"onboardings/?{row.query}" if row.query else "onboardings/"),
            "name": row.name,
            "query": row.query,
            "shared": row.shared,
            "owner": reference("people", row.owner_id, str(row.owner)),
            "created_at": row.created_at,
        }
