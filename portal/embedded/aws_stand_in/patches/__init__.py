"""What AWS refuses, repeats or makes one wait for and moto does not: one file per service.

The portal's correctness must not depend on any of these: they are here so that refusals, waits and idempotency can be seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from unittest import mock

DELIVERY = timedelta(seconds=1)
"""How long a peering request stays `initiating-request`."""

NAT_GATEWAY = timedelta(seconds=1)
"""How long a NAT gateway stays `pending`."""

VPN = timedelta(seconds=1)
"""How long a VPN connection stays `pending`."""

DATABASE = timedelta(seconds=2)
"""How long a database stays `creating`."""

LOAD_BALANCER = timedelta(seconds=1)
"""How long a load balancer stays `provisioning`."""

NEW_ACCOUNT = timedelta(seconds=1)
"""How long the creation of an account stays `IN_PROGRESS`."""

WAITS = ("DELIVERY", "NAT_GATEWAY", "VPN", "DATABASE", "LOAD_BALANCER", "NEW_ACCOUNT")
_SERVICES = (
    "trust",
    "enforcement",
    "iam",
    "organizations",
    "peering",
    "ec2",
    "network",
    "images",
    "machines",
    "vpn",
    "route53",
    "resolver",
    "public_dns",
    "s3",
    "cloudtrail",
    "rds",
    "elb",
    "listeners",
    "acm",
    "ssm",
    "patching",
    "ses",
    "quotas",
    "backup",
    "cloudwatch",
    "dry_run",
)


@cache
def install() -> None:
    """Change moto, once per process. The patches import moto, which reads its environment then: not before this call."""
    for service in _SERVICES:
        import_module(f"{__name__}.{service}").install()


def now() -> datetime:
    """Return the time by which the stand-in counts its waits."""
    return datetime.now(UTC)


@contextmanager
def at_once() -> Iterator[None]:
    """Let nothing be waited for while this lasts."""
    waits: dict[str, Any] = dict.fromkeys(WAITS, timedelta(0))
    with mock.patch.multiple(__name__, **waits):
        yield
