"""What must be true of an environment before its hand-over, as data.

An automatic item is true when the named steps of the latest run are ready and nothing since has been seen to differ; a manual
one when a named person of the owner's side signs it. `rows` are the statements of the provider's process that it comes from
(docs/glossary.md). Non-production is neither monitored nor backed up (S41).
"""

from collections.abc import Callable
from dataclasses import dataclass

from environments.models import Environment
from environments.provisioning.specification import Spec
from environments.states import ItemKind, Owner

NETWORK, NAMES, MAIL, LOGS, PRODUCTS, MONITORING, CUSTOMER = (
    "Network",
    "Names",
    "Mail",
    "Logs and audit",
    "Products",
    "Monitoring and backup",
    "With the customer",
)


def _always(environment: Environment, spec: Spec) -> bool:
    return True


def _production(environment: Environment, spec: Spec) -> bool:
    return environment.is_production


def _route53(environment: Environment, spec: Spec) -> bool:
    return bool(spec.zone)


def _own_dns(environment: Environment, spec: Spec) -> bool:
    return not spec.zone


def _own_dns_forwarded(environment: Environment, spec: Spec) -> bool:
    return _own_dns(environment, spec) and bool(spec.dns.servers)


def _ses(environment: Environment, spec: Spec) -> bool:
    return spec.mail.choice == "ses"


def _own_mail_server(environment: Environment, spec: Spec) -> bool:
    return spec.mail.choice == "own"


def _forwarding(environment: Environment, spec: Spec) -> bool:
    return spec.logs.forward and bool(spec.logs.host)


def _disaster_recovery(environment: Environment, spec: Spec) -> bool:
    return spec.recovers_elsewhere


def _vpn(environment: Environment, spec: Spec) -> bool:
    return spec.data_centre.choice == "vpn"


def _direct_connect(environment: Environment, spec: Spec) -> bool:
    return spec.data_centre.choice == "direct_connect"


def _several_nodes(environment: Environment, spec: Spec) -> bool:
    return any(product.pattern != "single" for product in spec.products)


