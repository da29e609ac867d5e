"""The link to the data centre: the router's configuration, the milestones of a line, and the tunnels of the stand-in."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors
from environments.api import data_centre_serializers as serializers
from environments.services import milestones, stand_in, vpn_configurations
from portal.core.rest import Endpoint, operation


class ConfigurationReveals(Endpoint):
    @operation(
        scope="handover:write",
        takes=serializers.ConfigurationInput,
        gives=serializers.ConfigurationOutput,
        unrepeatable=True,
    )
    def post(self, request: Request, id: str) -> Response:
        """Reveal the configuration of the VPN router to somebody who gives their password.

        It holds the keys of both tunnels. Each reveal is on record; an Idempotency-Key is not kept here.
        """
        environment = selectors.environment(self.person, id)
        return self.answer(vpn_configurations.reveal(environment, **self.given, by=self.person))


class Milestones(Endpoint):
    @operation(scope="environment:read", gives=serializers.MilestoneOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List the milestones of the Direct Connect line that were reached, the latest first."""
        environment = selectors.environment(self.person, id)
        return self.page(environment.milestones.select_related("recorded_by"))

    @operation(scope="checklist:write", takes=serializers.MilestoneInput, gives=serializers.MilestoneOutput, status=201)
    def post(self, request: Request, id: str) -> Response:
        """Record that the next milestone was reached. A run that waits for it looks at once."""
        environment = selectors.environment(self.person, id)
        made = milestones.record(environment, **self.given, by=self.person)
        return self.answer(made, location=f"environments/{id}/milestones")


class Milestone(Endpoint):
    @operation(scope="checklist:write", status=204)
    def delete(self, request: Request, id: str, key: str) -> Response:
        """Take the latest milestone back: it was recorded in error."""
        milestones.take_back(selectors.environment(self.person, id), key, by=self.person)
        return self.answer(None)


class StandInTunnels(Endpoint):
    @operation(scope="run:write", status=204)
    def post(self, request: Request, id: str) -> Response:
        """Bring both VPN tunnels up as the customer's router would.

        Only where a stand-in takes AWS's place; 404 on AWS itself.
        """
        stand_in.bring_tunnels_up(selectors.environment(self.person, id), by=self.person)
        return self.answer(None)
