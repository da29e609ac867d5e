"""Every capability, in an order in which each comes after what it requires. Adding one is one line here."""

from environments.provisioning import permissions
from environments.provisioning.step import Step
from environments.provisioning.steps.access import CustomerAccess, ProviderAccess
from environments.provisioning.steps.account import AccountRole, NewAccount
from environments.provisioning.steps.administrators import AdministratorAccounts
from environments.provisioning.steps.agent import AgentConfiguration, LogForwarding
from environments.provisioning.steps.alarms import Alarms
from environments.provisioning.steps.alerts import AlertRecipients, AlertTopic
from environments.provisioning.steps.backup import BackupPlan, BackupRole, BackupSelection
from environments.provisioning.steps.backup_vaults import BackupVault, DrVault
from environments.provisioning.steps.buckets import AuditBucket, DrBucket, LogBucket
from environments.provisioning.steps.certificate import Certificate
from environments.provisioning.steps.consoles import Consoles
from environments.provisioning.steps.dashboard import Dashboard
from environments.provisioning.steps.database import Database
from environments.provisioning.steps.database_settings import DatabaseSettings, DbSubnetGroup
from environments.provisioning.steps.dhcp_options import DhcpOptions
from environments.provisioning.steps.direct_connect import DirectConnect
from environments.provisioning.steps.dns import DnsRecords, PrivateZone
from environments.provisioning.steps.gateways import ElasticIp, InternetGateway, NatGateway
from environments.provisioning.steps.installation import Installation, InstallationDocuments
from environments.provisioning.steps.instances import Instances
from environments.provisioning.steps.keys import DrKey, EncryptionKey, KeySettings
from environments.provisioning.steps.launch_templates import LaunchTemplates
from environments.provisioning.steps.listeners import Listeners
from environments.provisioning.steps.load_balancer import LoadBalancer, LoadBalancerZones
from environments.provisioning.steps.logs import LogDelivery, LogGroups, LogSubscriptions
from environments.provisioning.steps.mail_credentials import MailCredentials
from environments.provisioning.steps.mail_identity import MailIdentity
from environments.provisioning.steps.mail_records import MailRecords
from environments.provisioning.steps.maintenance import MaintenanceWindow, PatchTarget, PatchTask
from environments.provisioning.steps.node_role import NodeRole
from environments.provisioning.steps.patching import PatchBaseline, PatchGroup
from environments.provisioning.steps.peering import PeeringAcceptance, PeeringRequest
from environments.provisioning.steps.peering_dns import PeeringDns
from environments.provisioning.steps.replication import Replication
from environments.provisioning.steps.resolver import ResolverAssociation, ResolverEndpoint, ResolverRule
from environments.provisioning.steps.route_tables import InternetRoutes, RouteTables
from environments.provisioning.steps.routes import CustomerRoutes, ProviderRoutes
from environments.provisioning.steps.security_groups import SecurityGroups, SecurityRules
from environments.provisioning.steps.service_roles import DeliveryRole, ReplicationRole
from environments.provisioning.steps.subnets import PublicSubnets, Subnets
from environments.provisioning.steps.target_groups import TargetGroups, Targets
from environments.provisioning.steps.trail import AuditTrail
from environments.provisioning.steps.volumes import VolumeAttachments, Volumes
from environments.provisioning.steps.vpc import OwnVpc, VpcDnsNames
from environments.provisioning.steps.vpn_configuration import VpnConfiguration
from environments.provisioning.steps.vpn_connection import VpnConnection, VpnRoutes
from environments.provisioning.steps.vpn_gateways import CustomerGateway, VpnGateway
from environments.provisioning.steps.vpn_tunnels import VpnTunnels
from environments.provisioning.steps.zone_association import ZoneAssociation

STEPS: tuple[Step, ...] = (
    ProviderAccess(),
    NewAccount(),
    AccountRole(lambda: permissions.actions(STEPS)),
    CustomerAccess(lambda: permissions.actions(STEPS)),
    OwnVpc(),
    VpcDnsNames(),
    DhcpOptions(),
    Subnets(),
    PublicSubnets(),
    InternetGateway(),
    ElasticIp(),
    NatGateway(),
    RouteTables(),
    InternetRoutes(),
    SecurityGroups(),
    SecurityRules(),
    NodeRole(),
    LaunchTemplates(),
    Instances(),
    Volumes(),
    VolumeAttachments(),
    Certificate(),
    LoadBalancer(),
    LoadBalancerZones(),
    TargetGroups(),
    Listeners(),
    Targets(),
    DbSubnetGroup(),
    DatabaseSettings(),
    Database(),
    PeeringRequest(),
    PeeringAcceptance(),
    PeeringDns(),
    ProviderRoutes(),
    CustomerRoutes(),
    CustomerGateway(),
    VpnGateway(),
    VpnConnection(),
    VpnRoutes(),
    VpnConfiguration(),
    VpnTunnels(),
    DirectConnect(),
    PrivateZone(),
    DnsRecords(),
    ZoneAssociation(),
    ResolverEndpoint(),
    ResolverRule(),
    ResolverAssociation(),
    MailIdentity(),
    MailRecords(),
    MailCredentials(),
    LogBucket(),
    AuditBucket(),
    AuditTrail(),
    DrBucket(),
    ReplicationRole(),
    Replication(),
    LogGroups(),
    DeliveryRole(),
    LogDelivery(),
    LogSubscriptions(),
    AgentConfiguration(),
    LogForwarding(),
    EncryptionKey(),
    KeySettings(),
    DrKey(),
    AlertTopic(),
    AlertRecipients(),
    Alarms(),
    Dashboard(),
    BackupRole(),
    BackupVault(),
    DrVault(),
    BackupPlan(),
    BackupSelection(),
    InstallationDocuments(),
    AdministratorAccounts(),
    Installation(),
    Consoles(),
    PatchBaseline(),
    PatchGroup(),
    MaintenanceWindow(),
    PatchTarget(),
    PatchTask(),
)
BY_KEY: dict[str, Step] = {step.key: step for step in STEPS}
