"""Routes through the peering, on both sides, in every route table of the VPC.

A route that already leads elsewhere is never replaced: somebody's traffic uses it. A route carries no tag, so it is ours only
where it leads through a peering of ours: it is replaced where that peering is dead, and removed where an earlier run made it
to a range that is no longer wanted.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import at_once
from environments.provisioning.ports import Account, CallFailed, Failure, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import (
    CHANGE,
    CREATE,
    REMOVE,
    Change,
    Context,
    Drifted,
    Finding,
    Missing,
    Ready,
    Step,
    StepRefused,
    Wanted,
)
from environments.provisioning.steps import peering as peerings

Table = Mapping[str, Any]
Route = Mapping[str, Any]
Place = tuple[str, str]
"""A route table and a destination range."""

_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
)


_TOLD = {
    CREATE: "Route table {table} has no route to {cidr}",
    CHANGE: "Route table {table} sends {cidr} through an earlier peering of ours, which is gone",
    REMOVE: "Route table {table} still has our route to {cidr}, which is no longer wanted",
}


def _target(route: Route) -> str:
    return next((str(route[key]) for key in _TARGETS if route.get(key)), "nowhere")


def _by_place(tables: Sequence[Table]) -> dict[Place, Route]:
    """Return the routes to ranges of IPv4; we make no others."""
    return {
        (table["RouteTableId"], route["DestinationCidrBlock"]): route
        for table in tables
        for route in table["Routes"]
        if route.get("DestinationCidrBlock")
    }


class _Routes(Step):
    """The route tables are looked at once, and what is missing in them is made. outputs: {"route_tables": [ids],
    "destinations": [ranges], "peering_id": id}; from the last two a later run knows which routes are ours."""

    expected = timedelta(seconds=5)
    starts_unseen = True
    side: str

    @abstractmethod
    def account(self, ctx: Context) -> Account:
        """Return the account whose route tables these are."""

    @abstractmethod
    def vpc_id(self, spec: Spec) -> str:
        """Return the VPC whose route tables these are."""

    @abstractmethod
    def destinations(self, spec: Spec) -> Sequence[str]:
        """Return the ranges that lie on the other side."""

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("route", f"{cidr} in every route table") for cidr in self.destinations(spec)]

    def planned(self, spec: Spec) -> tuple[str, ...]:
        where = self.vpc_id(spec) or "the new VPC"
        return tuple(
            f"Route {cidr} through the peering in every route table of {where}" for cidr in self.destinations(spec)
        )

    def observe(self, ctx: Context) -> Finding:
        tables = self._tables(ctx)
        to_do = self._to_do(ctx, tables)
        if not to_do:
            return self._ready(ctx, tables)
        if list(to_do.values()) == [CREATE] * len(list(self._places(ctx, tables))):
            return Missing()
        told = tuple(_TOLD[action].format(table=table, cidr=cidr) for (table, cidr), action in to_do.items())
        changes = tuple(Change(action, "route", f"{cidr} in {table}") for (table, cidr), action in to_do.items())
        return Drifted(told, changes, {"tables": tables})

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding:
        tables = found.there["tables"] if isinstance(found, Drifted) else self._tables(ctx)
        acts = {CREATE: self._create, CHANGE: self._replace, REMOVE: self._delete}
        at_once(lambda one: acts[one[1]](ctx, one[0]), self._to_do(ctx, tables).items())
        return self._ready(ctx, tables)

    def observe_removal(self, ctx: Context) -> Finding:
        standing = tuple(self._standing(ctx))
        return Drifted(tuple(f"{cidr} in {table} is still there" for table, cidr in standing)) if standing else Ready()

    def remove(self, ctx: Context) -> None:
        at_once(lambda place: self._delete(ctx, place), self._standing(ctx))

    def _ready(self, ctx: Context, tables: Sequence[Table]) -> Ready:
        account, peering = self.account(ctx), self._peering(ctx)
        seen = tuple(
            Seen(
                "route",
                f"{cidr} in {table}",
                f"{table}/{cidr}",
                account.account_id,
                account.region,
                {"target": peering},
            )
            for table, cidr in self._places(ctx, tables)
        )
        outputs = {
            "route_tables": [table["RouteTableId"] for table in tables],
            "destinations": list(self.destinations(ctx.spec)),
            "peering_id": peering,
        }
        return Ready(outputs, seen)

    def _peering(self, ctx: Context) -> str:
        """Return the peering that the routes lead through, empty where none was ever accepted."""
        return str(ctx.outputs.get("peering_acceptance", {}).get("peering_id", ""))

    def _tables(self, ctx: Context) -> list[Table]:
        vpc_id = self.vpc_id(ctx.spec)
        found = self._shown(ctx)
        if not found:
            raise StepRefused(
                f"The VPC {vpc_id} has no route table in account {self.account(ctx).account_id}.",
                remedy="Check that the VPC still exists in the stated Region, then retry this step.",
                code="no_route_table",
            )
        return found

    def _shown(self, ctx: Context) -> list[Table]:
        """Return the route tables of the VPC; none where there is no VPC (any more)."""
        vpc_id = self.vpc_id(ctx.spec)
        filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
        describe = ("ec2", "describe_route_tables", "RouteTables")
        rows = self.account(ctx).pages(*describe, Filters=filters) if vpc_id else []
        return [row for row in rows if row["VpcId"] == vpc_id]

    def _places(self, ctx: Context, tables: Sequence[Table]) -> Iterator[Place]:
        """Yield every place where a route is wanted."""
        return ((table["RouteTableId"], cidr) for table in tables for cidr in self.destinations(ctx.spec))

    def _to_do(self, ctx: Context, tables: Sequence[Table]) -> dict[Place, str]:
        """Return what is to be done, by place. Raises `StepRefused` where a route of somebody else leads elsewhere."""
        peering, known = self._peering(ctx), _by_place(tables)
        wanted = list(self._places(ctx, tables))
        to_do = {place: CREATE for place in wanted if place not in known}
        for place in (place for place in wanted if place in known and _target(known[place]) != peering):
            if not self._is_left_over(ctx, known[place]):
                raise self._taken(*place, _target(known[place]))
            to_do[place] = CHANGE
        before = self._before(ctx).get("destinations", ())
        leaving = {place for place in known if place not in wanted and place[1] in before}
        ours = {peering, self._before(ctx).get("peering_id")} - {"", None}
        return to_do | {place: REMOVE for place in sorted(leaving) if _target(known[place]) in ours}

    def _before(self, ctx: Context) -> Mapping[str, Any]:
        """Return what this step gave when it was last ready, in an earlier run."""
        return ctx.outputs.get(self.key, {})

    def _is_left_over(self, ctx: Context, route: Route) -> bool:
        """Return whether a route leads through an earlier peering of this environment that is dead.

        AWS shows a dead peering, with our tags, for some hours; later its id proves it, if an earlier run told it.
        """
        identifier = route.get("VpcPeeringConnectionId")
        if not identifier:
            return False
        peering = peerings.find(ctx.provider, identifier)
        if peering is None:
            return bool(identifier == self._before(ctx).get("peering_id"))
        mark = names.tags(ctx.spec, peerings.PeeringRequest.key)
        return names.carries(peering.get("Tags"), mark) and peerings.is_dead(peering)

    def _standing(self, ctx: Context) -> Iterator[Place]:
        """Yield where a route leads through the peering or the one before it, be the peering itself there or gone."""
        ours = {self._peering(ctx), self._before(ctx).get("peering_id")} - {"", None}
        for place, route in _by_place(self._shown(ctx)).items() if ours else ():
            if _target(route) in ours:
                yield place

    def _taken(self, table: str, cidr: str, target: str) -> StepRefused:
        return StepRefused(
            f"Route table {table} of the {self.side} already sends {cidr} to {target}. We never replace a route we did "
            "not make.",
            remedy=f"Ask the {self.side}'s network team whether that route is still needed. Once it is removed, retry "
            "this step; what stands already stays.",
            code="route_taken",
        )

    def _create(self, ctx: Context, place: Place) -> None:
        self._lead(ctx, "create_route", place)

    def _replace(self, ctx: Context, place: Place) -> None:
        self._lead(ctx, "replace_route", place)

    def _lead(self, ctx: Context, operation: str, place: Place) -> None:
        table, cidr = place
        self.account(ctx).change(
            "ec2",
            operation,
            RouteTableId=table,
            DestinationCidrBlock=cidr,
            VpcPeeringConnectionId=self._peering(ctx),
        )

    def _delete(self, ctx: Context, place: Place) -> None:
        table, cidr = place
        try:
            self.account(ctx).change("ec2", "delete_route", RouteTableId=table, DestinationCidrBlock=cidr)
        except CallFailed as failed:
            if failed.failure != Failure.MISSING:
                raise


_QUOTAS = {"route": "vpc/L-93826ACB"}
_ACTIONS = ("ec2:DescribeRouteTables", "ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute")
_LOOKS_UP = "ec2:DescribeVpcPeeringConnections"
"""In the provider's account: what became of the peering that a route leads through."""


