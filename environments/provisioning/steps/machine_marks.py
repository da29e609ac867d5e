"""Tags on the machines: how steps remember on a machine what was done to it, so that the one list of machines proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from environments.provisioning import names
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context
from environments.provisioning.steps.launch_templates import nodes_of

_GOING = frozenset({"shutting-down", "terminated"})


@dataclass(frozen=True, slots=True)
class Machine:
    id: str
    tags: Mapping[str, str]
    started_at: datetime


def key(spec: Spec, what: str) -> str:
    """Return the key of a tag of ours: `wso2:installed`."""
    return f"{spec.tag_prefix}:{what}"


def node_names(spec: Spec) -> list[str]:
    return [node.name for node in nodes_of(spec)]


def standing(ctx: Context) -> dict[str, Machine]:
    """Return the environment's machines by node, with the very read by which they themselves are looked at."""
    mark = names.tags(ctx.spec, "instances")
    env = key(ctx.spec, "env")
    reservations = ctx.customer.pages(
        "ec2", "describe_instances", "Reservations", Filters=names.marked({env: mark[env]})
    )
    found = {}
    for row in (row for reservation in reservations for row in reservation["Instances"]):
        if row["State"]["Name"] not in _GOING and names.carries(row.get("Tags"), mark):
            name = names.name_in(row["Tags"]).removeprefix(names.of(ctx.spec, ""))
            tags = {tag["Key"]: tag["Value"] for tag in row["Tags"]}
            found[name] = Machine(row["InstanceId"], tags, row["LaunchTime"])
    return found


def put(ctx: Context, machine: str, tags: Mapping[str, str]) -> None:
    """Tag a machine."""
    ctx.customer.change("ec2", "create_tags", Resources=[machine], Tags=names.listed(tags))


def take(ctx: Context, machine: str, keys: Sequence[str]) -> None:
    """Take tags off a machine, whatever they say."""
    ctx.customer.change("ec2", "delete_tags", Resources=[machine], Tags=[{"Key": one} for one in keys])
