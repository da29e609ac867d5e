"""What the page of an action shows besides words: facts to compare, records to publish, the lines to copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from environments.models import AwsAccount, Environment, ProductDeployment, RunStep
from environments.provisioning.access_template.template import areas_in_words
from environments.services import access
from environments.states import StepState
from onboarding.actions.kinds import BY_KEY
from onboarding.actions.models import CustomerAction

_ROUTE_TABLE = re.compile(r"\brtb-\w+")
_CONSOLE = "https://{region}.console.aws.amazon.com/vpcconsole/home?region={region}#{place}:"


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


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record to publish; `is_missing` as we last looked it up."""

    name: str
    type: str
    value: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is of one action; only what its kind has. `block`: the template that shows it; `commands`: lines to copy."""

    block: str = ""
    commands: list[str] = field(default_factory=list)
    console_url: str = ""
    role: Role | None = None
    peering: Peering | None = None
    dns_records: tuple[DnsRecord, ...] = ()
    names: list[ProductDeployment] = field(default_factory=list)
    route_tables: list[str] = field(default_factory=list)
    peering_id: str = ""


def of(action: CustomerAction) -> Facts:
    """Read what the action's kind shows, in at most three statements."""
    make = _MAKERS.get(action.kind)
    environment = action.environment
    return make(action, environment) if make and environment else Facts()


def _role(action: CustomerAction, environment: Environment) -> Facts:
    """The stack makes four roles; the portal enters by the provisioner's."""
    account, template = environment.aws_account, access.template()
    values = template.parameters(access.given(account))
    role = Role(
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
    return Facts("onboarding/actions/role.html", [role.command], role=role)


def _peering(action: CustomerAction, environment: Environment) -> Facts:
    """The console opens in the VPC's own Region: only there can the request be accepted."""
    peering = Peering(
        settings.PROVIDER_ACCOUNT_ID,
        settings.PROVIDER_VPC_ID,
        settings.PROVIDER_REGION,
        str(_outputs(action, "peering_request").get("peering_id", "")),
    )
    command = _command(action, peering_id=peering.peering_id, region=environment.region)
    console_url = _CONSOLE.format(region=environment.region, place="PeeringConnections")
    return Facts("onboarding/actions/peering.html", [command], console_url, peering=peering)


def _routes(action: CustomerAction, environment: Environment) -> Facts:
    """The reason names the route tables in which another route stands in the way."""
    tables = list(dict.fromkeys(_ROUTE_TABLE.findall(action.reason)))
    peering = str(_outputs(action, "peering_acceptance").get("peering_id", ""))
    commands = [
        _command(
            action,
            table_id=table,
            cidr=settings.PROVIDER_VPC_CIDR,
            peering_id=peering,
            region=environment.region,
        )
        for table in tables
    ]
    console_url = _CONSOLE.format(region=environment.region, place="RouteTables")
    return Facts("onboarding/actions/routes.html", commands, console_url, route_tables=tables, peering_id=peering)


def _dns_records(action: CustomerAction, environment: Environment) -> Facts:
    """The reason of the wait names what is missing, on a line each: type, name, value."""
    missing = [tuple(line.split(" ", 2)) for line in action.reason.splitlines()[1:]]
    if action.kind == "mail_records":
        asked = _outputs(action, "mail_identity").get("records", ())
        rows = [(row["type"], row["name"], row["value"]) for row in asked]
    else:
        rows = [(row[0], row[1], row[2]) for row in missing if len(row) == 3]
    records = tuple(DnsRecord(name, type, value, (type, name, value) in missing) for type, name, value in rows)
    commands = [_command(action, record_type=record.type, record_name=record.name) for record in records]
    return Facts("onboarding/actions/dns_records.html", commands, dns_records=records)


def _data_centre(action: CustomerAction, environment: Environment) -> Facts:
    return Facts("onboarding/actions/data_centre.html", [_command(action, region=environment.region)])


def _names(action: CustomerAction, environment: Environment) -> Facts:
    names = list(environment.product_deployments.order_by("hostname"))
    commands = [_command(action, hostname=row.hostname) for row in names[:1]]
    return Facts("onboarding/actions/names.html", commands, names=names)


_MAKERS: dict[str, Callable[[CustomerAction, Environment], Facts]] = {
    "customer_access": _role,
    "peering_acceptance": _peering,
    "customer_routes": _routes,
    "mail_records": _dns_records,
    "certificate": _dns_records,
    "vpn_tunnels": _data_centre,
    "direct_connect": _data_centre,
    "own_dns": _names,
}


def _command(action: CustomerAction, **values: str) -> str:
    return BY_KEY[action.kind].command.format(**values)


def _outputs(action: CustomerAction, key: str) -> dict[str, Any]:
    """Return what another step of the same run gave; where no run asks, what the step last gave. Empty without either."""
    steps = RunStep.objects.filter(key=key)
    if action.step:
        rows = steps.filter(run=action.step.run_id)
    else:
        ready = steps.filter(run__environment=action.environment_id, state=StepState.READY, removes=False)
        rows = ready.order_by("-finished_at")
    return rows.values_list("outputs", flat=True).first() or {}
