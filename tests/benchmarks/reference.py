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
    "dr_key",
    "backup_vault",
    "dr_vault",
    "backup_plan",
)
"""The steps that make the kinds of resources in the comparison. A whole environment has more: the audit trail, delivery of logs,
keys, patching, installation."""


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
