"""Onboardings, intake sections and their review."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from environments.api.views import filtered
from environments.states import Owner
from onboarding import selectors
from onboarding.api import section_serializers, serializers
from onboarding.portfolio import DUE, Filters
from onboarding.sections import SECTIONS, definition
from onboarding.services import onboardings, sections, suggestions
from onboarding.states import SectionState, Stage
from portal.accounts import selectors as accounts
from portal.core.queries import Param
from portal.core.rest import ANY_TOKEN, Endpoint, operation, referred


def _prepare(rows: list[Any]) -> None:
    selectors.count_sections(rows)
    serializers.say_whose_turn(rows)


class Onboardings(Endpoint):
    @operation(
        scope="onboarding:read",
        gives=serializers.OnboardingOutput,
        many=True,
        params=(
            Param("customer", "Only of this customer.", kind="id"),
            Param("stage", "Only in this stage.", choices=tuple(Stage.values), many=True),
            Param("account_manager", "Only of this account manager.", kind="id"),
            Param("waiting", "Only where it is the turn of this party.", choices=tuple(Owner.values)),
            Param("due", "Only where something runs out so soon.", choices=tuple(key for key, _ in DUE)),
            Param("q", "Only with these words: reference, title, customer, environment, account or VPC ID."),
        ),
    )
    def get(self, request: Request) -> Response:
        """List the onboardings you may see, with the filters of the portfolio."""
        rows = filtered(selectors.listed_onboardings(self.person), self.query, "customer", "stage", "account_manager")
        asked = self.query
        chosen = Filters(q=asked["q"] or "", waiting=asked["waiting"] or "", due=asked["due"] or "")
        return self.page(chosen.applied(rows), prepare=_prepare)

    @operation(
        scope="onboarding:write",
        takes=serializers.OnboardingInput,
        gives=serializers.OnboardingDetailOutput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Open an onboarding with its empty sections."""
        given = self.given
        made = onboardings.open(
            referred(lambda: accounts.customer(self.person, given["customer"]), pointer="customer", what="customer"),
            title=given["title"],
            account_manager=referred(
                lambda: accounts.person(self.person, given["account_manager"]),
                pointer="account_manager",
                what="person",
            ),
            target_on=given["target_on"],
            by=self.person,
        )
        return self.answer(selectors.onboarding(self.person, made.pk), location=f"onboardings/{made.pk}")


class Onboarding(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.OnboardingDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one onboarding."""
        return self.answer(selectors.onboarding(self.person, id))


class OnboardingSubmissions(Endpoint):
    @operation(
        scope="intake:write", takes=section_serializers.SubmissionInput, gives=serializers.OnboardingDetailOutput
    )
    def post(self, request: Request, id: str) -> Response:
        """Submit every section that is not with the reviewers yet, or none.

        What is suggested can be taken over in the same act: name the sections with the digest of their suggestions.

        A refusal names the problems of all; their pointers begin with the section's key.
        """
        onboarding, given = selectors.onboarding(self.person, id), self.given
        suggestions.accept_and_submit(
            onboarding, digests=given["suggestions"], by=self.person, ready_only=given["ready_only"]
        )
        return self.answer(selectors.onboarding(self.person, id))


class OnboardingCancellations(Endpoint):
    @operation(scope="onboarding:write", gives=serializers.OnboardingDetailOutput)
    def post(self, request: Request, id: str) -> Response:
        """Cancel an onboarding. What stands in AWS stays."""
        onboardings.cancel(selectors.onboarding(self.person, id), by=self.person)
        return self.answer(selectors.onboarding(self.person, id))


class Sections(Endpoint):
    @operation(
        scope="onboarding:read",
        gives=section_serializers.SectionOutput,
        many=True,
        params=(
            Param("onboarding", "Only of this onboarding.", kind="id"),
            Param("key", "Only with this key.", choices=tuple(section.key for section in SECTIONS), many=True),
            Param("state", "Only in this state.", choices=tuple(SectionState.values), many=True),
        ),
    )
    def get(self, request: Request) -> Response:
        """List intake sections. `?state=submitted` is what waits for review."""
        rows = selectors.sections(self.person).defer("answers").prefetch_related(None)
        return self.page(filtered(rows, self.query, "onboarding", "key", "state"))


class SectionEndpoint(Endpoint):
    """One section. Where its service judges answers, `problems_below` has its pointers begin at `answers`."""

    def shown(self, id: str) -> Response:
        """Answer the section as it is stored now."""
        found = selectors.section_by_id(self.person, id)
        return self.answer(found, tag=found.revision)


class Section(SectionEndpoint):
    @operation(scope="onboarding:read", gives=section_serializers.SectionDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one section with its answers and what stands against submitting them."""
        return self.shown(id)

    @operation(
        scope="intake:write",
        takes=section_serializers.SectionInput,
        gives=section_serializers.SectionDetailOutput,
        guarded=True,
    )
    def patch(self, request: Request, id: str) -> Response:
        """Save the answers as a draft.

        An answer that breaks a rule is kept as sent and named in `problems`; a value of the wrong type is refused.
        """
        found = selectors.section_by_id(self.person, id)
        self.problems_below = "answers"
        sections.save(found, answers=self.given["answers"], revision=self.revision, by=self.person)
        return self.shown(id)


class Submissions(SectionEndpoint):
    @operation(scope="intake:write", gives=section_serializers.SectionDetailOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Submit the section for review. A refusal names every problem."""
        self.problems_below = "answers"
        sections.submit(selectors.section_by_id(self.person, id), revision=self.revision, by=self.person)
        return self.shown(id)


class Withdrawals(SectionEndpoint):
    @operation(scope="intake:write", gives=section_serializers.SectionDetailOutput)
    def post(self, request: Request, id: str) -> Response:
        """Take a submitted section back, to change it before anybody judged it."""
        sections.withdraw(selectors.section_by_id(self.person, id), by=self.person)
        return self.shown(id)


class IntakeSections(Endpoint):
    @operation(scope=ANY_TOKEN, gives=section_serializers.IntakeSectionOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """List what the intake asks, in its order. One page always."""
        return self.whole(list(SECTIONS))


class IntakeSection(Endpoint):
    @operation(scope=ANY_TOKEN, gives=section_serializers.IntakeSectionOutput)
    def get(self, request: Request, key: str) -> Response:
        """Read what one section asks."""
        return self.answer(definition(key))
