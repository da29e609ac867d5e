"""What is ours in EC2: found among what AWS can make twice and has no name of its own for, and taken away."""

from collections.abc import Iterable, Mapping
from typing import Any

from environments.provisioning import names
from environments.provisioning.ports import Account, CallFailed, Failure
from environments.provisioning.step import StepRefused

_IN_USE = "DependencyViolation"


def the_one(rows: Iterable[Mapping[str, Any]], mark: Mapping[str, str], id_key: str) -> Mapping[str, Any] | None:
    """Return the row that carries these tags, None without one. Raises `StepRefused` where several do."""
    found = [row for row in rows if names.carries(row.get("Tags"), mark)]
    if len(found) > 1:
        ids = ", ".join(sorted(str(row[id_key]) for row in found))
        raise StepRefused(
            f"More than one resource carries the tags of this step and environment: {ids}.",
            remedy="Delete those that are not in use, then retry this step.",
            code="several",
        )
    return found[0] if found else None


def take_away(account: Account, operation: str, **params: Any) -> None:
    """Delete or detach something of EC2's. Where AWS says that it is still in use, that may pass: what was deleted just now
    lets go of its subnet, group and VPC minutes later. Raises `CallFailed`, then one that is worth another try."""
    try:
        account.change("ec2", operation, **params)
    except CallFailed as failed:
        if failed.code != _IN_USE:
            raise
        raise CallFailed(Failure.RETRYABLE, failed.code, failed.message, operation=operation) from failed
