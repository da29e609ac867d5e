"""Test alerts of an environment."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors as environments
from environments.alerts import selectors
from environments.alerts.api.serializers import TestAlertOutput
from environments.alerts.services import sending
from portal.core.rest import Endpoint, operation


class TestAlerts(Endpoint):
    @operation(scope="environment:read", gives=TestAlertOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List the environment's test alerts, the newest first."""
        return self.page(selectors.of_environment(self.person, environments.environment(self.person, id)))

    @operation(scope="checklist:write", gives=TestAlertOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have a test alert sent to everybody who gets this environment's alerts.

        It replaces one that nobody confirmed yet. List the test alerts until it is no longer `queued`; somebody who gets it
        confirms by its link. 409 where the environment has no alert topic; 429 after five within an hour.
        """
        made = sending.send(environments.environment(self.person, id), by=self.person)
        return self.answer(made, location=f"environments/{id}/test-alerts")
