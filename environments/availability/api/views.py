"""How available an environment was."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors as environments
from environments.availability import selectors
from environments.availability.api.serializers import AvailabilityOutput
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation

DAYS = Param("days", "Of the last so many days; 30 where it is not given.", choices=("30", "90", "365"))


class Availability(Endpoint):
    @operation(scope="environment:read", gives=AvailabilityOutput, params=(DAYS,))
    def get(self, request: Request, id: str) -> Response:
        """Read the environment's availability: the target, and what was measured beside it."""
        environment = environments.environment(self.person, id)
        return self.answer(selectors.of_environment(environment, int(self.query["days"] or selectors.USUAL_DAYS)))
