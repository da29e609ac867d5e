"""Routes through the peering, on both sides, in every route table of the VPC.

A route that already leads elsewhere is never replaced: somebody's traffic uses it.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning.collection import at_once
from environments.provisioning.ports import Account, CallFailed, Failure, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import (
    CREATE,
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

Table = Mapping[str, Any]
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


def _target(route: Mapping[str, Any]) -> str:
    return next((str(route[key]) for key in _TARGETS if route.get(key)), "nowhere")


class _Routes(Step):
    """The route tables are looked at once, and what is missing in them is made. outputs: {"route_tables": [ids]}."""

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
        missing = self._missing(ctx, tables)
        if not missing:
            return self._ready(ctx, tables)
        if len(missing) == len(list(self._places(ctx, tables))):
            return Missing()
        told = tuple(f"Route table {table} has no route to {cidr}" for table, cidr in missing)
        changes = tuple(Change(CREATE, "route", f"{cidr} in {table}") for table, cidr in missing)
        return Drifted(told, changes, {"tables": tables})

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding:
        tables = found.there["tables"] if isinstance(found, Drifted) else self._tables(ctx)
        at_once(lambda place: self._create(ctx, place), self._missing(ctx, tables))
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
        return Ready({"route_tables": [table["RouteTableId"] for table in tables]}, seen)

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

    def _missing(self, ctx: Context, tables: Sequence[Table]) -> list[Place]:
        """Return where a route is missing. Raises `StepRefused` where one leads elsewhere."""
        peering = self._peering(ctx)
        known = {
            (table["RouteTableId"], route.get("DestinationCidrBlock")): _target(route)
            for table in tables
            for route in table["Routes"]
        }
        for table, cidr in self._places(ctx, tables):
            if known.get((table, cidr), peering) != peering:
                raise self._taken(table, cidr, known[table, cidr])
        return [place for place in self._places(ctx, tables) if place not in known]

    def _standing(self, ctx: Context) -> Iterator[Place]:
        """Yield where a route leads through the peering, be the peering itself there or gone."""
        peering = self._peering(ctx)
        for table in self._shown(ctx) if peering else ():
            for route in table["Routes"]:
                if _target(route) == peering:
                    yield table["RouteTableId"], route["DestinationCidrBlock"]

    def _taken(self, table: str, cidr: str, target: str) -> StepRefused:
        return StepRefused(
            f"Route table {table} of the {self.side} already sends {cidr} to {target}. We never replace a route we did "
            "not make.",
            remedy=f"Ask the {self.side}'s network team whether that route is still needed. Once it is removed, retry "
            "this step; what stands already stays.",
            code="route_taken",
        )

    def _create(self, ctx: Context, place: Place) -> None:
        table, cidr = place
        self.account(ctx).change(
            "ec2",
            "create_route",
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


_ACTIONS = ("ec2:DescribeRouteTables", "ec2:CreateRoute", "ec2:DeleteRoute")


class ProviderRoutes(_Routes):
    key = "provider_routes"
    title = "Routes in the provider's VPC"
    doing = "Adding routes in the provider's VPC"
    done = "Added routes in the provider's VPC"
    requires = ("peering_acceptance",)
    provider_permissions = _ACTIONS
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
    side = "customer"

    def account(self, ctx: Context) -> Account:
        return ctx.customer

    def vpc_id(self, spec: Spec) -> str:
        return spec.customer_vpc_id

    def destinations(self, spec: Spec) -> Sequence[str]:
        return (spec.provider_cidr,)
