"""The customer's own DNS: what the VPC asks about their zone is forwarded to their servers (Route 53 Resolver).

Three steps, one kind each. What a list shows of ours says so by its request id, which begins with the environment and the step.
The lists are of the whole account, few as these things are, so that environments which are checked together share them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, differences
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted

DNS_PORT = 53
ADDRESSES = 2
"""Resolver wants at least two, which then stand in two zones."""

_ENDPOINT_BUSY = {
    "CREATING": "AWS is setting up the resolver endpoint, which takes a minute or two.",
    "UPDATING": "AWS is changing the resolver endpoint.",
    "AUTO_RECOVERING": "AWS is mending an address of the resolver endpoint.",
}


class _Forwarding(Collection):
    settles = True

    def applies(self, spec: Spec) -> bool:
        return spec.dns.choice == "own" and bool(spec.dns.servers)

    def request_id(self, ctx: Context) -> str:
        """Return Resolver's idempotency token. The minute is in it, since one that was used may not be used again."""
        return names.caller_reference(ctx.spec, self.key, f"{ctx.now:%Y%m%d%H%M}")

    def is_ours(self, ctx: Context, row: Mapping[str, Any]) -> bool:
        return str(row.get("CreatorRequestId", "")).startswith(names.caller_reference(ctx.spec, self.key, ""))

    def the_one(self, wanted: Wanted, found: Iterable[There]) -> Mapping[str, There]:
        """Return the one that lives. Raises `StepRefused` where there are several of ours."""
        alive = list(found)
        mine = [one for one in alive if one.ours and not one.leaving]
        if len(mine) > 1:
            ids = ", ".join(sorted(one.aws_id for one in mine))
            raise StepRefused(
                f"There is more than one {wanted.kind.replace('_', ' ')} {wanted.name}: {ids}.",
                remedy="Delete the ones that are not in use, then retry this step.",
                code="several",
            )
        return {wanted.name: (mine or alive)[0]} if alive else {}


