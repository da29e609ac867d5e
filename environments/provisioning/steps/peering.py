"""VPC peering: the provider's request, and the customer's acceptance.

AWS (VPC Peering Guide): at most one live peering between two VPCs; a request expires after 7 days; overlapping ranges are taken
and only then shown as `failed`; peering is not transitive. AWS ignores no filter, other implementations do, so matches are
compared here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import Account, CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import (
    AWS,
    CUSTOMER,
    Context,
    Drifted,
    Finding,
    Missing,
    Pending,
    Ready,
    Step,
    StepRefused,
    Wanted,
)

EXPIRES_AFTER = timedelta(days=7)
_READS_LAG = timedelta(minutes=5)
_LIVE = frozenset({"initiating-request", "pending-acceptance", "provisioning", "active"})

Peering = dict[str, Any]


def status(peering: Peering) -> str:
    return str(peering["Status"]["Code"])


def is_dead(peering: Peering) -> bool:
    return status(peering) not in _LIVE


def between(ctx: Context) -> list[Peering]:
    """Return every peering of the two VPCs that the provider's account shows, dead ones included."""
    wanted = (ctx.spec.provider_vpc_id, ctx.spec.customer_vpc_id)
    filters = [{"Name": "requester-vpc-info.vpc-id", "Values": [wanted[0]]}]
    rows = ctx.provider.pages("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections", Filters=filters)
    return [row for row in rows if (row["RequesterVpcInfo"]["VpcId"], row["AccepterVpcInfo"]["VpcId"]) == wanted]


def live(ctx: Context) -> Peering | None:
    """Return the one live peering, None without one. Raises `StepRefused` where there are several."""
    found = [row for row in between(ctx) if status(row) in _LIVE]
    if len(found) > 1:
        ids = ", ".join(sorted(row["VpcPeeringConnectionId"] for row in found))
        raise StepRefused(
            f"More than one peering connects these two VPCs: {ids}.",
            remedy="Delete the ones that are not in use, then retry this step.",
            code="several_peerings",
        )
    return found[0] if found else None


def find(account: Account, identifier: str) -> Peering | None:
    """Return the peering of this id, None where AWS does not show it (any more)."""
    try:
        answer = account.read("ec2", "describe_vpc_peering_connections", VpcPeeringConnectionIds=[identifier])
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise
    rows = answer["VpcPeeringConnections"]
    return next((row for row in rows if row["VpcPeeringConnectionId"] == identifier), None)


def ended(ctx: Context, identifier: str, code: str) -> StepRefused:
    """Return what to tell of a peering that is dead."""
    ranges = f"{ctx.spec.provider_cidr} and {', '.join(ctx.spec.customer_cidrs)}"
    told = {
        "rejected": (
            f"The customer rejected the peering {identifier}.",
            "Ask the customer why. Once that is settled, retry this step to send a new request.",
        ),
        "expired": (
            f"Nobody accepted the peering {identifier} within 7 days, so AWS let it expire.",
            "Agree on who accepts, then retry this step to send a new request.",
        ),
        "failed": (
            f"AWS could not set up the peering {identifier}: the ranges of the two VPCs overlap, or the VPC is not "
            f"in the stated account. Known ranges: {ranges}.",
            "Compare all ranges of both VPCs. Peering is impossible while any of them overlap.",
        ),
    }
    otherwise = (f"The peering {identifier} is {code}.", "Retry this step to send a new request.")
    message, remedy = told.get(code, otherwise)
    return StepRefused(message, remedy=remedy, code=f"peering_{code}")


