"""Tags put on and taken off machines."""

from typing import Any

from tests.fakes.cloud import Call, answers


def _machine(call: Call, id: str) -> dict[str, Any]:
    return call.row("instance", id, "InvalidInstanceID.NotFound")


@answers("ec2.create_tags")
def create_tags(call: Call, *, Resources: list[str], Tags: list[dict[str, str]]) -> Any:
    changed = {tag["Key"] for tag in Tags}
    for row in [_machine(call, identifier) for identifier in Resources]:
        row["Tags"] = [tag for tag in row["Tags"] if tag["Key"] not in changed] + Tags
    return {}


@answers("ec2.delete_tags")
def delete_tags(call: Call, *, Resources: list[str], Tags: list[dict[str, str]]) -> Any:
    gone = {tag["Key"] for tag in Tags}
    for row in [_machine(call, identifier) for identifier in Resources]:
        row["Tags"] = [tag for tag in row["Tags"] if tag["Key"] not in gone]
    return {}
