"""Variants of the sample answers, so that every capability applies in at least one."""

from typing import Any

from environments.provisioning.specification import Dns

VARIANTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "own vpc": {"creates_vpc": True, "customer_vpc_id": ""},
    "own dns": {"zone": "", "dns": Dns("own", "acme.internal", ("10.20.0.2", "10.20.1.2"))},
}
"""Changes to `tests.fakes.engine.spec()`. The first one in which a step applies is the one that its faults are tried in."""
