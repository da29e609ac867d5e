"""A load balancer inside the network before each product that runs on several nodes.

It answers at the product's own address, in the zone where that is, and passes connections to nodes of both zones. It is a
network load balancer, since that alone can have a fixed address.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import NOT_SHOWN, Collection, There, at_once
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Product, Spec
from environments.provisioning.step import AWS, Context, Finding, Pending, Ready, StepRefused, Wanted
from environments.provisioning.steps.target_groups import balanced, short_of

_PROVISIONING = Pending(AWS, "AWS is setting up the load balancer.", timedelta(seconds=10))
_CROSS_ZONE = "load_balancing.cross_zone.enabled"


def name_of(spec: Spec, product: Product) -> str:
    return names.of(spec, short_of(product))


def _groups(ctx: Context) -> list[str]:
    """Return the security groups: what people may use of the products they may use through the balancer."""
    known = ctx.outputs.get("security_groups", {})
    return sorted(known[use] for use in ("load_balancer", "products") if use in known)


class LoadBalancer(Collection):
    """outputs: {"<product>": ARN, ..., "dns_names": {"<product>": name}}."""

    key = "load_balancer"
    title = "Load balancers"
    doing = "Creating the load balancers"
    done = "Created the load balancers"
    requires = ("subnets", "security_groups")
    expected = timedelta(minutes=3)
    simulated = "The stand-in keeps the load balancer, and passes no connection on."
    permissions = (
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:SetSecurityGroups",
        "iam:CreateServiceLinkedRole",
    )
    quotas = {"load_balancer": "elasticloadbalancing/L-69A177A2"}

    def applies(self, spec: Spec) -> bool:
        return bool(balanced(spec))

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        common = {
            "scheme": "internal",
            "type": "network",
            "zones": "both",
            "security_groups": "ours",
            "state": "set up",
        }
        return [
            Wanted("load_balancer", name_of(spec, product), {"address": product.address, **common})
            for product in balanced(spec)
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """The name proves that it is ours: it holds the environment's own digits."""
        rows = ctx.customer.pages("elbv2", "describe_load_balancers", "LoadBalancers")
        return {
            row["LoadBalancerName"]: self._there(ctx, row)
            for row in rows
            if row["LoadBalancerName"].startswith(names.of(ctx.spec, ""))
        }

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        zones = row["AvailabilityZones"]
        addresses = [one.get("PrivateIPv4Address") for zone in zones for one in zone.get("LoadBalancerAddresses", ())]
        state = row["State"]["Code"]
        subnets = sorted(zone["SubnetId"] for zone in zones)
        both = subnets == sorted(ctx.outputs.get("subnets", {}).get("subnet_ids", ()))
        attributes = {
            "scheme": row["Scheme"],
            "type": row["Type"],
            "address": next(filter(None, addresses), NOT_SHOWN),
            "zones": "both" if both else ", ".join(subnets),
            "security_groups": "ours"
            if sorted(row.get("SecurityGroups", ())) == _groups(ctx)
            else ", ".join(row.get("SecurityGroups", ())),
            "state": "failed" if state == "failed" else "set up",
        }
        pending = _PROVISIONING if state == "provisioning" else None
        extra = {"dns_name": row["DNSName"], "reason": row["State"].get("Reason", "")}
        return There(row["LoadBalancerArn"], attributes, pending=pending, extra=extra)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        first, second = ctx.outputs["subnets"]["subnet_ids"]
        try:
            answer = ctx.customer.change(
                "elbv2",
                "create_load_balancer",
                Name=wanted.name,
                Type="network",
                Scheme="internal",
                SubnetMappings=[
                    {"SubnetId": first, "PrivateIPv4Address": wanted.attributes["address"]},
                    {"SubnetId": second},
                ],
                SecurityGroups=_groups(ctx),
                Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
            )
        except CallFailed as failed:
            raise _explained(failed, wanted) from failed
        return self._there(ctx, answer["LoadBalancers"][0])

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if there.attributes["state"] == "failed":
            raise _failed(wanted, there.extra["reason"])
        mended = {**there.attributes, "security_groups": "ours"}
        if any(mended[key] not in (value, NOT_SHOWN) for key, value in wanted.attributes.items()):
            return super().mend(ctx, wanted, there)
        ctx.customer.change("elbv2", "set_security_groups", LoadBalancerArn=there.aws_id, SecurityGroups=_groups(ctx))
        return There(there.aws_id, mended, there.ours, there.pending, extra=there.extra)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("elbv2", "delete_load_balancer", LoadBalancerArn=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        found = {product.key: there[name_of(ctx.spec, product)] for product in balanced(ctx.spec)}
        return {
            **{key: one.aws_id for key, one in found.items()},
            "dns_names": {key: one.extra["dns_name"] for key, one in found.items()},
        }


class LoadBalancerZones(Collection):
    """That each load balancer uses the nodes of both zones: by itself, the one in a zone keeps to that zone."""

    key = "load_balancer_zones"
    title = "Load balancers across zones"
    doing = "Letting the load balancers use both zones"
    done = "Let the load balancers use both zones"
    requires = ("load_balancer",)
    permissions = (
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
    )

    def applies(self, spec: Spec) -> bool:
        return bool(balanced(spec))

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("load_balancer_zones", product.key, {"nodes": "of both zones"}) for product in balanced(spec)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        balancers = [(one.name, ctx.outputs["load_balancer"][one.name]) for one in self.wanted(ctx.spec)]
        spread = at_once(lambda one: self._is_spread(ctx, one[1]), balancers)
        told = {True: "of both zones", False: "of its own zone"}
        return {
            product: There(arn, {"nodes": told[both]}) for (product, arn), both in zip(balancers, spread, strict=True)
        }

    def _is_spread(self, ctx: Context, balancer: str) -> bool:
        answer = ctx.customer.read("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer)
        return {"Key": _CROSS_ZONE, "Value": "true"} in answer["Attributes"]

    def make(self, ctx: Context, wanted: Wanted) -> There:
        balancer = ctx.outputs["load_balancer"][wanted.name]
        on = [{"Key": _CROSS_ZONE, "Value": "true"}]
        ctx.customer.change("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=balancer, Attributes=on)
        return There(balancer, dict(wanted.attributes))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """It goes with the load balancer."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _failed(wanted: Wanted, reason: str) -> StepRefused:
    """Source: Network Load Balancers, "Load balancer state": what failed was never set up, and does not come by itself."""
    told = reason.rstrip(".") or "It gives no reason"
    return StepRefused(
        f"AWS could not set up the load balancer {wanted.name}. {told}.",
        remedy="Mend what AWS names, delete the load balancer in the EC2 console and retry this step: it is then made again.",
        code="load_balancer_failed",
    )


def _explained(failed: CallFailed, wanted: Wanted) -> Exception:
    """Return what the failure means where somebody else has the address."""
    if "in use" not in failed.message.lower() and "InUse" not in failed.code:
        return failed
    return StepRefused(
        f"{wanted.attributes['address']}, the address of {wanted.name}, is in use by something else in the subnet.",
        remedy="Free the address, or plan another one for the product, then retry this step.",
        code="address_in_use",
    )
