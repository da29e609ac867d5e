"""Deterministic names and tags: what is looked up before anything is created."""

import hashlib
from collections.abc import Iterable, Mapping

from environments.provisioning.specification import Spec


def tags(spec: Spec, step: str, name: str = "") -> dict[str, str]:
    """Return the tags that mark a resource as ours, of this environment and step."""
    mark = {
        f"{spec.tag_prefix}:managed": "true",
        f"{spec.tag_prefix}:env": spec.environment_id,
        f"{spec.tag_prefix}:step": step,
    }
    return {**mark, "Name": name} if name else mark


def listed(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as most of AWS writes them."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def carries(found: Iterable[Mapping[str, str]] | None, wanted: Mapping[str, str]) -> bool:
    """Return whether a described resource carries all these tags. Filters of AWS are never trusted alone."""
    have = {tag["Key"]: tag["Value"] for tag in found or ()}
    return all(have.get(key) == value for key, value in wanted.items())


def bucket(spec: Spec, use: str) -> str:
    """Return the name of a bucket: global, so it holds the account; short of 63 characters.

    `wso2-222222222222-logs-1f0c2a9b`: the last part names the environment.
    """
    return f"{spec.tag_prefix}-{spec.customer_account_id}-{use}-{_short(spec.environment_id)}".lower()


def boundary_arn(spec: Spec) -> str:
    """Return the boundary that every role of ours stands under: the customer's stack makes it, in a new account we do."""
    prefix = spec.tag_prefix.lower()
    return f"arn:aws:iam::{spec.customer_account_id}:policy/{prefix}/{prefix}-boundary"


def trail(spec: Spec) -> str:
    return f"{spec.tag_prefix}-audit-{_short(spec.environment_id)}"


def trail_arn(spec: Spec) -> str:
    return f"arn:aws:cloudtrail:{spec.customer_region}:{spec.customer_account_id}:trail/{trail(spec)}"


def caller_reference(spec: Spec, step: str, attempt_key: str) -> str:
    """Return Route 53's idempotency token: the same zone asked for twice is refused instead of made twice."""
    return f"{spec.environment_id}-{step}-{attempt_key}"


def _short(environment_id: str) -> str:
    return hashlib.sha256(environment_id.encode()).hexdigest()[:8]


def at_create(kind: str, tags: Mapping[str, str]) -> list[dict[str, object]]:
    """Return EC2's `TagSpecifications`: the tags are there from the first moment on."""
    return [{"ResourceType": kind, "Tags": listed(tags)}]


def marked(tags: Mapping[str, str]) -> list[dict[str, object]]:
    """Return EC2's `Filters` for what carries these tags. They save reading; `carries` proves."""
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]


def name_in(found: Iterable[Mapping[str, str]] | None) -> str:
    """Return the name that a described resource carries as its tag, empty without one."""
    return next((tag["Value"] for tag in found or () if tag["Key"] == "Name"), "")


def of(spec: Spec, use: str) -> str:
    """Return the name of one of an environment's resources, unique in its account: `wso2-1f0c2a9b-products`."""
    return f"{spec.tag_prefix}-{_short(spec.environment_id)}-{use}".lower()


def path(spec: Spec, use: str) -> str:
    """Return a name of an environment's own where names are paths: `/wso2/1f0c2a9b/audit`."""
    return f"/{spec.tag_prefix}/{_short(spec.environment_id)}/{use}".lower()


def token(spec: Spec, step: str, *parts: str) -> str:
    """Return a client token: the same request again gives the same resource. All services take 32 letters and digits."""
    return hashlib.sha256("/".join((spec.environment_id, step, *parts)).encode()).hexdigest()[:32]
