"""Where a stand-in takes AWS's place, a page may do what the customer would do in their own account.

Only there: without `AWS_STAND_IN_CUSTOMER_ROLE` these acts do not exist. They enter the customer's account as its own
administrator, never as the provider's role.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import transaction

from environments import rules
from environments.models import AwsAccount, Environment, Run, RunStep
from environments.provisioning.access_template import Given
from environments.provisioning.steps import BY_KEY
from environments.services import access, steering
from environments.states import RunState, StepState
from portal import aws
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, Forbidden, NotFound

_WAITING, _ACTIVE = "pending-acceptance", "active"
_ROLE_IN_NEW_ACCOUNT = "OrganizationAccountAccessRole"
_TUNNELS_UP = "stand-in:tunnels-up"
"""The tag by which the stand-in knows how many tunnels a router holds that it does not have."""


def available() -> bool:
    """Return whether a stand-in takes AWS's place here."""
    return bool(settings.AWS_STAND_IN_CUSTOMER_ROLE)


def simulated(step: str) -> str:
    """Return what is not real about a step here, one sentence; empty on AWS, and where all of it is real."""
    known = BY_KEY.get(step)
    return known.simulated if known and available() else ""


def create_role(environment: Environment, *, by: User) -> None:
    """Deploy the template of the provider's roles, as the customer would: anew, or over an earlier one. Raises `NotFound` on
    AWS, `Forbidden`, `Conflict`."""
    account = environment.aws_account
    deploy_roles(account, access.home_region(account), access.given(account), by=by)
    with transaction.atomic():
        after = {"role": account.role_name, "template": access.template().version}
        record("stand_in.role_created", environment, by=by, customer=environment.customer, after=after)
    _look_again(environment, by)


def deploy_roles(account: AwsAccount, region: str, given: Given, *, by: User) -> None:
    """Deploy the template of the provider's roles in an account, filled in as given. Raises as `create_role` does."""
    identity = _administrator_of(account, by)
    stack = {
        "StackName": access.template().stack_name,
        "TemplateBody": access.template().text(given),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in access.template().parameters(given).items()
        ],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    try:
        _deploy(identity, region, stack)
    except aws.AwsError as error:
        raise _refused(error) from error


def _deploy(identity: aws.Identity, region: str, stack: dict[str, Any]) -> None:
    stands = [row["StackName"] for row in aws.pages(identity, region, "cloudformation", "describe_stacks", "Stacks")]
    operation = "update_stack" if stack["StackName"] in stands else "create_stack"
    _change(identity, region, "cloudformation", operation, **stack)


def accept_peering(environment: Environment, *, by: User) -> None:
    """Accept the pending peering, as the customer would; one that is accepted already is only looked at again.

    Raises `NotFound` on AWS, `Forbidden`, `Conflict` without one.
    """
    identity = _customer_administrator(environment, by)
    try:
        peerings = _peerings(identity, environment)
        pending = [identifier for identifier, status in peerings.items() if status == _WAITING]
        for identifier in pending:
            _change(
                identity, environment.region, "ec2", "accept_vpc_peering_connection", VpcPeeringConnectionId=identifier
            )
    except aws.AwsError as error:
        raise _refused(error) from error
    if not pending and _ACTIVE not in peerings.values():
        raise Conflict("No peering request waits in this account.", remedy="Wait until the run has sent it.")
    if pending:
        with transaction.atomic():
            after = {"peerings": pending}
            record("stand_in.peering_accepted", environment, by=by, customer=environment.customer, after=after)
    _look_again(environment, by)


def publish_records(environment: Environment, *, by: User) -> None:
    """Publish the records that verify the mail domain and the certificate, as the customer would in their public DNS, for which
    public zones of their account stand. Raises `NotFound` on AWS, `Forbidden`, `Conflict` while none are asked for."""
    identity = _customer_administrator(environment, by)
    try:
        asked = [*_mail_records(environment), *_certificate_records(identity, environment.region)]
        for domain in {domain for domain, _ in asked}:
            _publish(identity, environment.region, domain, [row for known, row in asked if known == domain])
    except aws.AwsError as error:
        raise _refused(error) from error
    if not asked:
        raise Conflict("No records are asked for.", remedy="Wait until the run has set up the mail identity.")
    with transaction.atomic():
        after = {"records": [f"{row['Type']} {row['Name']}" for _, row in asked]}
        record("stand_in.records_published", environment, by=by, customer=environment.customer, after=after)
    _look_again(environment, by)


def _mail_records(environment: Environment) -> list[tuple[str, dict[str, Any]]]:
    """Return what the latest run asks for, each with the zone that it belongs in."""
    steps = RunStep.objects.filter(run__environment=environment, key="mail_identity", state=StepState.READY)
    asked = steps.order_by("-run__created_at").values_list("outputs", flat=True).first() or {}
    return [(asked["domain"], _record_set(**row)) for row in asked.get("records", ())]


