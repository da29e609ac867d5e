"""Service requests, what can be asked for, and who answers for what."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors as environments
from environments.api.views import filtered
from onboarding.conversation import selectors as conversation
from onboarding.conversation import subjects
from onboarding.conversation.api.serializers import CommentOutput, RequestCommentInput
from onboarding.conversation.api.views import CommentsEndpoint
from onboarding.requests import catalogue, responsibilities, selectors
from onboarding.requests.api import serializers
from onboarding.requests.models import ServiceRequest as RequestRow
from onboarding.requests.services import asking, working
from onboarding.requests.states import Coverage, RequestState
from portal.accounts import selectors as accounts
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation, referred


class ServiceRequests(Endpoint):
    @operation(
        scope="onboarding:read",
        gives=serializers.ServiceRequestOutput,
        many=True,
        params=(
            Param("customer", "Only of this customer.", kind="id"),
            Param("environment", "Only about this environment.", kind="id"),
            Param("onboarding", "Only of this onboarding.", kind="id"),
            Param("state", "Only in this state.", choices=tuple(RequestState.values), many=True),
            Param("coverage", "Only what this side does.", choices=tuple(Coverage.values)),
        ),
    )
    def get(self, request: Request) -> Response:
        """List what was asked for."""
        rows = selectors.requests(self.person)
        return self.page(filtered(rows, self.query, "customer", "environment", "onboarding", "state", "coverage"))

    @operation(
        scope="request:write",
        takes=serializers.ServiceRequestInput,
        gives=serializers.ServiceRequestOutput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Ask for something. What is outside the managed service is routed to Support at once, with the reason."""
        given = self.given
        made = asking.ask(
            referred(lambda: accounts.customer(self.person, given["customer"]), pointer="customer", what="customer"),
            kind=given["kind"],
            details=given["details"],
            environment=referred(
                lambda: environments.environment(self.person, given["environment"]),
                pointer="environment",
                what="environment",
            )
            if given["environment"]
            else None,
            by=self.person,
        )
        return self.answer(selectors.request(self.person, made.pk), location=f"service-requests/{made.pk}")


class ServiceRequest(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.ServiceRequestOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one request."""
        return self.answer(selectors.request(self.person, id))


class _Act(Endpoint):
    def done(self, id: str, act: Callable[..., RequestRow], **said: Any) -> Response:
        act(selectors.request(self.person, id), by=self.person, **said)
        return self.answer(selectors.request(self.person, id))


class Assignments(_Act):
    @operation(scope="request:write", takes=serializers.OwnerInput, gives=serializers.ServiceRequestOutput)
    def post(self, request: Request, id: str) -> Response:
        """Take a request, or give it to a colleague. 409 while a decision that it needs is not on record."""
        owner = self.given["owner"]
        chosen = (
            referred(lambda: accounts.person(self.person, owner), pointer="owner", what="person") if owner else None
        )
        return self.done(id, working.take, owner=chosen)


class Completions(_Act):
    @operation(scope="request:write", takes=serializers.AnswerInput, gives=serializers.ServiceRequestOutput)
    def post(self, request: Request, id: str) -> Response:
        """Say that it is done, and what was done."""
        return self.done(id, working.finish, answer=self.given["answer"])


class RequestRefusals(_Act):
    @operation(scope="request:write", takes=serializers.RequestReasonInput, gives=serializers.ServiceRequestOutput)
    def post(self, request: Request, id: str) -> Response:
        """Decline a request, and say why."""
        return self.done(id, working.decline, reason=self.given["reason"])


class Routings(_Act):
    @operation(scope="request:write", takes=serializers.RequestReasonInput, gives=serializers.ServiceRequestOutput)
    def post(self, request: Request, id: str) -> Response:
        """Route a request to Support, and say why it is outside the managed service."""
        return self.done(id, working.route, reason=self.given["reason"])


class RequestWithdrawals(_Act):
    @operation(scope="request:write", gives=serializers.ServiceRequestOutput)
    def post(self, request: Request, id: str) -> Response:
        """Withdraw a request that nobody finished yet."""
        return self.done(id, asking.withdraw)


class RequestComments(CommentsEndpoint):
    @operation(scope="onboarding:read", gives=CommentOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List what is said about a request."""
        subject = subjects.of_request(selectors.request(self.person, id))
        return self.page(conversation.comments_about(self.person, subject))

    @operation(scope="conversation:write", takes=RequestCommentInput, gives=CommentOutput, status=201)
    def post(self, request: Request, id: str) -> Response:
        """Say something about a request."""
        return self.posted(subjects.of_request(selectors.request(self.person, id)))


class RequestKinds(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.RequestKindOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """List what can be asked for, and who does it. One page always."""
        return self.whole(list(catalogue.kinds()))


class Responsibilities(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.ResponsibilityOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """List who answers for what. One page always."""
        return self.whole(list(responsibilities.lines()))