class PeeringRequest(Collection):
    """There as soon as AWS has taken it; how it goes on is for the acceptance, which follows this one id. A rejected, expired
    or failed one is dead: the next attempt asks anew. outputs: {"peering_id": id, "requested_at": when we first
    knew of it}."""

    key = "peering_request"
    title = "Peering request"
    doing = "Requesting the VPC peering"
    done = "Requested the VPC peering"
    requires = ("provider_access", "customer_access", "vpc")
    settles = True
    provider_permissions = (
        "ec2:DescribeVpcPeeringConnections",
        "ec2:CreateVpcPeeringConnection",
        "ec2:DeleteVpcPeeringConnection",
        "ec2:CreateTags",
    )
    quotas = provider_quotas = {"vpc_peering": "vpc/L-7E9ECCDB"}

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("vpc_peering", _name(spec)),)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (
            f"Peering from {spec.provider_vpc_id} ({spec.provider_cidr}) to "
            f"{spec.customer_vpc_id or 'the new VPC'} ({', '.join(spec.customer_cidrs)}) "
            f"in account {spec.customer_account_id}",
        )

    def look(self, ctx: Context) -> Mapping[str, There]:
        peering = live(ctx)
        if peering is None:
            return {}
        ours = names.carries(peering.get("Tags"), names.tags(ctx.spec, self.key))
        return {_name(ctx.spec): There(peering["VpcPeeringConnectionId"], ours=ours)}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.provider.change(
            "ec2",
            "create_vpc_peering_connection",
            VpcId=ctx.spec.provider_vpc_id,
            PeerVpcId=ctx.spec.customer_vpc_id,
            PeerOwnerId=ctx.spec.customer_account_id,
            PeerRegion=ctx.spec.customer_region,
            TagSpecifications=names.at_create("vpc-peering-connection", names.tags(ctx.spec, self.key, wanted.name)),
        )
        made = answer["VpcPeeringConnection"]
        if status(made) not in _LIVE:
            raise ended(ctx, made["VpcPeeringConnectionId"], status(made))
        return There(made["VpcPeeringConnectionId"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.provider.change("ec2", "delete_vpc_peering_connection", VpcPeeringConnectionId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        identifier, before = there[_name(ctx.spec)].aws_id, ctx.outputs.get(self.key, {})
        same = before.get("peering_id") == identifier
        return {"peering_id": identifier, "requested_at": before["requested_at"] if same else ctx.now.isoformat()}

    def account_id(self, ctx: Context) -> str:
        return ctx.provider.account_id

    def region(self, ctx: Context) -> str:
        return ctx.provider.region


class PeeringAcceptance(Step):
    """The customer's own act: nothing here accepts on their behalf. outputs: {"peering_id": id}."""

    key = "peering_acceptance"
    title = "Peering acceptance"
    doing = "Waiting for the customer to accept the peering"
    done = "The customer accepted the peering"
    requires = ("peering_request",)
    expected = timedelta(days=1)
    waits_for = CUSTOMER
    retry_from = ("peering_request",)
    provider_permissions = ("ec2:DescribeVpcPeeringConnections",)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"The customer accepts the peering in account {spec.customer_account_id}, within 7 days",)

    def observe(self, ctx: Context) -> Finding:
        request = ctx.outputs["peering_request"]
        identifier = request["peering_id"]
        requested_at = datetime.fromisoformat(request["requested_at"])
        peering = find(ctx.provider, identifier)
        if peering is None and ctx.now - requested_at < _READS_LAG:
            return Pending(AWS, "AWS does not show the new request everywhere yet.", timedelta(seconds=1))
        if peering is None:
            raise StepRefused(
                f"The peering {identifier} is no longer there.",
                remedy="It was deleted by hand, or expired days ago. Retry this step to send a new request.",
                code="peering_gone",
            )
        code = status(peering)
        if code == "active":
            return Ready({"peering_id": identifier})
        if code in ("initiating-request", "provisioning"):
            return Pending(AWS, "AWS is setting up the peering.", timedelta(seconds=1))
        if code == "pending-acceptance":
            return self._waiting(ctx, identifier, peering.get("ExpirationTime") or requested_at + EXPIRES_AFTER)
        raise ended(ctx, identifier, code)

    def _waiting(self, ctx: Context, identifier: str, expires_at: datetime) -> Finding:
        reason = (
            f"Accept the VPC peering {identifier} in account {ctx.spec.customer_account_id}, Region "
            f"{ctx.spec.customer_region}. The request comes from account {ctx.spec.provider_account_id}."
        )
        return Pending(CUSTOMER, reason, ctx.poll_customer, give_up_at=expires_at)

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        """Only the customer can accept."""

    def remove(self, ctx: Context) -> None:
        """It goes with the request."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _name(spec: Spec) -> str:
    return f"{spec.customer_slug} {spec.environment_name}"
