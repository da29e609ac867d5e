"""What the API says and takes about onboardings, intake sections and customer actions."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from onboarding.customer_actions import CustomerAction
from onboarding.models import Onboarding
from onboarding.sections import SECTIONS, definition
from onboarding.selectors import to_find_out
from onboarding.states import SectionState, Stage
from portal.core.inputs import DayInput, Input, TextInput
from portal.core.rest import Output, Reference, reference, url, web_url


class SectionCounts(serializers.Serializer):
    """How many sections there are, and how many are how far."""

    total = serializers.IntegerField()
    answered = serializers.IntegerField()
    submitted = serializers.IntegerField()
    approved = serializers.IntegerField()
    changes_requested = serializers.IntegerField()


class OnboardingOutput(Output):
    """One project of bringing a customer live."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    reference = serializers.CharField()
    title = serializers.CharField()
    customer = Reference()
    stage = serializers.ChoiceField(Stage.choices)
    stage_since = serializers.DateTimeField()
    account_manager = Reference()
    target_on = serializers.DateField(allow_null=True)
    sections = SectionCounts()
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"onboardings/{row.pk}"),
            "web_url": web_url(f"onboardings/{row.pk}/"),
            "reference": row.reference,
            "title": row.title,
            "customer": reference("customers", row.customer_id, row.customer.name),
            "stage": row.stage,
            "stage_since": row.stage_since,
            "account_manager": reference("people", row.account_manager_id, str(row.account_manager)),
            "target_on": row.target_on,
            "sections": {
                "total": row.sections_total,
                "answered": row.sections_answered,
                "submitted": row.sections_submitted,
                "approved": row.sections_approved,
                "changes_requested": row.changes_requested,
            },
            "created_at": row.created_at,
        }


class SectionSummary(serializers.Serializer):
    """A section as its onboarding lists it."""

    id = serializers.CharField()
    url = serializers.URLField()
    label = serializers.CharField()  # type: ignore[assignment]
    key = serializers.ChoiceField([section.key for section in SECTIONS])
    state = serializers.ChoiceField(SectionState.choices)


class OwedAnswer(serializers.Serializer):
    """An answer that is said to be not known yet; `pointer` leads into its section, `who` usually knows it."""

    section = Reference()
    pointer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    who = serializers.CharField()


class OnboardingDetailOutput(OnboardingOutput):
    """Besides: its sections in their order, what is to find out for them, and the environments that came of them."""

    section_list = SectionSummary(many=True)
    to_find_out = OwedAnswer(many=True)
    environments = Reference(many=True)

    @staticmethod
    def render(row: Onboarding) -> dict[str, Any]:
        return {
            **OnboardingOutput.render(row),
            "section_list": [
                {
                    **reference("sections", section.pk, definition(section.key).title),
                    "key": section.key,
                    "state": section.state,
                }
                for section in row.sections.all()
            ],
            "to_find_out": [
                {
                    "section": reference("sections", owed.section.pk, definition(owed.section.key).title),
                    "pointer": f"/answers/{owed.pointer}",
                    "label": owed.label,
                    "who": owed.who,
                }
                for owed in to_find_out(row)
            ],
            "environments": [
                reference("environments", environment.pk, environment.name) for environment in row.environments.all()
            ],
        }


class CustomerActionOutput(Output):
    """Something only the customer can do. `url` is what it is about, `due_at` when waiting ends (null: nothing expires)."""

    kind = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    title = serializers.CharField()
    reason = serializers.CharField()
    onboarding = Reference(allow_null=True)
    environment = Reference(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: CustomerAction) -> dict[str, Any]:
        onboarding, environment = row.onboarding, row.environment
        return {
            "kind": row.kind,
            "url": url(_subject(row)),
            "web_url": web_url(reverse(row.url_name, args=row.args).lstrip("/")),
            "title": row.title,
            "reason": row.reason,
            "onboarding": reference("onboardings", onboarding.pk, onboarding.title) if onboarding else None,
            "environment": reference("environments", environment.pk, environment.name) if environment else None,
            "since": row.since,
            "due_at": row.due_at,
        }


def _subject(action: CustomerAction) -> str:
    if action.section:
        return f"sections/{action.section.pk}"
    return f"runs/{action.step.run_id}" if action.step else f"hand-overs/{action.args[0]}"


class OnboardingInput(Input):
    customer = TextInput("the customer's id", max_length=64)
    title = TextInput("a title")
    account_manager = TextInput("the account manager's id", max_length=64)
    target_on = DayInput("a day", required=False, allow_null=True, default=None)
