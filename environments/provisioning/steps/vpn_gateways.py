"""Both ends of the data-centre VPN: the customer's router as AWS knows it, and the gateway at the customer's VPC."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import NOT_SHOWN, Collection, There
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted

_DEAD = ("deleted", "failed", "detached")
_STATIC_ASN = 65000
"""What AWS takes for a router that does not speak BGP. Source: EC2 API, CreateCustomerGateway."""

_LARGEST_16_OF_API = 2147483647
"""Up to here AWS takes an ASN as `BgpAsn`, above it as `BgpAsnExtended`. Source: EC2 API, CreateCustomerGateway."""

_AMAZON_ASN = 64512
_SOON = timedelta(seconds=2)
_STILL_ATTACHED = "IncorrectState"


def uses_vpn(spec: Spec) -> bool:
    return spec.data_centre.choice == "vpn"


def only(rows: Sequence[dict[str, Any]], what: str, key: str) -> dict[str, Any] | None:
    """Return the one row, None without any. Raises `StepRefused` where several stand."""
    if len(rows) > 1:
        told = ", ".join(str(row[key]) for row in rows)
        raise StepRefused(
            f"There are several {what} of this environment: {told}.",
            remedy="Delete those that carry no traffic in the AWS console, then retry this step.",
            code="several",
        )
    return rows[0] if rows else None


def ours(rows: Sequence[dict[str, Any]], spec: Spec, step: str) -> list[dict[str, Any]]:
    """Return the living rows that carry our tags."""
    wanted = names.tags(spec, step)
    return [row for row in rows if row["State"] not in _DEAD and names.carries(row.get("Tags"), wanted)]


def of_environment(spec: Spec) -> list[dict[str, Any]]:
    """Return the filter for what carries this environment's tag."""
    return [{"Name": f"tag:{spec.tag_prefix}:env", "Values": [spec.environment_id]}]


def tagged(spec: Spec, step: str, kind: str, name: str) -> list[dict[str, Any]]:
    """Return the tags that go into a create."""
    return [{"ResourceType": kind, "Tags": names.listed(names.tags(spec, step, name))}]


