"""Hand-overs: requested, released by a second person, revealed once, acknowledged."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors as environments
from environments.api.views import ENVIRONMENT, filtered
from onboarding import selectors
from onboarding.api import hand_over_serializers as serializers
from onboarding.services import hand_overs
from onboarding.states import HandOverState
from portal.accounts import selectors as accounts
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation, referred


class HandOvers(Endpoint):
    @operation(
        scope="handover:read",
        gives=serializers.HandOverOutput,
        many=True,
        params=(ENVIRONMENT, Param("state", "Only in this state.", choices=tuple(HandOverState.values), many=True)),
    )
    def get(self, request: Request) -> Response:
        """List hand-overs."""
        return self.page(filtered(selectors.hand_overs(self.person), self.query, "environment", "state"))


class EnvironmentHandOvers(Endpoint):
    @operation(
        scope="handover:write", takes=serializers.HandOverInput, gives=serializers.HandOverDetailOutput, status=201
    )
    def post(self, request: Request, id: str) -> Response:
        """Ask a release approver to release this environment to a recipient."""
        made = hand_overs.request(
            environments.environment(self.person, id),
            recipient=referred(
                lambda: accounts.person(self.person, self.given["recipient"]), pointer="recipient", what="person"
            ),
            reason=self.given["reason"],
            by=self.person,
        )
        return self.answer(made, location=f"hand-overs/{made.pk}")


class HandOver(Endpoint):
    @operation(scope="handover:read", gives=serializers.HandOverDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one hand-over. Nothing is revealed by reading."""
        return self.answer(selectors.hand_over(self.person, id))


class Releases(Endpoint):
    @operation(scope="handover:write", gives=serializers.HandOverDetailOutput)
    def post(self, request: Request, id: str) -> Response:
        """Release what somebody else requested: the credentials are made and sealed."""
        hand_overs.release(selectors.hand_over(self.person, id), by=self.person)
        return self.answer(selectors.hand_over(self.person, id))


class HandOverWithdrawals(Endpoint):
    @operation(scope="handover:write", gives=serializers.HandOverDetailOutput)
    def post(self, request: Request, id: str) -> Response:
        """Stop a hand-over and destroy what is sealed."""
        hand_overs.withdraw(selectors.hand_over(self.person, id), by=self.person)
        return self.answer(selectors.hand_over(self.person, id))


class Reveals(Endpoint):
    @operation(scope="handover:write", takes=serializers.RevealInput, gives=serializers.RevealOutput, unrepeatable=True)
    def post(self, request: Request, id: str) -> Response:
        """Reveal the credentials, once, to their recipient, who gives their password.

        An Idempotency-Key is not kept here: the claim key gets the same answer again for two minutes.
        """
        hand_over = selectors.hand_over(self.person, id)
        return self.answer(hand_overs.reveal(hand_over, **self.given, by=self.person))


class Acknowledgements(Endpoint):
    @operation(scope="handover:write", gives=serializers.HandOverDetailOutput)
    def post(self, request: Request, id: str) -> Response:
        """Say that the credentials are stored: the sealed copy is destroyed, the environment is live."""
        hand_overs.acknowledge(selectors.hand_over(self.person, id), by=self.person)
        return self.answer(selectors.hand_over(self.person, id))
