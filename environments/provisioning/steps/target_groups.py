"""Whom the load balancers pass connections to: a target group for each port that customers use, and the nodes in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from environments.catalogue import products as catalogue
from environments.catalogue.machines import layers, nodes, ports_of
from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Product, Spec
from environments.provisioning.step import Context, Finding, Ready, Wanted
from environments.provisioning.steps.certificate import is_balanced


@dataclass(frozen=True, slots=True)
class Door:
    """One port of one balanced product, and the nodes that answer on it."""

    product: Product
    port: int
    protocol: str
    group: str
    nodes: tuple[str, ...]


def balanced(spec: Spec) -> list[Product]:
    return [product for product in spec.products if is_balanced(product.pattern)]


def short_of(product: Product) -> str:
    """Return the short name of a product: names in load balancing have 32 characters at most."""
    return catalogue.BY_KEY[product.key].short


def doors(spec: Spec) -> Iterator[Door]:
    """Yield every port that customers use. With a public domain the balancer ends TLS with its certificate and begins it anew
    to the node; without one it passes through what the nodes encrypt."""
    protocol = "TLS" if spec.domain else "TCP"
    for product in balanced(spec):
        named = list(nodes([(product.key, product.pattern)], spec.machines.systems))
        for layer in layers(product.key, product.pattern):
            answering = tuple(sorted(node.name for node in named if node.layer == layer))
            for port in ports_of(product.key, layer):
                suffix = "-tls" if spec.domain else ""
                group = names.of(spec, f"{short_of(product)}-{port}{suffix}")
                yield Door(product, port, protocol, group, answering)


class TargetGroups(Collection):
    """outputs: {"<group name>": ARN}."""

    key = "target_groups"
    title = "Target groups"
    doing = "Creating the target groups"
    done = "Created the target groups"
    requires = ("customer_access", "vpc")
    permissions = (
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateTargetGroup",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DescribeTargetGroups",
    )

    def applies(self, spec: Spec) -> bool:
        return bool(balanced(spec))

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [
            Wanted("target_group", door.group, {"protocol": door.protocol, "port": door.port}) for door in doors(spec)
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """The name proves that it is ours. One that is no longer wanted counts once no listener uses it, when it can go."""
        wanted = {one.name for one in self.wanted(ctx.spec)}
        rows = ctx.customer.pages("elbv2", "describe_target_groups", "TargetGroups")
        return {
            row["TargetGroupName"]: _group(row)
            for row in rows
            if row["TargetGroupName"].startswith(names.of(ctx.spec, ""))
            and (row["TargetGroupName"] in wanted or not row.get("LoadBalancerArns"))
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "elbv2",
            "create_target_group",
            Name=wanted.name,
            Protocol=wanted.attributes["protocol"],
            Port=wanted.attributes["port"],
            VpcId=ctx.spec.customer_vpc_id,
            TargetType="instance",
            HealthCheckProtocol="TCP",
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
        )
        return _group(answer["TargetGroups"][0])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        try:
            ctx.customer.change("elbv2", "delete_target_group", TargetGroupArn=there.aws_id)
        except CallFailed as failed:
            if failed.code == "ResourceInUse":  # its load balancer is going
                raise CallFailed(Failure.RETRYABLE, failed.code, failed.message, operation=failed.operation) from failed
            raise


class Targets(Collection):
    """The nodes of each group. Whether they answer is seen by the probes of the consoles, not here."""

    key = "targets"
    title = "Nodes behind the load balancers"
    doing = "Putting the nodes behind the load balancers"
    done = "Put the nodes behind the load balancers"
    requires = ("target_groups", "instances")
    permissions = (
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:RegisterTargets",
    )
    simulated = "The stand-in calls every node healthy."

    def applies(self, spec: Spec) -> bool:
        return bool(balanced(spec))

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("targets", door.group, {"nodes": door.nodes}) for door in doors(spec)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        groups = [(one.name, ctx.outputs["target_groups"][one.name]) for one in self.wanted(ctx.spec)]
        held = at_once(lambda group: self._held(ctx, group[1]), groups)
        return {name: self._there(ctx, arn, ids) for (name, arn), ids in zip(groups, held, strict=True) if ids}

    def _held(self, ctx: Context, group: str) -> list[str]:
        rows = ctx.customer.read("elbv2", "describe_target_health", TargetGroupArn=group)["TargetHealthDescriptions"]
        return [row["Target"]["Id"] for row in rows if row["TargetHealth"]["State"] != "draining"]

    def _there(self, ctx: Context, group: str, ids: Sequence[str]) -> There:
        known = {identifier: name for name, identifier in ctx.outputs["instances"].items() if name != "addresses"}
        return There(group, {"nodes": tuple(sorted(known.get(one, one) for one in ids))}, extra={"ids": tuple(ids)})

    def make(self, ctx: Context, wanted: Wanted) -> There:
        group = ctx.outputs["target_groups"][wanted.name]
        return self.mend(ctx, wanted, There(group, {"nodes": ()}, extra={"ids": ()}))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        ids = {ctx.outputs["instances"][node] for node in wanted.attributes["nodes"]}
        have = set(there.extra["ids"])
        for operation, concerned in (("register_targets", ids - have), ("deregister_targets", have - ids)):
            if concerned:
                targets = [{"Id": one} for one in sorted(concerned)]
                ctx.customer.change("elbv2", operation, TargetGroupArn=there.aws_id, Targets=targets)
        return self._there(ctx, there.aws_id, sorted(ids))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """They go with their group."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _group(row: Mapping[str, Any]) -> There:
    return There(row["TargetGroupArn"], {"protocol": row["Protocol"], "port": row["Port"]})
