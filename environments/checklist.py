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

NETWORK, NAMES, LOGS, PRODUCTS, MONITORING, CUSTOMER = (
    "Network",
    "Names",
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
        "peering_active",
        "The VPC peering is active",
        NETWORK,
        steps=("peering_request", "peering_acceptance"),
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
        "own_dns_answers",
        "The customer's DNS server answers with the name mappings",
        NAMES,
        owner=Owner.CUSTOMER,
        applies=_own_dns,
        help="Enter the name mappings of this environment in your DNS server and look one of them up.",
        rows=("S7",),
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
        "products_installed",
        "The products are installed and pass their smoke test",
        PRODUCTS,
        help="Installation is not automated yet: say which packs were installed and where the test report is.",
        rows=("S16",),
    ),
    Item(
        "administrator_accounts",
        "Administrator accounts of the consoles are created",
        PRODUCTS,
        help="Say for which products, without any password: the hand-over makes and seals those.",
        rows=("S17",),
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
        "The alert recipients are right",
        CUSTOMER,
        owner=Owner.CUSTOMER,
        applies=_production,
        help="Confirm that everybody named in the monitoring section reads alerts at any hour.",
        rows=("S25",),
    ),
)
BY_KEY = {item.key: item for item in ITEMS}
