"""Reviews: a reviewer's draft, finishing it, reopening what is approved, and what a review asks for."""

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import review_selectors, selectors
from onboarding.api import review_serializers as serializers
from onboarding.api.section_serializers import SectionDetailOutput
from onboarding.api.views import SectionEndpoint
from onboarding.services import reopenings, review_drafts, review_policies, reviews
from portal.accounts import rules as roles
from portal.core.errors import Forbidden
from portal.core.rest import Endpoint, operation


class ReviewDraft(SectionEndpoint):
    @operation(scope="review:write", gives=serializers.ReviewDraftOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read your review of a section before you finish it: what is judged, what stands from before, who else is at it."""
        return self._own(id)

    @operation(
        scope="review:write", takes=serializers.ReviewDraftInput, gives=serializers.ReviewDraftOutput, guarded=True
    )
    def put(self, request: Request, id: str) -> Response:
        """Keep your judgements as a draft. Nothing takes effect, and the customer sees nothing."""
        found = selectors.section_by_id(self.person, id)
        self.problems_below = "answers"
        review_drafts.save(found, self.given["judgements"], revision=self.revision, by=self.person)
        return self._own(id)

    def _own(self, id: str) -> Response:
        section = selectors.section_by_id(self.person, id)
        return self.answer(review_selectors.review(self.person, section), tag=section.revision)


class Reviews(SectionEndpoint):
    @operation(scope="review:write", takes=serializers.ReviewInput, gives=SectionDetailOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Finish your review: all of it takes effect at once. Never of your own answers.

        With every answer approved the section is approved, by as many reviewers as its policy asks for; with the last section
        the specifications are frozen and a plan is requested for every environment. Otherwise the customer changes the
        answers concerned, and no others.
        """
        found = selectors.section_by_id(self.person, id)
        self.problems_below = "answers"
        reviews.finish(found, revision=self.revision, by=self.person, **self.given)
        return self.shown(id)


class Approvals(SectionEndpoint):
    @operation(scope="review:write", gives=SectionDetailOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Approve every answer as you read it: a whole review in one call."""
        reviews.approve(selectors.section_by_id(self.person, id), revision=self.revision, by=self.person)
        return self.shown(id)


class ChangeRequests(SectionEndpoint):
    @operation(scope="review:write", takes=serializers.ChangeRequestInput, gives=SectionDetailOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Have answers changed, with one reason: those named, or all of the section. An approved section can be reopened."""
        found = selectors.section_by_id(self.person, id)
        answers = serializers.places(self.given["answers"])
        reviews.request_changes(
            found, revision=self.revision, reason=self.given["reason"], by=self.person, answers=answers
        )
        return self.shown(id)


class Reopenings(SectionEndpoint):
    @operation(scope="intake:write", takes=serializers.ReopeningInput, gives=SectionDetailOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Open approved answers to change them, with the reason. Their approval is void."""
        found = selectors.section_by_id(self.person, id)
        answers = serializers.places(self.given["answers"])
        reopenings.reopen(found, answers=answers, reason=self.given["reason"], revision=self.revision, by=self.person)
        return self.shown(id)


class PolicyEndpoint(Endpoint):
    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if not roles.is_provider(self.person):
            raise Forbidden("What a review asks for is the provider's own matter.")


class ReviewPolicies(PolicyEndpoint):
    @operation(scope="onboarding:read", gives=serializers.ReviewPolicyOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """List what is asked before each kind of section is approved, in the order of the intake. One page always."""
        return self.whole(review_policies.all_in_order())


class ReviewPolicy(PolicyEndpoint):
    @operation(scope="onboarding:read", gives=serializers.ReviewPolicyOutput)
    def get(self, request: Request, key: str) -> Response:
        """Read what is asked before one kind of section is approved."""
        return self.answer(review_policies.of(key))

    @operation(scope="review:write", takes=serializers.ReviewPolicyInput, gives=serializers.ReviewPolicyOutput)
    def put(self, request: Request, key: str) -> Response:
        """Set how many different reviewers approve, and the written condition under which the portal does it by itself."""
        review_policies.change(key, by=self.person, **self.given)
        return self.answer(review_policies.of(key))
