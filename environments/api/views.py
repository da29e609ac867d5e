"""Environments and what hangs on them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors
from environments.api import plan_serializers, serializers
from environments.services import checklist, plans, stand_in
from environments.states import EnvironmentKind
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation

ENVIRONMENT = Param("environment", "Only of this environment.", kind="id")


def filtered(rows: QuerySet[Any], query: dict[str, Any], *names: str) -> QuerySet[Any]:
    """Return the rows whose fields are what the query asks for; of a repeatable parameter any value will do."""
    wanted = {name: query[name] for name in names if query[name]}
    return rows.filter(**{f"{name}__in" if isinstance(value, list) else name: value for name, value in wanted.items()})


class Environments(Endpoint):
    @operation(
        scope="environment:read",
        gives=serializers.EnvironmentOutput,
        many=True,
        params=(
            Param("customer", "Only of this customer.", kind="id"),
            Param("kind", "Only of this kind.", choices=tuple(EnvironmentKind.values), many=True),
        ),
    )
    def get(self, request: Request) -> Response:
        """List the environments you may see."""
        return self.page(filtered(selectors.environments(self.person), self.query, "customer", "kind"))


class Environment(Endpoint):
    @operation(scope="environment:read", gives=serializers.EnvironmentDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one environment."""
        return self.answer(selectors.environment(self.person, id))


class Topology(Endpoint):
    @operation(scope="environment:read", gives=serializers.TopologyOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read the environment's network as nodes and edges."""
        return self.answer(selectors.topology(selectors.environment(self.person, id)))


class EnvironmentSpecifications(Endpoint):
    @operation(scope="environment:read", gives=serializers.SpecificationOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List the environment's specifications, the newest version first."""
        environment = selectors.environment(self.person, id)
        return self.page(selectors.specifications(self.person).filter(environment=environment))


class Specification(Endpoint):
    @operation(scope="environment:read", gives=serializers.SpecificationOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one specification."""
        return self.answer(selectors.specification(self.person, id))


class EnvironmentResources(Endpoint):
    @operation(scope="environment:read", gives=serializers.ResourceOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List what exists in AWS for this environment."""
        return self.page(selectors.resources(self.person, selectors.environment(self.person, id)))


class EnvironmentAdoptions(Endpoint):
    @operation(scope="environment:read", gives=serializers.AdoptionOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List what of the customer's own is used for this environment."""
        return self.page(selectors.adoptions(self.person, selectors.environment(self.person, id)))


class EnvironmentPlans(Endpoint):
    @operation(scope="environment:read", gives=plan_serializers.PlanOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List the environment's plans."""
        return self.page(selectors.plans(self.person).filter(environment=selectors.environment(self.person, id)))

    @operation(scope="run:write", gives=plan_serializers.PlanOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have a plan made.

        It is computed by looking at AWS only. Poll the plan until it is no longer `requested`.
        """
        made = plans.request(selectors.environment(self.person, id), by=self.person)
        return self.answer(made, location=f"plans/{made.pk}")


class Verifications(Endpoint):
    @operation(scope="checklist:write", status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have AWS observed again.

        Changes nothing in AWS. `checked_at` of the checklist items says when it is done.
        """
        checklist.request_verification(selectors.environment(self.person, id), by=self.person)
        return self.answer(None, location=f"checklist-items?environment={id}")


class StandInRoles(Endpoint):
    @operation(scope="run:write", status=204)
    def post(self, request: Request, id: str) -> Response:
        """Create the provider's role as the customer's AWS account would.

        Only where a stand-in takes AWS's place; 404 on AWS itself.
        """
        stand_in.create_role(selectors.environment(self.person, id), by=self.person)
        return self.answer(None)


class StandInAcceptances(Endpoint):
    @operation(scope="run:write", status=204)
    def post(self, request: Request, id: str) -> Response:
        """Accept the peering as the customer's AWS account would.

        Only where a stand-in takes AWS's place; 404 on AWS itself.
        """
        stand_in.accept_peering(selectors.environment(self.person, id), by=self.person)
        return self.answer(None)


class StandInPublications(Endpoint):
    @operation(scope="run:write", status=204)
    def post(self, request: Request, id: str) -> Response:
        """Publish the records that mail and certificate ask for, as the customer would in their public DNS.

        Only where a stand-in takes AWS's place; 404 on AWS itself.
        """
        stand_in.publish_records(selectors.environment(self.person, id), by=self.person)
        return self.answer(None)