def _public_domain(environment: Environment, spec: Spec) -> bool:
    return bool(spec.domain) and _several_nodes(environment, spec)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be true. `steps`: what an automatic item is computed from. `help`: what a signature says."""

    key: str
    title: str
    group: str
    owner: Owner = Owner.PROVIDER
    steps: tuple[str, ...] = ()
    applies: Callable[[Environment, Spec], bool] = _always
    help: str = ""
    rows: tuple[str, ...] = ()

    @property
    def kind(self) -> ItemKind:
        return ItemKind.AUTOMATIC if self.steps else ItemKind.MANUAL


ITEMS: tuple[Item, ...] = (
    Item(
        "accounts_accessible",
        "Both AWS accounts let us in, and only with the external ID",
        NETWORK,
        steps=("provider_access", "customer_access"),
        rows=("S1",),
    ),
    Item(
        "network_stands",
        "The VPC has its subnets, routes and firewall rules",
        NETWORK,
        steps=(
            "account",
            "account_role",
            "vpc",
            "vpc_dns_names",
            "dhcp_options",
            "subnets",
            "public_subnets",
            "internet_gateway",
            "elastic_ip",
            "nat_gateway",
            "route_tables",
            "internet_routes",
            "security_groups",
            "security_rules",
        ),
        rows=("S10", "S14", "S15"),
    ),
    Item(
        "peering_active",
        "The VPC peering is active",
        NETWORK,
        steps=("peering_request", "peering_acceptance", "peering_dns"),
        rows=("S2",),
    ),
    Item(
        "routes_both_sides",
        "Every route table on both sides leads through the peering",
        NETWORK,
        steps=("provider_routes", "customer_routes"),
        rows=("S2", "S4"),
    ),
    Item(
        "vpn_up",
        "The VPN to the data centre is up, and every route table takes its routes",
        NETWORK,
        steps=(
            "customer_gateway",
            "vpn_gateway",
            "vpn_connection",
            "vpn_routes",
            "vpn_configuration",
            "vpn_tunnels",
        ),
        applies=_vpn,
        rows=("S13",),
    ),
    Item(
        "direct_connect_up",
        "The Direct Connect line is up, each milestone on record",
        NETWORK,
        steps=("direct_connect",),
        applies=_direct_connect,
        rows=("S12",),
    ),
    Item(
        "operators_reach_environment",
        "Operators log in over the VPN and the peering",
        NETWORK,
        help="Log in to a host of this environment from the operations network and note which one.",
        rows=("S4",),
    ),
    Item(
        "private_zone",
        "The private zone answers for this VPC",
        NAMES,
        steps=("private_zone",),
        applies=_route53,
        rows=("S6",),
    ),
    Item(
        "name_mappings",
        "The name mappings are in the private zone",
        NAMES,
        steps=("dns_records",),
        applies=_route53,
        rows=("S6",),
    ),
    Item(
        "zone_seen_by_operators",
        "The operators' VPC finds the products by name",
        NAMES,
        steps=("zone_association",),
        applies=_route53,
        rows=("S4", "S6"),
    ),
    Item(
        "own_dns_asked",
        "The VPC asks the customer's DNS servers for their zone",
        NAMES,
        steps=("resolver", "resolver_rule", "resolver_association"),
        applies=_own_dns_forwarded,
        rows=("S7",),
    ),
    Item(
        "own_dns_answers",
        "The customer's DNS server answers with the name mappings",
        NAMES,
        owner=Owner.CUSTOMER,
        applies=_own_dns,
        help="Enter the name mappings of this environment in your DNS server and look one of them up.",
        rows=("S7",),
    ),
    Item(
        "mail_domain_verified",
        "The mail domain is verified and its mail is signed (DKIM, MAIL FROM)",
        MAIL,
        steps=("mail_identity", "mail_records"),
        applies=_ses,
        rows=("S8", "S23"),
    ),
    Item(
        "mail_server_log_in",
        "The products find the log-in of the customer's mail server, sealed",
        MAIL,
        steps=("mail_credentials",),
        applies=_own_mail_server,
        rows=("S8", "S23"),
    ),
    Item(
        "log_bucket_private",
        "Logs go to a private bucket: 30 days, then Glacier",
        LOGS,
        steps=("log_bucket",),
        rows=("S45", "S47"),
    ),
    Item(
        "audit_trail_on",
        "Remote log-ins are on record in a private bucket",
        LOGS,
        steps=("audit_bucket", "audit_trail"),
        rows=("S5",),
    ),
    Item(
        "logs_collected",
        "Audit, application and system logs reach the bucket",
        LOGS,
        steps=("log_groups", "delivery_role", "log_delivery", "log_subscriptions", "agent_configuration"),
        rows=("S24", "S45"),
    ),
    Item(
        "logs_forwarded",
        "The customer's log tools get a copy of every line",
        LOGS,
        steps=("log_forwarding",),
        applies=_forwarding,
        rows=("S46",),
    ),
    Item(
        "logs_copied",
        "Logs are copied into the Region for disaster recovery",
        LOGS,
        steps=("dr_bucket", "replication_role", "replication"),
        applies=_disaster_recovery,
        rows=("S28",),
    ),
    Item(
        "machines_running",
        "Every machine runs, encrypted and with its data volume",
        PRODUCTS,
        steps=("node_role", "launch_templates", "instances", "volumes", "volume_attachments"),
        rows=("S15", "S27"),
    ),
    Item(
        "database_available",
        "The products' database answers, in two zones where it is production",
        PRODUCTS,
        steps=("db_subnet_group", "database_settings", "database"),
        rows=("S15", "S18"),
    ),
    Item(
        "load_balancer_open",
        "A load balancer answers at the address of every product on several nodes",
        PRODUCTS,
        steps=("load_balancer", "load_balancer_zones", "target_groups", "listeners", "targets"),
        applies=_several_nodes,
        rows=("S16", "S18"),
    ),
    Item(
        "public_domain_proven",
        "Amazon issued the certificate of the public domain",
        PRODUCTS,
        steps=("certificate",),
        applies=_public_domain,
        rows=("S16",),
    ),
    Item(
        "patches_scheduled",
        "Security patches of the operating systems install themselves in the hour that the customer chose",
        PRODUCTS,
        steps=("patch_baseline", "patch_group", "maintenance_window", "patch_target", "patch_task"),
        rows=("S19", "S27"),
    ),
    Item(
        "products_installed",
        "The products are installed, and their consoles answer",
        PRODUCTS,
        steps=("installation_documents", "installation", "consoles"),
        rows=("S16",),
    ),
    Item(
        "administrator_accounts",
        "Administrator accounts of the consoles are created",
        PRODUCTS,
        steps=("administrator_accounts",),
        rows=("S17",),
    ),
    Item(
        "smoke_test_passed",
        "The products pass their smoke test",
        PRODUCTS,
        help="Run the smoke test of each product and say where its report is.",
        rows=("S16",),
    ),
    Item(
        "alarms_set",
        "Disk, CPU, memory, JVM heap and health of every machine are watched",
        MONITORING,
        steps=("encryption_key", "key_settings", "alert_topic", "alarms", "dashboard"),
        applies=_production,
        rows=("S21",),
    ),
    Item(
        "alert_received",
        "A test alert was received",
        MONITORING,
        applies=_production,
        help="Send a test alert and note who confirmed that it arrived.",
        rows=("S21", "S23"),
    ),
    Item(
        "backups_scheduled",
        "Databases and volumes are backed up by a plan",
        MONITORING,
        steps=("backup_role", "backup_vault", "backup_plan", "backup_selection"),
        applies=_production,
        rows=("S29", "S30", "S35", "S36"),
    ),
    Item(
        "backups_copied",
        "Backups have a vault and a key in the Region for disaster recovery",
        MONITORING,
        steps=("dr_key", "dr_vault"),
        applies=_disaster_recovery,
        rows=("S28", "S30"),
    ),
    Item(
        "first_backup_taken",
        "A first backup of every kind was taken",
        MONITORING,
        applies=_production,
        help="Note the snapshot identifiers.",
        rows=("S29", "S35", "S36"),
    ),
    Item(
        "firewall_ports_opened",
        "The firewall of the data centre lets the product ports through, both ways",
        CUSTOMER,
        owner=Owner.CUSTOMER,
        help="Say who opened the ports and when.",
        rows=("S11",),
    ),
    Item(
        "alert_recipients_confirmed",
        "Everybody who is to get alerts has confirmed it",
        CUSTOMER,
        owner=Owner.CUSTOMER,
        steps=("alert_recipients",),
        applies=_production,
        rows=("S25",),
    ),
)
BY_KEY = {item.key: item for item in ITEMS}
