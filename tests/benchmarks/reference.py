"""The reference environment: one specification, by which the engine is measured against what people would use instead.

It was chosen before this engine was written: about fifty resources of the kinds that every tool of the comparison can make. The
figures of the others are in docs/reliability.md with their source.
"""

from dataclasses import replace
from typing import Any

from environments.provisioning.specification import Monitoring, Spec
from environments.provisioning.step import Step
from environments.provisioning.steps import STEPS
from tests.fakes.engine import spec as sample

MEASURED = (
    "provider_access",
    "customer_access",
    "vpc",
    "subnets",
    "security_groups",
    "security_rules",
    "peering_request",
    "peering_acceptance",
    "provider_routes",
    "customer_routes",
    "customer_gateway",
    "vpn_gateway",
    "vpn_connection",
    "db_subnet_group",
    "database_settings",
    "database",
    "private_zone",
    "dns_records",
    "mail_identity",
    "node_role",
    "replication_role",
    "backup_role",
    "launch_templates",
    "instances",
    "volumes",
    "volume_attachments",
    "log_bucket",
    "dr_bucket",
    "replication",
    "log_groups",
    "alert_topic",
    "alarms",
    "dashboard",
    "encryption_key",
    "key_settings",
    "dr_key",
    "backup_vault",
    "dr_vault",
    "backup_plan",
)
"""The steps that make the kinds of resources in the comparison. A whole environment has more: the audit trail, delivery of
logs, patching, installation."""

SECTIONS: dict[str, Any] = {
    "smtp": {"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@acme.example"},
    "ntp": {"choice": "amazon"},
    "data_centre": {
        "choice": "vpn",
        "gateway_ip": "203.0.113.7",
        "routing": "static",
        "prefixes": ["192.168.0.0/16"],
        "router_vendor": "Cisco Systems, Inc.",
        "router_model": "ISR Series Routers",
        "router_software": "IOS 12.4+",
    },
    "monitoring": {
        "alert_emails": ["operations@acme.example"],
        "internet_reachable": False,
        "http_proxy": "http://proxy.acme.example:3128",
    },
    "operating_system": {"systems": ["ubuntu"], "patch_day": "sunday", "patch_hour": 2},
    "backup": {"frequency": "daily", "disaster_recovery": True, "dr_region": "eu-central-1"},
    "logs": {"retention_days": 30, "forward": False},
}
"""The same as frozen answers."""


def reference(**changes: Any) -> Spec:
    """Return the reference specification: a VPC of its own, everything chosen, no way to the Internet but the customer's."""
    behind_proxy = Monitoring(
        alert_emails=("operations@acme.example",),
        internet_reachable=False,
        http_proxy="http://proxy.acme.example:3128",
    )
    given = {"creates_vpc": True, "customer_vpc_id": "", "monitoring": behind_proxy, **changes}
    return replace(sample(), **given)


def measured() -> tuple[Step, ...]:
    """Return the steps of the comparison, in their order."""
    return tuple(step for step in STEPS if step.key in MEASURED)