class ResolverEndpoint(_Forwarding):
    """outputs: {"endpoint_id": id}."""

    key = "resolver"
    title = "Way to the customer's DNS servers"
    doing = "Setting up the way to the customer's DNS servers"
    done = "Set up the way to the customer's DNS servers"
    requires = ("subnets", "security_groups")
    expected = timedelta(minutes=2)
    permissions = (
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "route53resolver:CreateResolverEndpoint",
        "route53resolver:DeleteResolverEndpoint",
        "route53resolver:ListResolverEndpoints",
        "route53resolver:TagResource",
    )
    quotas = {"resolver_endpoint": "route53resolver/L-4A669CC0"}

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        name = names.of(spec, "dns-out")
        return [Wanted("resolver_endpoint", name, {"direction": "OUTBOUND", "addresses": ADDRESSES})]

    def look(self, ctx: Context) -> Mapping[str, There]:
        (wanted,) = self.wanted(ctx.spec)
        rows = ctx.customer.pages("route53resolver", "list_resolver_endpoints", "ResolverEndpoints")
        return self.the_one(wanted, (self._there(ctx, row) for row in rows if row.get("Name") == wanted.name))

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        status = row["Status"]
        if status == "ACTION_NEEDED":
            raise StepRefused(
                f"The resolver endpoint {row['Id']} does not work: {row.get('StatusMessage', '')}",
                remedy="Look at it in the Route 53 console of the customer's account, mend or delete it, then retry this "
                "step.",
                code="endpoint_broken",
            )
        busy = _ENDPOINT_BUSY.get(status)
        return There(
            row["Id"],
            {"direction": row["Direction"], "addresses": row["IpAddressCount"]},
            self.is_ours(ctx, row),
            pending=Pending(AWS, busy, timedelta(seconds=5)) if busy else None,
            leaving=status == "DELETING",
        )

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "route53resolver",
            "create_resolver_endpoint",
            CreatorRequestId=self.request_id(ctx),
            Name=wanted.name,
            Direction="OUTBOUND",
            SecurityGroupIds=[ctx.outputs["security_groups"]["products"]],
            IpAddresses=[{"SubnetId": subnet} for subnet in ctx.outputs["subnets"]["subnet_ids"][:ADDRESSES]],
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
        )
        return self._there(ctx, answer["ResolverEndpoint"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("route53resolver", "delete_resolver_endpoint", ResolverEndpointId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        (endpoint,) = there.values()
        return {"endpoint_id": endpoint.aws_id}


class ResolverRule(_Forwarding):
    """outputs: {"rule_id": id}."""

    key = "resolver_rule"
    title = "Forwarding rule"
    doing = "Forwarding the customer's zone to their DNS servers"
    done = "The customer's zone is forwarded to their DNS servers"
    requires = ("resolver",)
    permissions = (
        "route53resolver:CreateResolverRule",
        "route53resolver:DeleteResolverRule",
        "route53resolver:ListResolverRules",
        "route53resolver:TagResource",
        "route53resolver:UpdateResolverRule",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"zone": spec.dns.zone, "servers": tuple(sorted(spec.dns.servers))}
        return [Wanted("resolver_rule", names.of(spec, "dns-forward"), attributes)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        (wanted,) = self.wanted(ctx.spec)
        rows = ctx.customer.pages("route53resolver", "list_resolver_rules", "ResolverRules")
        return self.the_one(wanted, (self._there(ctx, row) for row in rows if row.get("Name") == wanted.name))

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        servers = tuple(sorted(target["Ip"] for target in row["TargetIps"]))
        busy = Pending(AWS, "AWS is changing the forwarding rule.", timedelta(seconds=2))
        return There(
            row["Id"],
            {"zone": row["DomainName"].rstrip("."), "servers": servers},
            self.is_ours(ctx, row),
            pending=busy if row["Status"] == "UPDATING" else None,
            leaving=row["Status"] == "DELETING",
        )

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "route53resolver",
            "create_resolver_rule",
            CreatorRequestId=self.request_id(ctx),
            Name=wanted.name,
            RuleType="FORWARD",
            DomainName=wanted.attributes["zone"],
            TargetIps=_targets(wanted),
            ResolverEndpointId=ctx.outputs["resolver"]["endpoint_id"],
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
        )
        return self._there(ctx, answer["ResolverRule"])

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Servers change in place; the zone of a rule never does, and a rule in use cannot be replaced."""
        if there.attributes["zone"] != wanted.attributes["zone"]:
            raise StepRefused(
                f"The forwarding rule {wanted.name} ({there.aws_id}): {'; '.join(differences(wanted, there))}.",
                remedy="Take the rule from the VPC and delete it in the Route 53 console, then retry this step: a new one "
                "is made.",
                code="not_changeable",
            )
        config = {
            "Name": wanted.name,
            "TargetIps": _targets(wanted),
            "ResolverEndpointId": ctx.outputs["resolver"]["endpoint_id"],
        }
        answer = ctx.customer.change(
            "route53resolver", "update_resolver_rule", ResolverRuleId=there.aws_id, Config=config
        )
        return self._there(ctx, answer["ResolverRule"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("route53resolver", "delete_resolver_rule", ResolverRuleId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        (rule,) = there.values()
        return {"rule_id": rule.aws_id}


class ResolverAssociation(_Forwarding):
    """The rule holds in the environment's VPC. It is ours as the rule is: a rule of ours has no other use."""

    key = "resolver_association"
    title = "Forwarding in the VPC"
    doing = "Letting the VPC use the forwarding rule"
    done = "The VPC uses the forwarding rule"
    requires = ("resolver_rule", "vpc")
    settles = False
    expected = timedelta(seconds=30)
    simulated = "The stand-in keeps the rule, and forwards nothing."
    permissions = (
        "ec2:DescribeVpcs",
        "route53resolver:AssociateResolverRule",
        "route53resolver:DisassociateResolverRule",
        "route53resolver:ListResolverRuleAssociations",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("resolver_rule_association", names.of(spec, "dns-forward"), {})]

    def look(self, ctx: Context) -> Mapping[str, There]:
        rule = ctx.outputs.get("resolver_rule")
        if not rule:
            return {}
        (wanted,) = self.wanted(ctx.spec)
        rows = ctx.customer.pages("route53resolver", "list_resolver_rule_associations", "ResolverRuleAssociations")
        ours = (rule["rule_id"], ctx.spec.customer_vpc_id)
        return self.the_one(wanted, (_association(row) for row in rows if _pair(row) == ours and not _is_dead(row)))

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "route53resolver",
            "associate_resolver_rule",
            ResolverRuleId=ctx.outputs["resolver_rule"]["rule_id"],
            Name=wanted.name,
            VPCId=ctx.spec.customer_vpc_id,
        )
        return _association(answer["ResolverRuleAssociation"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change(
            "route53resolver",
            "disassociate_resolver_rule",
            ResolverRuleId=ctx.outputs["resolver_rule"]["rule_id"],
            VPCId=ctx.spec.customer_vpc_id,
        )

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"zone": ctx.spec.dns.zone, "servers": list(ctx.spec.dns.servers)}


def _targets(wanted: Wanted) -> list[dict[str, Any]]:
    return [{"Ip": server, "Port": DNS_PORT} for server in wanted.attributes["servers"]]


def _pair(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["ResolverRuleId"], row["VPCId"]


def _is_dead(row: Mapping[str, Any]) -> bool:
    return bool(row["Status"] == "FAILED")


def _association(row: Mapping[str, Any]) -> There:
    busy = Pending(AWS, "AWS is putting the forwarding rule to use in the VPC.", timedelta(seconds=2))
    return There(
        row["Id"],
        pending=busy if row["Status"] == "CREATING" else None,
        leaving=row["Status"] == "DELETING",
    )
