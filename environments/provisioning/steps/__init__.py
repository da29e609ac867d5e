"""Every capability, in an order in which each comes after what it requires. Adding one is one line here."""

from environments.provisioning.step import Step
from environments.provisioning.steps.access import CustomerAccess, ProviderAccess
from environments.provisioning.steps.buckets import AuditBucket, LogBucket
from environments.provisioning.steps.dns import DnsRecords, PrivateZone
from environments.provisioning.steps.launch_templates import LaunchTemplates
from environments.provisioning.steps.node_role import NodeRole
from environments.provisioning.steps.peering import PeeringAcceptance, PeeringRequest
from environments.provisioning.steps.routes import CustomerRoutes, ProviderRoutes
from environments.provisioning.steps.security_groups import SecurityGroups, SecurityRules
from environments.provisioning.steps.subnets import Subnets
from environments.provisioning.steps.trail import AuditTrail
from environments.provisioning.steps.vpc import OwnVpc, VpcDnsNames

STEPS: tuple[Step, ...] = (
    ProviderAccess(),
    CustomerAccess(),
    OwnVpc(),
    VpcDnsNames(),
    Subnets(),
    SecurityGroups(),
    SecurityRules(),
    LaunchTemplates(),
    NodeRole(),
    PeeringRequest(),
    PeeringAcceptance(),
    ProviderRoutes(),
    CustomerRoutes(),
    PrivateZone(),
    DnsRecords(),
    LogBucket(),
    AuditBucket(),
    AuditTrail(),
)
BY_KEY: dict[str, Step] = {step.key: step for step in STEPS}
