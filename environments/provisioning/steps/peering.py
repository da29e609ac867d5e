"""VPC peering: the provider's request, and the customer's acceptance.

AWS (VPC Peering Guide): at most one live peering between two VPCs; a request expires after 7 days; overlapping ranges are taken
and only then shown as `failed`; peering is not transitive. AWS ignores no filter, other implementations do, so matches are
compared here.
"""

from datetime import datetime, timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.ports import CallFailed, Failure, Seen
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
)

EXPIRES_AFTER = timedelta(days=7)
_READS_LAG = timedelta(minutes=5)
_LIVE = frozenset({"initiating-request", "pending-acceptance", "provisioning", "active"})

Peering = dict[str, Any]


def status(peering: Peering) -> str:
    return str(peering["Status"]["Code"])


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


def seen(ctx: Context, peering: Peering) -> Seen:
    identifier = peering["VpcPeeringConnectionId"]
    name = f"{ctx.spec.provider_vpc_id} to {ctx.spec.customer_vpc_id}"
    attributes = {"status": status(peering)}
    return Seen("vpc_peering", name, identifier, ctx.provider.account_id, ctx.provider.region, attributes)


def find(ctx: Context, identifier: str) -> Peering | None:
    """Return the peering of this id, None where AWS does not show it (any more)."""
    try:
        answer = ctx.provider.read("ec2", "describe_vpc_peering_connections", VpcPeeringConnectionIds=[identifier])
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


class PeeringRequest(Step):
    key = "peering_request"
    title = "Peering request"
    doing = "Requesting the VPC peering"
    done = "Requested the VPC peering"
    requires = ("provider_access", "customer_access", "vpc")
    settles = True

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (
            f"Peering from {spec.provider_vpc_id} ({spec.provider_cidr}) "
            f"to {spec.customer_vpc_id} ({', '.join(spec.customer_cidrs)}) in account {spec.customer_account_id}",
        )

    def observe(self, ctx: Context) -> Finding:
        """There as soon as AWS has taken it; how it goes on is for the acceptance, which follows this one id."""
        peering = live(ctx)
        if peering is None:
            return Missing()
        created = {"peering_id": peering["VpcPeeringConnectionId"], "requested_at": ctx.now.isoformat()}
        return Ready(created, (seen(ctx, peering),))

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        tags = names.listed(names.tags(ctx.spec, self.key, f"{ctx.spec.customer_slug} {ctx.spec.environment_name}"))
        answer = ctx.provider.change(
            "ec2",
            "create_vpc_peering_connection",
            VpcId=ctx.spec.provider_vpc_id,
            PeerVpcId=ctx.spec.customer_vpc_id,
            PeerOwnerId=ctx.spec.customer_account_id,
            PeerRegion=ctx.spec.customer_region,
            TagSpecifications=[{"ResourceType": "vpc-peering-connection", "Tags": tags}],
        )
        identifier = answer["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        made = find(ctx, identifier)
        if made and status(made) not in _LIVE:
            raise ended(ctx, identifier, status(made))

    def remove(self, ctx: Context) -> None:
        peering = live(ctx)
        if peering and names.carries(peering.get("Tags"), names.tags(ctx.spec, self.key)):
            identifier = peering["VpcPeeringConnectionId"]
            ctx.provider.change("ec2", "delete_vpc_peering_connection", VpcPeeringConnectionId=identifier)


class PeeringAcceptance(Step):
    """The customer's own act: nothing here accepts on their behalf."""

    key = "peering_acceptance"
    title = "Peering acceptance"
    doing = "Waiting for the customer to accept the peering"
    done = "The customer accepted the peering"
    requires = ("peering_request",)
    expected = timedelta(days=1)
    waits_for = CUSTOMER
    retry_from = ("peering_request",)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"The customer accepts the peering in account {spec.customer_account_id}, within 7 days",)

    def observe(self, ctx: Context) -> Finding:
        request = ctx.outputs["peering_request"]
        identifier = request["peering_id"]
        requested_at = datetime.fromisoformat(request["requested_at"])
        peering = find(ctx, identifier)
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
            return Ready({"peering_id": identifier}, (seen(ctx, peering),))
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
