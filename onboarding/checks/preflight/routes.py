"""The route tables have room for the way to the provider, and do not lead there otherwise already."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from environments.catalogue.limits import ROUTES_PER_TABLE
from environments.provisioning import quotas
from environments.provisioning.ports import Account, CallFailed, Failure
from onboarding.checks.preflight.words import counted
from portal.probes.outcome import Outcome, Verdict

_QUOTA = "vpc/L-93826ACB"
"""Routes per route table, in the Service Quotas console."""

_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
)
"""Where a route may lead, peerings excepted: one of these to the provider is ours."""

Route = Mapping[str, Any]


def lead_to_the_hub(account: Account, vpc_id: str, hub: str) -> Outcome:
    """`hub`: the range of the provider's VPC."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = account.pages("ec2", "describe_route_tables", "RouteTables", Filters=filters)
    tables = {row["RouteTableId"]: row.get("Routes", []) for row in rows if row["VpcId"] == vpc_id}
    for table, routes in tables.items():
        for route in routes:
            if _is_of(route, hub) and (target := _target(route)):
                return Outcome(
                    Verdict.FAILED,
                    f"Route table {table} leads {route['DestinationCidrBlock']} to {target} already, where {hub} is the "
                    "provider's VPC.",
                    "Ask who uses this route. Remove it, or tell your account manager: it is never replaced by ours.",
                    {"table": table, "target": target},
                )
    fullest = max((_static(routes) for routes in tables.values()), default=0)
    facts = {"tables": len(tables), "routes_in_the_fullest": fullest}
    limit = _limit(account) if fullest >= ROUTES_PER_TABLE else ROUTES_PER_TABLE
    if fullest >= limit:
        return Outcome(
            Verdict.WARNING,
            f"One route table has {fullest} routes, and a table holds {limit} in {account.region}.",
            "Ask AWS to raise “Routes per route table” under Service Quotas, or merge routes.",
            facts,
        )
    return Outcome(Verdict.OK, f"{counted(len(tables), 'route table')}, with room for the way to {hub}.", facts=facts)


def _limit(account: Account) -> int:
    """Return how many routes a table of this account holds: AWS's default where it does not say."""
    try:
        return quotas.limit(account, _QUOTA)
    except CallFailed as failed:
        if failed.failure == Failure.RETRYABLE:
            raise
        return ROUTES_PER_TABLE


def _is_of(route: Route, hub: str) -> bool:
    """Return whether the route wins for an address of the hub: one to all the world, or to a wider range, does not."""
    block = route.get("DestinationCidrBlock")
    return bool(block) and ip_network(block).subnet_of(ip_network(hub))  # type: ignore[arg-type]


def _target(route: Route) -> str:
    return next((str(route[key]) for key in _TARGETS if route.get(key)), "")


def _static(routes: list[Route]) -> int:
    return sum(route.get("Origin") != "EnableVgwRoutePropagation" for route in routes)
