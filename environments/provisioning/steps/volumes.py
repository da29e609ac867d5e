"""The disk of each node on which its product keeps its data. It outlives the machine: a new one gets the old disk.

Volumes need only the zone, so that they are made while the machines start, and are attached when both are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from environments.catalogue.machines import Node
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Drifted, Finding, Pending, Ready, StepRefused, Wanted
from environments.provisioning.steps.instances import ZONES
from environments.provisioning.steps.launch_templates import name_of, nodes_of

DEVICE = "/dev/sdf"
"""The device name that AWS recommends for the first data volume (EC2 User Guide, "Device names for volumes")."""

_CREATING = Pending(AWS, "AWS is creating the volumes.", timedelta(seconds=1))
_IN_USE = Pending(AWS, "The data volumes go as soon as their machines are gone.", timedelta(seconds=2))
_LIVE = {"creating": _CREATING, "available": None, "in-use": None, "deleting": None}


class Volumes(Collection):
    """outputs: {"<node>": volume id}."""

    key = "volumes"
    title = "Data volumes"
    doing = "Creating the data volumes"
    done = "Created the data volumes"
    requires = ("launch_templates", "subnets")
    settles = True
    permissions = (
        "ec2:CreateTags",
        "ec2:CreateVolume",
        "ec2:DeleteVolume",
        "ec2:DescribeVolumes",
        "ec2:ModifyVolume",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [
            Wanted(
                "volume",
                node.name,
                {
                    "size_gib": node.layer.size.data_gib,
                    "volume_type": "gp3",
                    "encrypted": True,
                    "zone": ZONES[node.zone],
                },
            )
            for node in nodes_of(spec)
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        found: dict[str, There] = {}
        for name, row in _of_ours(ctx):
            if name in found and not found[name].leaving and row["State"] != "deleting":
                raise _several(name, found[name].aws_id, row["VolumeId"])
            if name not in found or found[name].leaving:
                found[name] = self._there(ctx, row)
        return found

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        zones = _zones(ctx)
        attributes = {
            "size_gib": row["Size"],
            "volume_type": row["VolumeType"],
            "encrypted": row["Encrypted"],
            "zone": ZONES[zones.index(row["AvailabilityZone"])]
            if row["AvailabilityZone"] in zones
            else row["AvailabilityZone"],
        }
        pending, leaving = _LIVE[row["State"]], row["State"] == "deleting"
        return There(row["VolumeId"], attributes, pending=pending, leaving=leaving, extra={"holder": _holder(row)})

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """The token holds the minute: for hours, EC2 answers the same one with the same volume, be it deleted since."""
        node = _node(ctx.spec, wanted.name)
        template = ctx.outputs["launch_templates"][name_of(ctx.spec, node)]["id"]
        answer = ctx.customer.change(
            "ec2",
            "create_volume",
            AvailabilityZone=_zones(ctx)[node.zone],
            Size=wanted.attributes["size_gib"],
            VolumeType=wanted.attributes["volume_type"],
            Encrypted=True,
            ClientToken=names.token(ctx.spec, self.key, template, node.name, f"{ctx.now:%Y%m%d%H%M}"),
            TagSpecifications=names.at_create("volume", names.tags(ctx.spec, self.key, names.of(ctx.spec, node.name))),
        )
        return self._there(ctx, answer)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Only more room can be had in place."""
        larger = replace(there, attributes={**there.attributes, "size_gib": wanted.attributes["size_gib"]})
        if there.attributes["size_gib"] >= wanted.attributes["size_gib"] or larger.attributes != wanted.attributes:
            return super().mend(ctx, wanted, there)
        ctx.customer.change("ec2", "modify_volume", VolumeId=there.aws_id, Size=wanted.attributes["size_gib"])
        return larger

    def _is_to_go(self, there: There) -> bool:
        return super()._is_to_go(there) and not there.extra["holder"]

    def observe_removal(self, ctx: Context) -> Finding:
        found = super().observe_removal(ctx)
        staying = found.there.values() if isinstance(found, Drifted) else ()
        return _IN_USE if any(one.extra["holder"] for one in staying) else found

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "delete_volume", VolumeId=there.aws_id)


class VolumeAttachments(Collection):
    """Each volume at its machine."""

    key = "volume_attachments"
    title = "Attached volumes"
    doing = "Attaching the data volumes"
    done = "Attached the data volumes"
    requires = ("volumes", "instances")
    permissions = ("ec2:AttachVolume", "ec2:DescribeVolumes")

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("volume_attachment", node.name, {"machine": node.name}) for node in nodes_of(spec)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        volumes = ctx.outputs["volumes"]
        standing = {name: _holder(row) for name, row in _of_ours(ctx) if row["VolumeId"] == volumes.get(name)}
        return {name: self._at(ctx, name, machine) for name, machine in standing.items() if machine}

    def _at(self, ctx: Context, name: str, machine: str) -> There:
        right = ctx.outputs["instances"].get(name) == machine
        return There(f"{ctx.outputs['volumes'][name]}:{machine}", {"machine": name if right else machine})

    def make(self, ctx: Context, wanted: Wanted) -> There:
        volume, machine = ctx.outputs["volumes"][wanted.name], ctx.outputs["instances"][wanted.name]
        try:
            ctx.customer.change("ec2", "attach_volume", VolumeId=volume, InstanceId=machine, Device=DEVICE)
        except CallFailed as failed:
            if failed.code != "VolumeInUse":
                raise
            (row,) = ctx.customer.read("ec2", "describe_volumes", VolumeIds=[volume])["Volumes"]
            if _holder(row) != machine:
                raise CallFailed(Failure.CONFLICT, failed.code, failed.message, operation=failed.operation) from failed
        return self._at(ctx, wanted.name, machine)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Data that another machine works on is not taken from it unasked."""
        raise StepRefused(
            f"The data volume of {wanted.name} is attached to {there.attributes['machine']}.",
            remedy="Detach it there once nothing writes to it, then retry this step.",
            code="attached_elsewhere",
        )

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """It ends with its machine."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _of_ours(ctx: Context) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each volume that is there and ours, with the name of its node."""
    mark = names.tags(ctx.spec, Volumes.key)
    key = f"{ctx.spec.tag_prefix}:env"
    for row in ctx.customer.pages("ec2", "describe_volumes", "Volumes", Filters=names.marked({key: mark[key]})):
        if row["State"] in _LIVE and names.carries(row.get("Tags"), mark):
            yield names.name_in(row["Tags"]).removeprefix(names.of(ctx.spec, "")), row


def _holder(row: Mapping[str, Any]) -> str:
    """Return the id of the machine that a volume is at; empty where it is at none."""
    return next((one["InstanceId"] for one in row.get("Attachments", ())), "")


def _zones(ctx: Context) -> list[str]:
    """Return the environment's two zones, the one that holds the products' addresses first."""
    subnets = ctx.outputs.get("subnets", {})
    by_id = {identifier: zone for zone, identifier in subnets.items() if zone != "subnet_ids"}
    return [by_id[identifier] for identifier in subnets.get("subnet_ids", ())]


def _node(spec: Spec, name: str) -> Node:
    return next(node for node in nodes_of(spec) if node.name == name)


def _several(name: str, *identifiers: str) -> StepRefused:
    return StepRefused(
        f"More than one data volume is for {name}: {', '.join(sorted(identifiers))}.",
        remedy="Find the one that holds the data, delete the other, then retry this step.",
        code="several_volumes",
    )
