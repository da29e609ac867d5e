"""The port matrix in the API."""

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import selectors
from onboarding.api import port_serializers as serializers
from onboarding.services import ports
from portal.core.rest import Endpoint, operation


class PortMatrix(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.PortRowOutput, many=True, paged=False)
    def get(self, request: Request, id: str) -> Response:
        """List what the customer's firewall lets through, both ways, as it follows from the answers."""
        return self.whole(ports.matrix(selectors.onboarding(self.person, id)))


class PortOpenings(Endpoint):
    @operation(
        scope="checklist:write",
        takes=serializers.PortOpeningInput,
        gives=serializers.PortRowOutput,
        many=True,
        paged=False,
    )
    def post(self, request: Request, id: str) -> Response:
        """Say which rows of the port matrix are opened in the firewall, or are not after all."""
        onboarding = selectors.onboarding(self.person, id)
        given = self.given
        return self.whole(ports.set_opened(onboarding, keys=given["rows"], opened=given["opened"], by=self.person))
