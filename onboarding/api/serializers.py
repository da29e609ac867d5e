"""What the API says and takes about onboardings and intake sections."""

from typing import Any

from rest_framework import serializers

from environments.states import Owner
from onboarding import portfolio
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
    """One project of bringing a customer live. `due_at` is when the next thing runs out, and `due_for` what that is.
    `waiting_on` is the party whose turn it is, and `waiting_for` the sentence that says what for; both are empty where it is
    nobody's."""

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
    due_at = serializers.DateTimeField(allow_null=True)
    due_for = serializers.CharField(allow_blank=True)
    waiting_on = serializers.ChoiceField(Owner.choices, allow_blank=True)
    waiting_for = serializers.CharField(allow_blank=True)
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
            "due_at": row.due_at,
            "due_for": row.due_for,
            "waiting_on": row.waiting_on,
            "waiting_for": _waiting_for(row),
            "sections": {
                "total": row.sections_total,
                "answered": row.sections_answered,
                "submitted": row.sections_submitted,
                "approved": row.sections_approved,
                "changes_requested": row.changes_requested,
            },
            "created_at": row.created_at,
        }


def say_whose_turn(rows: list[Any]) -> None:
    """Give these onboardings the sentence of whom each waits for, by one statement."""
    turns, _ = portfolio.turns_and_days([row.pk for row in rows])
    for row in rows:
        row.waiting_for = turns[row.pk].sentence if row.pk in turns else ""


def _waiting_for(row: Any) -> str:
    """Return the sentence of a row of a list, which has it, or of a single one, for which it is read now."""
    if not hasattr(row, "waiting_for"):
        say_whose_turn([row])
    return str(row.waiting_for)


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


class OnboardingInput(Input):
    customer = TextInput("the customer's id", max_length=64)
    title = TextInput("a title")
    account_manager = TextInput("the account manager's id", max_length=64)
    target_on = DayInput("a day", required=False, allow_null=True, default=None)
