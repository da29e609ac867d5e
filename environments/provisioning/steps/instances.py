"""The machines: one for each node of each product's deployment pattern, neighbours in different zones.

AWS keeps a client token for what it made, terminated machines included. A machine that somebody terminated is therefore made
again with the next token of its row; each token leads to one machine at most, so that none is made twice.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.catalogue.machines import IMAGES, Node
from environments.provisioning import names
from environments.provisioning.collection import NOT_SHOWN, Collection, There, differences
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted
from environments.provisioning.steps.launch_templates import METADATA, name_of, nodes_of

ZONES = ("first", "second")

_STARTS = Pending(AWS, "AWS is starting the machines.", timedelta(seconds=5))
_STOPS = Pending(AWS, "AWS is still stopping a machine, which is then started again.", timedelta(seconds=5))
_LIVE = {"pending": _STARTS, "running": None, "stopping": _STOPS, "stopped": None, "shutting-down": None}
_TOKENS = 20
"""Machines of one node that may be terminated by hand before a person must look."""

_CHANGEABLE = ("state", "metadata", "security_group")


class Instances(Collection):
    """outputs: {"<node>": instance id, ..., "addresses": {"<node>": private address}}."""

    key = "instances"
    title = "Machines"
    doing = "Starting the machines"
    done = "Started the machines"
    requires = ("launch_templates", "node_role", "subnets", "security_groups")
    expected = timedelta(seconds=60)
    permissions = (
        "ec2:CreateTags",
        "ec2:DescribeInstances",
        "ec2:ModifyInstanceAttribute",
        "ec2:ModifyInstanceMetadataOptions",
        "ec2:RunInstances",
        "ec2:StartInstances",
        "ec2:TerminateInstances",
        "iam:PassRole",
    )
    quotas = {"instance": "ec2/L-1216C47A"}
    simulated = "Machines of the stand-in exist as records: nothing runs on them."

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("instance", node.name, _attributes(spec, node)) for node in nodes_of(spec)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        mark = names.tags(ctx.spec, self.key)
        key = f"{ctx.spec.tag_prefix}:env"
        reservations = ctx.customer.pages(
            "ec2", "describe_instances", "Reservations", Filters=names.marked({key: mark[key]})
        )
        found: dict[str, There] = {}
        for row in (row for reservation in reservations for row in reservation["Instances"]):
            if row["State"]["Name"] not in _LIVE or not names.carries(row.get("Tags"), mark):
                continue
            name = names.name_in(row["Tags"]).removeprefix(names.of(ctx.spec, ""))
            if name in found and not found[name].leaving and row["State"]["Name"] != "shutting-down":
                raise _several(name, found[name].aws_id, row["InstanceId"])
            if name not in found or found[name].leaving:
                found[name] = self._there(ctx, row)
        return found

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        state = row["State"]["Name"]
        on = state in ("pending", "running", "stopping")
        subnets = ctx.outputs.get("subnets", {}).get("subnet_ids", ())
        group = ctx.outputs.get("security_groups", {}).get("products", "")
        groups = [one["GroupId"] for one in row["SecurityGroups"]]
        tags = {tag["Key"]: tag["Value"] for tag in row["Tags"]}
        attributes = {
            "instance_type": row["InstanceType"],
            "vcpus": NOT_SHOWN,
            "operating_system": tags.get(f"{ctx.spec.tag_prefix}:system", ""),
            "zone": ZONES[subnets.index(row["SubnetId"])] if row["SubnetId"] in subnets else row["SubnetId"],
            "address": row["PrivateIpAddress"],
            "security_group": "products" if groups == [group] else ", ".join(groups),
            "metadata": "version 2 only" if row["MetadataOptions"]["HttpTokens"] == "required" else "version 1 too",
            "state": "running" if on else state,
        }
        return There(row["InstanceId"], attributes, pending=_LIVE[state], leaving=state == "shutting-down")

    def make(self, ctx: Context, wanted: Wanted) -> There:
        node = next(node for node in nodes_of(ctx.spec) if node.name == wanted.name)
        template = ctx.outputs["launch_templates"][name_of(ctx.spec, node)]["id"]
        asked = self._asked(ctx, node, template, wanted)
        for number in range(_TOKENS):
            token = names.token(ctx.spec, self.key, template, node.name, str(number))
            try:
                answer = ctx.customer.change("ec2", "run_instances", ClientToken=token, **asked)
            except CallFailed as failed:
                if failed.code != "IdempotentInstanceTerminated":
                    raise _explained(failed, node, wanted) from failed
            else:
                return self._there(ctx, answer["Instances"][0])
        raise StepRefused(
            f"{node.name} was terminated {_TOKENS} times.",
            remedy="Find out what terminates it, then ask us to make it anew.",
            code="terminated_again",
        )

    def _asked(self, ctx: Context, node: Node, template: str, wanted: Wanted) -> dict[str, Any]:
        """Return what is asked for. Metadata options are in the template too; said again, they hold whatever it becomes."""
        marks = {
            **names.tags(ctx.spec, self.key, names.of(ctx.spec, node.name)),
            f"{ctx.spec.tag_prefix}:system": wanted.attributes["operating_system"],
        }
        asked: dict[str, Any] = {
            "LaunchTemplate": {"LaunchTemplateId": template, "Version": "$Latest"},
            "MinCount": 1,
            "MaxCount": 1,
            "SubnetId": ctx.outputs["subnets"]["subnet_ids"][node.zone],
            "SecurityGroupIds": [ctx.outputs["security_groups"]["products"]],
            "MetadataOptions": METADATA,
            "TagSpecifications": names.at_create("instance", marks),
        }
        if address := wanted.attributes.get("address"):
            asked["PrivateIpAddress"] = address
        return asked

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Start it, or change what can be changed while it runs. Another size or image means another machine: not by itself."""
        unlike = {key for key, value in wanted.attributes.items() if there.attributes[key] not in (value, NOT_SHOWN)}
        if not unlike <= set(_CHANGEABLE):
            raise StepRefused(
                f"Machine {wanted.name} differs and cannot be changed while it runs: {'; '.join(differences(wanted, there))}.",
                remedy="Stop it in a maintenance window and change it, or terminate it, which makes a new one at the next "
                "run. Its data volume is kept.",
                code="not_changeable",
            )
        for key in sorted(unlike):
            self._change(ctx, key, there.aws_id)
        pending = _STARTS if "state" in unlike else there.pending
        return There(there.aws_id, {**there.attributes, **wanted.attributes}, pending=pending)

    def _change(self, ctx: Context, key: str, identifier: str) -> None:
        if key == "state":
            ctx.customer.change("ec2", "start_instances", InstanceIds=[identifier])
        elif key == "metadata":
            ctx.customer.change("ec2", "modify_instance_metadata_options", InstanceId=identifier, **METADATA)
        else:
            groups = [ctx.outputs["security_groups"]["products"]]
            ctx.customer.change("ec2", "modify_instance_attribute", InstanceId=identifier, Groups=groups)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "terminate_instances", InstanceIds=[there.aws_id])

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        addresses = {name: found.attributes["address"] for name, found in there.items()}
        return {**super().outputs(ctx, there), "addresses": addresses}


