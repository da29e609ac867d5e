"""What is suggested for open questions, and taking it over."""

from typing import Any

from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import selectors, suggesting
from onboarding.api import serializers
from onboarding.api.section_serializers import DigestsInput
from onboarding.sections.suggestions import Filled
from onboarding.services import suggestions
from portal.core.inputs import Input
from portal.core.rest import Endpoint, Output, operation


class SuggestionOutput(fields.Serializer):
    """One answer that is suggested; `pointer` leads into its section's answers."""

    pointer = fields.CharField()
    label = fields.CharField()  # type: ignore[assignment]
    value = fields.JSONField()
    because = fields.CharField()


class SectionSuggestionsOutput(Output):
    """What is suggested for the open questions of one section. `digest` stands for all of it."""

    section = fields.CharField()
    digest = fields.CharField()
    suggestions = SuggestionOutput(many=True)

    @staticmethod
    def render(row: tuple[str, Filled]) -> dict[str, Any]:
        key, filled = row
        return {
            "section": key,
            "digest": suggesting.digest(filled),
            "suggestions": [
                {
                    "pointer": f"/answers/{one.pointer}",
                    "label": one.label,
                    "value": one.value,
                    "because": one.because,
                }
                for one in filled.suggestions
            ],
        }


class AcceptanceInput(Input):
    """The sections whose suggestions fit, each with the digest of what was shown."""

    sections = DigestsInput("the sections, each with its digest")


class Suggestions(Endpoint):
    @operation(scope="onboarding:read", gives=SectionSuggestionsOutput, many=True, paged=False)
    def get(self, request: Request, id: str) -> Response:
        """List what is suggested for open questions, by section; sections without any are left out. One page always.

        A suggestion is no answer until somebody takes it over.
        """
        onboarding = selectors.onboarding(self.person, id)
        filled = suggesting.of(onboarding, onboarding.sections.all())
        return self.whole([(key, section) for key, section in filled.items() if section.suggestions])


class SuggestionAcceptances(Endpoint):
    @operation(scope="intake:write", takes=AcceptanceInput, gives=serializers.OnboardingDetailOutput)
    def post(self, request: Request, id: str) -> Response:
        """Take over what is suggested: it is answered then, in drafts. Refused where something else is suggested by now."""
        onboarding = selectors.onboarding(self.person, id)
        suggestions.accept(onboarding, digests=self.given["sections"], by=self.person)
        return self.answer(selectors.onboarding(self.person, id))
