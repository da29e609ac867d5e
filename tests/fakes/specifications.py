"""Variants of the sample answers, so that every capability applies in at least one."""

from typing import Any

from environments.provisioning.specification import DataCentre, Dns, Mail, Ntp

VARIANTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "own vpc": {"creates_vpc": True, "customer_vpc_id": "", "ntp": Ntp("own", ("192.168.0.5", "ntp.acme.example"))},
    "direct connect": {
        "data_centre": DataCentre("direct_connect", line_provider="Colt", line_location="Equinix LD5", vlan=101)
    },
    "own mail server": {
        "mail": Mail("own", "alerts@acme.example", "", "mail.acme.example", 587, "starttls", "alerts", "sec_1"),
    },
    "own dns": {"zone": "", "dns": Dns("own", "acme.internal", ("10.20.0.2", "10.20.1.2"))},
}
"""Changes to `tests.fakes.engine.spec()`. The first one in which a step applies is the one that its faults are tried in."""
