"""Routes through the peering, on both sides, in every route table of the VPC.

A route that already leads elsewhere is never replaced: somebody's traffic uses it.
"""

from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Account, CallFailed, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, Step, StepRefused

Wanted = tuple[str, str]
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


def _target(route: dict[str, Any]) -> str:
    return next((str(route[key]) for key in _TARGETS if route.get(key)), "nowhere")


class _Routes(Step):
    requires = ("peering_acceptance",)
    expected = timedelta(seconds=5)
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

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return tuple(
            f"Route {cidr} through the peering in every route table of {self.vpc_id(spec)}"
            for cidr in self.destinations(spec)
        )

    def observe(self, ctx: Context) -> Finding:
        tables = self._tables(ctx)
        missing = self._missing(ctx, tables)
        if missing:
            return (
                Missing() if len(missing) == len(tables) * len(self.destinations(ctx.spec)) else self._partly(missing)
            )
        return Ready({"route_tables": [table["RouteTableId"] for table in tables]}, tuple(self._seen(ctx, tables)))

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        missing = self._missing(ctx, self._tables(ctx))
        with ThreadPoolExecutor(max(1, min(8, len(missing)))) as pool:
            list(pool.map(lambda wanted: self._create(ctx, wanted), missing))

    def remove(self, ctx: Context) -> None:
        peering = ctx.outputs["peering_acceptance"]["peering_id"]
        for table in self._tables(ctx):
            for route in table["Routes"]:
                if route.get("VpcPeeringConnectionId") == peering:
                    self.account(ctx).change(
                        "ec2",
                        "delete_route",
                        RouteTableId=table["RouteTableId"],
                        DestinationCidrBlock=route["DestinationCidrBlock"],
                    )

    def _tables(self, ctx: Context) -> list[dict[str, Any]]:
        vpc_id = self.vpc_id(ctx.spec)
        filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
        rows = self.account(ctx).pages("ec2", "describe_route_tables", "RouteTables", Filters=filters)
        found = [row for row in rows if row["VpcId"] == vpc_id]
        if not found:
            raise StepRefused(
                f"The VPC {vpc_id} has no route table in account {self.account(ctx).account_id}.",
                remedy="Check that the VPC still exists in the stated Region, then retry this step.",
                code="no_route_table",
            )
        return found

    def _missing(self, ctx: Context, tables: list[dict[str, Any]]) -> list[Wanted]:
        """Return the routes that are not there. Raises `StepRefused` where one leads elsewhere."""
        peering = ctx.outputs["peering_acceptance"]["peering_id"]
        missing = []
        for table in tables:
            targets = {route.get("DestinationCidrBlock"): _target(route) for route in table["Routes"]}
            for cidr in self.destinations(ctx.spec):
                if cidr not in targets:
                    missing.append((table["RouteTableId"], cidr))
                elif targets[cidr] != peering:
                    raise self._taken(table["RouteTableId"], cidr, targets[cidr])
        return missing

    def _taken(self, table: str, cidr: str, target: str) -> StepRefused:
        return StepRefused(
            f"Route table {table} of the {self.side} already sends {cidr} to {target}. We never replace a route we did "
            "not make.",
            remedy=f"Ask the {self.side}'s network team whether that route is still needed. Once it is removed, retry "
            "this step; what stands already stays.",
            code="route_taken",
        )

    def _partly(self, missing: list[Wanted]) -> Drifted:
        return Drifted(tuple(f"Route table {table} has no route to {cidr}" for table, cidr in missing))

    def _create(self, ctx: Context, wanted: Wanted) -> None:
        table, cidr = wanted
        try:
            self.account(ctx).change(
                "ec2",
                "create_route",
                RouteTableId=table,
                DestinationCidrBlock=cidr,
                VpcPeeringConnectionId=ctx.outputs["peering_acceptance"]["peering_id"],
            )
        except CallFailed as failed:
            # It is there and was not shown yet; the next look tells whether it is ours.
            if failed.code != "RouteAlreadyExists":
                raise

    def _seen(self, ctx: Context, tables: list[dict[str, Any]]) -> list[Seen]:
        account = self.account(ctx)
        peering = ctx.outputs["peering_acceptance"]["peering_id"]
        return [
            Seen(
                "route",
                f"{cidr} in {table['RouteTableId']}",
                f"{table['RouteTableId']}/{cidr}",
                account.account_id,
                account.region,
                {"target": peering},
            )
            for table in tables
            for cidr in self.destinations(ctx.spec)
        ]


class ProviderRoutes(_Routes):
    key = "provider_routes"
    title = "Routes in the provider's VPC"
    doing = "Adding routes in the provider's VPC"
    done = "Added routes in the provider's VPC"
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
    side = "customer"

    def account(self, ctx: Context) -> Account:
        return ctx.customer

    def vpc_id(self, spec: Spec) -> str:
        return spec.customer_vpc_id

    def destinations(self, spec: Spec) -> Sequence[str]:
        return (spec.provider_cidr,)