class ProviderRoutes(_Routes):
    key = "provider_routes"
    title = "Routes in the provider's VPC"
    doing = "Adding routes in the provider's VPC"
    done = "Added routes in the provider's VPC"
    requires = ("peering_acceptance",)
    provider_permissions = (*_ACTIONS, _LOOKS_UP)
    provider_quotas = _QUOTAS
    side = "provider"

    def account(self, ctx: Context) -> Account:
        return ctx.provider

    def vpc_id(self, spec: Spec) -> str:
        return spec.provider_vpc_id

    def destinations(self, spec: Spec) -> Sequence[str]:
        return spec.customer_cidrs


class CustomerRoutes(_Routes):
    key = "customer_routes"
    title = "Routes in the customer's VPC"
    doing = "Adding routes in the customer's VPC"
    done = "Added routes in the customer's VPC"
    requires = ("peering_acceptance", "route_tables")
    permissions = _ACTIONS
    provider_permissions = (_LOOKS_UP,)
    quotas = _QUOTAS
    side = "customer"

    def account(self, ctx: Context) -> Account:
        return ctx.customer

    def vpc_id(self, spec: Spec) -> str:
        return spec.customer_vpc_id

    def destinations(self, spec: Spec) -> Sequence[str]:
        return (spec.provider_cidr,)
