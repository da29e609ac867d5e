"""What each load balancer listens on: a listener for each port that customers use."""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.catalogue import products as catalogue
from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps.target_groups import Door, balanced, doors, short_of

_TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3 only. Source: Network Load Balancers, "Security policies"."""


class Listeners(Collection):
    """They forward to the target group of their port; a TLS port shows the environment's certificate."""

    key = "listeners"
    title = "Listeners"
    doing = "Opening the load balancers' ports"
    done = "Opened the load balancers' ports"
    requires = ("load_balancer", "target_groups", "certificate")
    simulated = "The stand-in keeps the listeners, and nothing answers at their ports."
    permissions = (
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:ModifyListener",
    )

    def applies(self, spec: Spec) -> bool:
        return bool(balanced(spec))

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("listener", _listener(door), _asked_of(door)) for door in doors(spec)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Every load balancer at once. A listener of somebody else's, to other targets, is left alone."""
        known = ctx.outputs.get("load_balancer", {})
        balancers = [(key, arn) for key, arn in known.items() if key != "dns_names"]
        answers = at_once(lambda one: self._rows(ctx, one[1]), balancers)
        ours = f":targetgroup/{names.of(ctx.spec, '')}"
        return {
            f"{catalogue.BY_KEY[key].short} {row['Port']}": self._there(ctx, row)
            for (key, _), rows in zip(balancers, answers, strict=True)
            for row in rows
            if ours in _target(row)
        }

    def _rows(self, ctx: Context, balancer: str) -> list[Any]:
        try:
            return ctx.customer.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return []
            raise

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        groups = {arn: name for name, arn in ctx.outputs.get("target_groups", {}).items()}
        certificates = [one["CertificateArn"] for one in row.get("Certificates", ())]
        right = certificates == [ctx.outputs.get("certificate", {}).get("arn")]
        attributes = {
            "protocol": row["Protocol"],
            "targets": groups.get(_target(row), _target(row)),
            "certificate": ("ours" if right else ", ".join(certificates)) if certificates else "none",
        }
        return There(row["ListenerArn"], attributes)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        door = self._door(ctx.spec, wanted.name)
        answer = ctx.customer.change(
            "elbv2",
            "create_listener",
            LoadBalancerArn=ctx.outputs["load_balancer"][door.product.key],
            Port=door.port,
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
            **self._settings(ctx, door),
        )
        return There(answer["Listeners"][0]["ListenerArn"], dict(wanted.attributes))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        door = self._door(ctx.spec, wanted.name)
        ctx.customer.change("elbv2", "modify_listener", ListenerArn=there.aws_id, **self._settings(ctx, door))
        return There(there.aws_id, dict(wanted.attributes))

    def _door(self, spec: Spec, name: str) -> Door:
        return next(door for door in doors(spec) if _listener(door) == name)

    def _settings(self, ctx: Context, door: Door) -> dict[str, Any]:
        group = ctx.outputs["target_groups"][door.group]
        settings: dict[str, Any] = {
            "Protocol": door.protocol,
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
        }
        if door.protocol == "TLS":
            settings |= {"Certificates": [{"CertificateArn": ctx.outputs["certificate"]["arn"]}], "SslPolicy": _TLS}
        return settings

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("elbv2", "delete_listener", ListenerArn=there.aws_id)


def _listener(door: Door) -> str:
    return f"{short_of(door.product)} {door.port}"


def _target(row: Mapping[str, Any]) -> str:
    return str(row["DefaultActions"][0].get("TargetGroupArn", ""))


def _asked_of(door: Door) -> dict[str, Any]:
    return {
        "protocol": door.protocol,
        "targets": door.group,
        "certificate": "ours" if door.protocol == "TLS" else "none",
    }
