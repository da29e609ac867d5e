"""What waits for the customer, what became of it, and the two things that people do about it."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments.api.views import ENVIRONMENT, filtered
from onboarding.actions import selectors
from onboarding.actions.api import serializers
from onboarding.actions.kinds import KINDS
from onboarding.actions.services import acts
from onboarding.actions.states import ActionState
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation

_FILTERS = (
    ENVIRONMENT,
    Param("onboarding", "Only of this onboarding.", kind="id"),
    Param(
        "state",
        "Only in this state; unless told, what waits for the customer now.",
        choices=tuple(ActionState.values),
        many=True,
    ),
    Param("kind", "Only of this kind.", choices=tuple(kind.key for kind in KINDS), many=True),
)


class CustomerActions(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CustomerActionOutput, many=True, params=_FILTERS)
    def get(self, request: Request) -> Response:
        """List what only the customer can do, the newest first.

        Without `state`, that is what waits for them now: what they have done, and AWS is still at, is left out.
        """
        rows = selectors.actions if self.query["state"] else selectors.asked
        return self.page(filtered(rows(self.person), self.query, "environment", "onboarding", "state", "kind"))


class CustomerAction(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CustomerActionDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one with why and how, its reminders, and the requests before and after it."""
        return self.answer(selectors.action(self.person, id))


class Observations(Endpoint):
    @operation(scope="checklist:write", gives=serializers.CustomerActionDetailOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have what this is about looked at now. At most once within 15 seconds."""
        acts.look_now(selectors.action(self.person, id), by=self.person)
        return self.answer(selectors.action(self.person, id), location=f"customer-actions/{id}")


class NewRequests(Endpoint):
    @operation(scope="run:write", gives=serializers.CustomerActionDetailOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have a new request sent in the place of one that ended.

        However often this is called, by however many, one new request is sent; `asked_again` says who was first.
        """
        acts.ask_again(selectors.action(self.person, id), by=self.person)
        return self.answer(selectors.action(self.person, id), location=f"customer-actions/{id}")
