"""What the machines start from: the image of each operating system, and a launch template for each kind of node.

An image is chosen once, the newest of its publisher when the template is made; the template remembers it. A newer image would
otherwise swap machines at every run; security patches go in by themselves.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from environments.catalogue.machines import IMAGES, Node, group_of, nodes
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.installation import first_boot
from environments.provisioning.ports import Account
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, StepRefused, Wanted
from environments.provisioning.steps import node_role

_CHOSEN = "images"
_OTHER = "something else"
_MOST = 200
"""Templates a page holds at most (EC2 API Reference, DescribeLaunchTemplateVersions)."""


def nodes_of(spec: Spec) -> list[Node]:
    """Return every machine of the environment."""
    return list(nodes([(product.key, product.pattern) for product in spec.products], spec.machines.systems))


def name_of(spec: Spec, node: Node) -> str:
    """Return the name of the template that a node starts from: nodes of one layer share theirs."""
    return names.of(spec, group_of(node.product, node.layer))


class LaunchTemplates(Collection):
    """outputs: {"<template name>": {"id": template id, "image": image id}}."""

    key = "launch_templates"
    title = "Images and launch templates"
    doing = "Choosing images and writing launch templates"
    done = "Chose images and wrote launch templates"
    requires = ("customer_access",)
    permissions = (
        "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:CreateTags",
        "ec2:DeleteLaunchTemplate",
        "ec2:DescribeImages",
        "ec2:DescribeLaunchTemplateVersions",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        each = {name_of(spec, node): node for node in nodes_of(spec)}
        return [
            Wanted(
                "launch_template",
                name,
                {
                    "operating_system": IMAGES[node.system].name,
                    "instance_type": node.layer.size.instance_type,
                    "root_gib": node.layer.size.root_gib,
                    "encrypted": True,
                    "metadata": "version 2 only",
                    "profile": node_role.profile_arn(spec),
                    "first_boot": first_boot.told(spec, IMAGES[node.system]),
                },
            )
            for name, node in each.items()
        ]

    def observe(self, ctx: Context) -> Finding:
        """What stands is not doubted; new machines would start for nothing where they have no way out."""
        found = super().observe(ctx)
        if not isinstance(found, Ready):
            first_boot.require_way_out(ctx.spec)
        return found

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = ctx.customer.pages(
            "ec2", "describe_launch_template_versions", "LaunchTemplateVersions", Versions=["$Latest"], MaxResults=_MOST
        )
        return {
            row["LaunchTemplateName"]: self._there(ctx, row)
            for row in rows
            if row["LaunchTemplateName"].startswith(names.of(ctx.spec, ""))
        }

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        data = row["LaunchTemplateData"]
        disk: Mapping[str, Any] = next((one["Ebs"] for one in data.get("BlockDeviceMappings", ())), {})
        tags = _tags(data)
        attributes = {
            "operating_system": tags.get(_system_key(ctx.spec), ""),
            "instance_type": data.get("InstanceType", ""),
            "root_gib": disk.get("VolumeSize"),
            "encrypted": bool(disk.get("Encrypted")),
            "metadata": _metadata(data.get("MetadataOptions", {})),
            "profile": data.get("IamInstanceProfile", {}).get("Arn", ""),
            "first_boot": self._first_boot(ctx.spec, row["LaunchTemplateName"], data.get("UserData", "")),
            "image": data.get("ImageId", ""),
        }
        ours = names.carries(names.listed(tags), names.tags(ctx.spec, self.key))
        return There(row["LaunchTemplateId"], attributes, ours)

    def _first_boot(self, spec: Spec, name: str, encoded: str) -> str:
        """Return in words what machines of a template do when they first start."""
        found = base64.b64decode(encoded).decode(errors="replace")
        images = [IMAGES[node.system] for node in nodes_of(spec) if name_of(spec, node) == name]
        return next((first_boot.told(spec, one) for one in images if first_boot.script(spec, one) == found), _OTHER)

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        """Find the images that are needed with one read for all of them."""
        there = found.there if isinstance(found, Drifted) else {}
        systems = {node.system for node in nodes_of(ctx.spec) if not self._remembers(ctx.spec, node, there)}
        images = newest_images(ctx.customer, sorted(systems)) if systems else {}
        return super().apply(replace(ctx, outputs={**ctx.outputs, _CHOSEN: images}), found)

    def _remembers(self, spec: Spec, node: Node, there: Mapping[str, There]) -> bool:
        """Return whether the node's template has an image of its operating system."""
        known = there.get(name_of(spec, node))
        return known is not None and known.attributes["operating_system"] == IMAGES[node.system].name

    def make(self, ctx: Context, wanted: Wanted) -> There:
        node = self._node(ctx.spec, wanted.name)
        image = ctx.outputs[_CHOSEN][node.system]
        made = ctx.customer.change(
            "ec2",
            "create_launch_template",
            LaunchTemplateName=wanted.name,
            LaunchTemplateData=self._data(ctx.spec, node, image),
            TagSpecifications=names.at_create("launch-template", names.tags(ctx.spec, self.key, wanted.name)),
        )["LaunchTemplate"]
        return There(made["LaunchTemplateId"], {**wanted.attributes, "image": image})

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Write a further version, which machines made from now on start from."""
        node = self._node(ctx.spec, wanted.name)
        image = ctx.outputs[_CHOSEN].get(node.system, there.attributes["image"])
        ctx.customer.change(
            "ec2",
            "create_launch_template_version",
            LaunchTemplateId=there.aws_id,
            LaunchTemplateData=self._data(ctx.spec, node, image),
        )
        return There(there.aws_id, {**wanted.attributes, "image": image}, there.ours)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "delete_launch_template", LaunchTemplateId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {name: {"id": found.aws_id, "image": found.attributes["image"]} for name, found in there.items()}

    def _node(self, spec: Spec, name: str) -> Node:
        return next(node for node in nodes_of(spec) if name_of(spec, node) == name)

    def _data(self, spec: Spec, node: Node, image: str) -> dict[str, Any]:
        """Return the template. Its tags go to the disks of the machines, and tell whose it is and of which system."""
        known, size = IMAGES[node.system], node.layer.size
        marks = {**names.tags(spec, self.key), _system_key(spec): known.name}
        disk = {"VolumeSize": size.root_gib, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
        data: dict[str, Any] = {
            "ImageId": image,
            "InstanceType": size.instance_type,
            "BlockDeviceMappings": [{"DeviceName": known.root_device, "Ebs": disk}],
            "IamInstanceProfile": {"Arn": node_role.profile_arn(spec)},
            "MetadataOptions": METADATA,
            "TagSpecifications": names.at_create("volume", marks),
        }
        if script := first_boot.script(spec, known):
            data["UserData"] = base64.b64encode(script.encode()).decode()
        return data


METADATA = {"HttpTokens": "required", "HttpEndpoint": "enabled"}
"""Version 2 of the metadata service only: version 1 answers whoever makes a machine fetch an address."""


def _metadata(options: Mapping[str, str]) -> str:
    return "version 2 only" if options.get("HttpTokens") == "required" else "version 1 too"


def _system_key(spec: Spec) -> str:
    return f"{spec.tag_prefix}:system"


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that a template gives to disks."""
    specifications = [one for one in data.get("TagSpecifications", ()) if one["ResourceType"] == "volume"]
    return {tag["Key"]: tag["Value"] for one in specifications for tag in one["Tags"]}


def newest_images(account: Account, systems: Sequence[str]) -> dict[str, str]:
    """Return the newest image of each operating system in the account's Region. Raises `StepRefused` where there is none."""
    wanted = {system: IMAGES[system] for system in systems}
    rows = account.pages(
        "ec2",
        "describe_images",
        "Images",
        Owners=[image.owner for image in wanted.values()],
        Filters=[
            {"Name": "name", "Values": [image.pattern for image in wanted.values()]},
            {"Name": "architecture", "Values": ["x86_64"]},
            {"Name": "state", "Values": ["available"]},
        ],
    )
    found = {}
    for system, image in wanted.items():
        fitting = [row for row in rows if row["OwnerId"] == image.owner and fnmatchcase(row["Name"], image.pattern)]
        if not fitting:
            raise StepRefused(
                f"Account {image.owner} offers no image of {image.name} in {account.region}.",
                remedy="Ask the publisher whether the Region is served, or choose the other operating system.",
                code="no_image",
            )
        found[system] = max(fitting, key=lambda row: (row["CreationDate"], row["ImageId"]))["ImageId"]
    return found
