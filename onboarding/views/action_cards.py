"""What each card of the Actions page shows: the facts to compare, and the lines to copy."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from environments.models import AwsAccount, ChecklistItem, Environment, RunStep
from environments.provisioning.access_template.template import areas_in_words
from environments.services import access
from environments.states import ItemKind, ItemState, Owner
from onboarding import selectors, turns
from onboarding.customer_actions import CustomerAction
from onboarding.models import Onboarding
from onboarding.states import Stage
from onboarding.turns import Turn
from portal.accounts import rules as roles
from portal.accounts.models import User

_CONSOLE = "https://{region}.console.aws.amazon.com/vpcconsole/home?region={region}#PeeringConnections:"


@dataclass(frozen=True, slots=True)
class RoleAllowed:
    """What one of the roles may do, its actions by what they are about."""

    name: str
    purpose: str
    areas: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Role:
    """The stack that the customer deploys in their account, and how. `launch_url` is empty where the console could not read
    the template."""

    account: AwsAccount
    version: str
    launch_url: str
    command: str
    parameters: dict[str, str]
    roles: list[RoleAllowed]


@dataclass(frozen=True, slots=True)
class Peering:
    """The request to accept: who asks, which one, and where."""

    requester_account: str
    requester_vpc: str
    requester_region: str
    peering_id: str
    command: str
    console_url: str


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record to publish; `is_missing` as we last looked it up."""

    name: str
    type: str
    value: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Card:
    action: CustomerAction
    template: str
    may_act: bool
    role: Role | None = None
    peering: Peering | None = None
    dns_records: tuple[DnsRecord, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.action.url_name, args=self.action.args)


_TEMPLATES = {
    "customer_access": "onboarding/actions/role.html",
    "peering_acceptance": "onboarding/actions/peering.html",
    "vpn_tunnels": "onboarding/actions/data_centre.html",
    "direct_connect": "onboarding/actions/data_centre.html",
    "mail_records": "onboarding/actions/dns_records.html",
    "certificate": "onboarding/actions/dns_records.html",
}


def card(user: User, action: CustomerAction) -> Card:
    environment, step = action.environment, action.step
    customer = environment.customer if environment else action.onboarding.customer if action.onboarding else None
    may_act = customer is not None and roles.may_act_in_customer_account(user, customer)
    template = _TEMPLATES.get(action.kind, "onboarding/actions/plain.html")
    role = _role(environment) if environment and action.kind == "customer_access" else None
    peering = _peering(environment, step) if environment and step and action.kind == "peering_acceptance" else None
    dns_records = _dns_records(step) if step and action.kind in ("mail_records", "certificate") else ()
    return Card(action, template, may_act, role, peering, dns_records)


def _role(environment: Environment) -> Role:
    """The stack makes four roles; the portal enters by the provisioner's."""
    account, template = environment.aws_account, access.template()
    values = template.parameters(access.given(account))
    return Role(
        account,
        template.version,
        access.launch_url(environment),
        access.command(environment),
        {name: value for name, value in values.items() if name != "VpcArns" or environment.vpc_id},
        [
            RoleAllowed(template.role_name(one.role, account.role_name), one.purpose, areas_in_words(one))
            for one in template.roles
        ],
    )


def _peering(environment: Environment, step: RunStep) -> Peering:
    """The console opens in the VPC's own Region: only there can the request be accepted."""
    peering_id, region = _peering_id(step), environment.region
    command = f"aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {peering_id} --region {region}"
    return Peering(
        settings.PROVIDER_ACCOUNT_ID,
        settings.PROVIDER_VPC_ID,
        settings.PROVIDER_REGION,
        peering_id,
        command,
        _CONSOLE.format(region=region),
    )


def _dns_records(step: RunStep) -> tuple[DnsRecord, ...]:
    """Return the records to publish. The reason of the wait names what is missing, on a line each: type, name, value."""
    missing = [tuple(line.split(" ", 2)) for line in step.reason.splitlines()[1:]]
    asked = RunStep.objects.filter(run=step.run_id, key="mail_identity").values_list("outputs", flat=True).first()
    listed = [(row["type"], row["name"], row["value"]) for row in (asked or {}).get("records", ())]
    rows = listed if step.key == "mail_records" else [row for row in missing if len(row) == 3]
    return tuple(DnsRecord(name, type, value, (type, name, value) in missing) for type, name, value in rows)


def _peering_id(step: RunStep) -> str:
    """Return the id of the request as the provider's step left it, empty while it is not known."""
    request = RunStep.objects.filter(run=step.run_id, key="peering_request").values_list("outputs", flat=True).first()
    return str((request or {}).get("peering_id", ""))


def unsigned_items(user: User) -> QuerySet[ChecklistItem]:
    """The items the customer signs, of environments whose onboarding is past provisioning."""
    stages = (Stage.VERIFICATION, Stage.HANDOVER)
    rows = ChecklistItem.objects.visible_to(user).filter(
        owner=Owner.CUSTOMER, kind=ItemKind.MANUAL, environment__onboardings__stage__in=stages
    )
    return (
        rows.exclude(state=ItemState.GREEN)
        .select_related("environment", "customer")
        .order_by("environment", "position")
    )


def what_goes_on(user: User) -> list[Turn]:
    """What the provider does meanwhile, so that an empty page still says something."""
    found: list[Turn] = []
    for onboarding in _running(user):
        found += turns.of(selectors.onboarding(user, onboarding.pk)).provider
    return found[:5]


def _running(user: User) -> Iterable[Onboarding]:
    over = (Stage.LIVE, Stage.CANCELLED)
    return Onboarding.objects.visible_to(user).exclude(stage__in=over).order_by("-created_at")[:5]