class CustomerGateway(Collection):
    """The customer's router. Its device name holds the environment, so that each environment has a gateway of its own although
    the router is the same: AWS gives back the one it has where address, ASN and device name are equal."""

    key = "customer_gateway"
    title = "Customer gateway"
    doing = "Registering the customer's router with AWS"
    done = "Registered the customer's router with AWS"
    requires = ("customer_access",)
    settles = True
    quotas = {"customer_gateway": "ec2/L-4FB7FF5D"}
    permissions = (
        "ec2:CreateCustomerGateway",
        "ec2:CreateTags",
        "ec2:DeleteCustomerGateway",
        "ec2:DescribeCustomerGateways",
    )

    def applies(self, spec: Spec) -> bool:
        return uses_vpn(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"address": spec.data_centre.gateway_ip, "bgp_asn": spec.data_centre.bgp_asn or _STATIC_ASN}
        return (Wanted("customer_gateway", _name(spec, "router"), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = ctx.customer.pages(
            "ec2", "describe_customer_gateways", "CustomerGateways", Filters=of_environment(ctx.spec)
        )
        found = only(ours(rows, ctx.spec, self.key), "customer gateways", "CustomerGatewayId")
        return {_name(ctx.spec, "router"): self._there(found)} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        asn = wanted.attributes["bgp_asn"]
        made = ctx.customer.change(
            "ec2",
            "create_customer_gateway",
            Type="ipsec.1",
            IpAddress=wanted.attributes["address"],
            DeviceName=f"{ctx.spec.tag_prefix} {ctx.spec.environment_id}",
            **({"BgpAsn": asn} if asn <= _LARGEST_16_OF_API else {"BgpAsnExtended": asn}),
            TagSpecifications=tagged(ctx.spec, self.key, "customer-gateway", wanted.name),
        )["CustomerGateway"]
        return self._there(made)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        address, asn = there.attributes["address"], there.attributes["bgp_asn"]
        raise StepRefused(
            f"The VPN is built to the router at {address} with ASN {asn}, and AWS cannot change either.",
            remedy="Answer 'No connection', provision, then enter the new router and provision again: the VPN is built "
            "anew, with new keys. Tell the customer beforehand, since the connection is away meanwhile.",
            code="not_changeable",
        )

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "delete_customer_gateway", CustomerGatewayId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"customer_gateway_id": there[_name(ctx.spec, "router")].aws_id}

    def _there(self, row: dict[str, Any]) -> There:
        asn = row.get("BgpAsnExtended") or row.get("BgpAsn")
        attributes = {"address": row["IpAddress"], "bgp_asn": int(asn) if asn else NOT_SHOWN}
        pending = Pending(AWS, "AWS is registering the router.", _SOON) if row["State"] == "pending" else None
        return There(row["CustomerGatewayId"], attributes, pending=pending, leaving=row["State"] == "deleting")


class VpnGateway(Collection):
    """The virtual private gateway, attached to the VPC. A VPC has one at most, so that of somebody else stands in our way."""

    key = "vpn_gateway"
    title = "VPN gateway"
    doing = "Attaching a VPN gateway to the VPC"
    done = "Attached a VPN gateway to the VPC"
    requires = ("customer_access", "vpc")
    settles = True
    quotas = {"vpn_gateway": "ec2/L-7029FAB6"}
    expected = timedelta(seconds=30)
    permissions = (
        "ec2:AttachVpnGateway",
        "ec2:CreateTags",
        "ec2:CreateVpnGateway",
        "ec2:DeleteVpnGateway",
        "ec2:DescribeVpnGateways",
        "ec2:DetachVpnGateway",
    )

    def applies(self, spec: Spec) -> bool:
        return uses_vpn(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"vpc": spec.customer_vpc_id, "amazon_asn": _amazon_asn(spec)}
        return (Wanted("vpn_gateway", _name(spec, "VPN"), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Read all of the Region, of which AWS allows five: one in our way need not carry our tags."""
        rows = ctx.customer.pages("ec2", "describe_vpn_gateways", "VpnGateways")
        mine = only(ours(rows, ctx.spec, self.key), "VPN gateways", "VpnGatewayId")
        found = mine or next((row for row in rows if _attachment(row, ctx.spec.customer_vpc_id)), None)
        return {_name(ctx.spec, "VPN"): self._there(found, ctx.spec, is_ours=mine is not None)} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        made = ctx.customer.change(
            "ec2",
            "create_vpn_gateway",
            Type="ipsec.1",
            AmazonSideAsn=wanted.attributes["amazon_asn"],
            TagSpecifications=tagged(ctx.spec, self.key, "vpn-gateway", wanted.name),
        )["VpnGateway"]
        return self._attach(ctx, self._there(made, ctx.spec))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Attach it where it is attached to nothing; anything else is for a person."""
        if there.attributes["vpc"] or there.attributes["amazon_asn"] not in (
            wanted.attributes["amazon_asn"],
            NOT_SHOWN,
        ):
            return super().mend(ctx, wanted, there)
        return self._attach(ctx, there)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """Detach and delete it. Where AWS is still detaching, which takes a minute, a later look finds it to be deleted."""
        if vpc := there.attributes["vpc"]:
            ctx.customer.change("ec2", "detach_vpn_gateway", VpnGatewayId=there.aws_id, VpcId=vpc)
        try:
            ctx.customer.change("ec2", "delete_vpn_gateway", VpnGatewayId=there.aws_id)
        except CallFailed as failed:
            if failed.code != _STILL_ATTACHED:
                raise

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"vpn_gateway_id": there[_name(ctx.spec, "VPN")].aws_id}

    def _attach(self, ctx: Context, there: There) -> There:
        vpc_id = ctx.spec.customer_vpc_id
        answer = ctx.customer.change("ec2", "attach_vpn_gateway", VpnGatewayId=there.aws_id, VpcId=vpc_id)
        attached = {**there.attributes, "vpc": vpc_id}
        return There(there.aws_id, attached, pending=_attaching(answer["VpcAttachment"]["State"]))

    def _there(self, row: dict[str, Any], spec: Spec, *, is_ours: bool = True) -> There:
        held = _attachment(row, spec.customer_vpc_id) or _attachment(row) or {"VpcId": "", "State": ""}
        asn = row.get("AmazonSideAsn")
        return There(
            row["VpnGatewayId"],
            {"vpc": held["VpcId"], "amazon_asn": int(asn) if asn else NOT_SHOWN},
            ours=is_ours,
            pending=_attaching(held["State"]),
            leaving=row["State"] == "deleting" or held["State"] == "detaching",
        )


def _attachment(row: dict[str, Any], vpc_id: str = "") -> dict[str, Any] | None:
    """Return the living attachment, to this VPC or to any."""
    living = (one for one in row.get("VpcAttachments") or () if one["State"] not in _DEAD)
    return next((one for one in living if vpc_id in ("", one["VpcId"]) and row["State"] not in _DEAD), None)


def _attaching(state: str) -> Pending | None:
    return Pending(AWS, "AWS is attaching the VPN gateway to the VPC.", _SOON) if state == "attaching" else None


def _amazon_asn(spec: Spec) -> int:
    """Return an ASN for AWS's side that is not the router's own: between equal ones BGP would drop the routes."""
    return _AMAZON_ASN + 1 if spec.data_centre.bgp_asn == _AMAZON_ASN else _AMAZON_ASN


def _name(spec: Spec, what: str) -> str:
    return f"{spec.customer_slug} {spec.environment_name} {what}"