def _certificate_records(identity: aws.Identity, region: str) -> list[tuple[str, dict[str, Any]]]:
    """Return those of certificates that are issued already too: to publish them a second time does no harm."""
    rows = aws.pages(
        identity,
        region,
        "acm",
        "list_certificates",
        "CertificateSummaryList",
        CertificateStatuses=["PENDING_VALIDATION", "ISSUED"],
    )
    found = []
    for row in rows:
        arn = row["CertificateArn"]
        answer = aws.call(identity, region, "acm", "describe_certificate", changes=False, CertificateArn=arn)
        certificate = answer["Certificate"]
        options = certificate.get("DomainValidationOptions", ())
        asked = [option["ResourceRecord"] for option in options if option.get("ResourceRecord")]
        domain = certificate["DomainName"].removeprefix("*.")
        found += [(domain, _record_set(one["Name"], one["Type"], one["Value"])) for one in asked]
    return found


def _publish(identity: aws.Identity, region: str, domain: str, rows: list[dict[str, Any]]) -> None:
    zone_id = _public_zone(identity, region, domain)
    changes = [{"Action": "UPSERT", "ResourceRecordSet": row} for row in rows]
    batch = {"Comment": "Published as the customer would", "Changes": changes}
    _change(identity, region, "route53", "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch=batch)


def _public_zone(identity: aws.Identity, region: str, domain: str) -> str:
    """Return the id of the account's public zone of this domain, made where there is none."""
    zones = aws.pages(identity, region, "route53", "list_hosted_zones", "HostedZones")
    for zone in zones:
        if zone["Name"].rstrip(".") == domain and not zone["Config"]["PrivateZone"]:
            return str(zone["Id"])
    made = _change(identity, region, "route53", "create_hosted_zone", Name=domain, CallerReference=f"public {domain}")
    return str(made["HostedZone"]["Id"])


def _record_set(name: str, type: str, value: str) -> dict[str, Any]:
    said = f'"{value}"' if type == "TXT" else value
    return {"Name": name, "Type": type, "TTL": 300, "ResourceRecords": [{"Value": said}]}


def bring_tunnels_up(environment: Environment, *, by: User) -> None:
    """Bring both VPN tunnels up, as the customer's router would. Raises `NotFound` on AWS, `Forbidden`, `Conflict` without a
    VPN connection."""
    identity = _customer_administrator(environment, by)
    try:
        connections = _vpn_connections(identity, environment)
        if connections:
            tags = [{"Key": _TUNNELS_UP, "Value": "2"}]
            _change(identity, environment.region, "ec2", "create_tags", Resources=connections, Tags=tags)
    except aws.AwsError as error:
        raise _refused(error) from error
    if not connections:
        raise Conflict("No VPN connection stands in this account.", remedy="Wait until the run has built it.")
    with transaction.atomic():
        after = {"connections": connections}
        record("stand_in.tunnels_up", environment, by=by, customer=environment.customer, after=after)
    _look_again(environment, by)


def _vpn_connections(identity: aws.Identity, environment: Environment) -> list[str]:
    mark = f"{settings.PROVIDER_TAG_PREFIX}:env"
    rows = aws.pages(identity, environment.region, "ec2", "describe_vpn_connections", "VpnConnections")
    return [
        row["VpnConnectionId"]
        for row in rows
        if row["State"] == "available" and {"Key": mark, "Value": environment.pk} in row.get("Tags", [])
    ]


def _peerings(identity: aws.Identity, environment: Environment) -> dict[str, str]:
    """Return the status of each peering of the environment's VPC, by its id."""
    rows = aws.pages(identity, environment.region, "ec2", "describe_vpc_peering_connections", "VpcPeeringConnections")
    return {
        row["VpcPeeringConnectionId"]: row["Status"]["Code"]
        for row in rows
        if row["AccepterVpcInfo"]["VpcId"] == environment.vpc_id
    }


def _change(identity: aws.Identity, region: str, service: str, operation: str, **params: Any) -> dict[str, Any]:
    return aws.call(identity, region, service, operation, changes=True, **params)


def _refused(error: aws.AwsError) -> Conflict:
    remedy = "Try again in a moment. If it stays so, look whether the stand-in runs."
    return Conflict(f"The stand-in refused: {error.message}", code="stand_in_refused", remedy=remedy)


def _customer_administrator(environment: Environment, by: User) -> aws.Identity:
    return _administrator_of(environment.aws_account, by)


def _administrator_of(account: AwsAccount, by: User) -> aws.Identity:
    if not available():
        raise NotFound
    if not rules.may_act_as_customer(by, account.customer):
        raise Forbidden("Acting in the customer's account is for the customer's own contributors and administrators.")
    role = _ROLE_IN_NEW_ACCOUNT if account.root_email else settings.AWS_STAND_IN_CUSTOMER_ROLE
    return aws.Identity(account.account_id, f"arn:aws:iam::{account.account_id}:role/{role}")


def _look_again(environment: Environment, by: User) -> None:
    """Wake whatever waits in this account; a run that a worker has at this moment looks again by itself."""
    for run in Run.objects.filter(environment__aws_account=environment.aws_account, state=RunState.WAITING):
        with suppress(Conflict):
            steering.look_again(run, by=by)