def _attributes(spec: Spec, node: Node) -> dict[str, Any]:
    """Return what is wanted of a node. A product on one machine answers at its own address; otherwise a load balancer does."""
    product = next(product for product in spec.products if product.key == node.product)
    wanted = {
        "instance_type": node.layer.size.instance_type,
        "vcpus": node.layer.size.vcpus,
        "operating_system": IMAGES[node.system].name,
        "zone": ZONES[node.zone],
        "security_group": "products",
        "metadata": "version 2 only",
        "state": "running",
    }
    return {**wanted, "address": product.address} if product.pattern == "single" else wanted


def _several(name: str, *identifiers: str) -> StepRefused:
    return StepRefused(
        f"More than one machine is {name}: {', '.join(sorted(identifiers))}.",
        remedy="Terminate the one that is not in use, then retry this step.",
        code="several_machines",
    )


def _explained(failed: CallFailed, node: Node, wanted: Wanted) -> Exception:
    """Return what the failure means: IAM shows a new profile to EC2 some seconds late, and an address may be somebody's."""
    if failed.code == "InvalidParameterValue" and "instance profile" in failed.message.lower():
        return CallFailed(Failure.RETRYABLE, failed.code, failed.message, operation=failed.operation)
    if failed.code == "InvalidIPAddress.InUse":
        return StepRefused(
            f"{wanted.attributes['address']}, the address of {node.product}, is in use by something else in the subnet.",
            remedy="Free the address, or plan another one for the product, then retry this step.",
            code="address_in_use",
        )
    return failed
