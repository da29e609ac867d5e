"""Variants of the sample answers, so that every capability applies in at least one."""

from typing import Any

from environments.provisioning.specification import DataCentre, Dns, Mail, Ntp, Product

VARIANTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "new account": {
        "creates_account": True,
        "root_email": "aws@acme.example",
        "customer_account_id": "",
        "role_arn": "arn:aws:iam:::role/Provisioner",
        "creates_vpc": True,
        "customer_vpc_id": "",
    },
    "own vpc": {"creates_vpc": True, "customer_vpc_id": "", "ntp": Ntp("own", ("192.168.0.5", "ntp.acme.example"))},
    "direct connect": {
        "data_centre": DataCentre("direct_connect", line_provider="Colt", line_location="Equinix LD5", vlan=101)
    },
    "own mail server": {
        "mail": Mail("own", "alerts@acme.example", "", "mail.acme.example", 587, "starttls", "alerts", "sec_1"),
    },
    "several nodes": {
        "domain": "integration.acme.example",
        "products": (
            Product("api-manager", "4.5.0", "am.acme.internal", "10.20.0.10", "distributed"),
            Product("identity-server", "7.1.0", "is.acme.internal", "10.20.0.11", "ha"),
        ),
    },
    "own dns": {"zone": "", "dns": Dns("own", "acme.internal", ("10.20.0.2", "10.20.1.2"))},
}
"""Changes to `tests.fakes.engine.spec()`. The first one in which a step applies is the one that its faults are tried in."""
