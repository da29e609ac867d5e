"""Environments with a frozen specification, without the intake before them."""

from itertools import count
from typing import Any

from django.conf import settings

from environments.models import AwsAccount, Environment, Plan, ProductDeployment, Run, RunStep, Specification
from environments.services import plans
from environments.services.journal import at_once
from environments.states import EnvironmentKind, PlanState
from onboarding.approvals import digest_of
from portal.accounts.models import Customer
from tests.factories import people

_numbers = count(1)


def environment(
    customer: Customer | None = None,
    *,
    kind: str = EnvironmentKind.PRODUCTION,
    account_id: str = "",
    region: str = "eu-west-1",
    vpc_id: str = "",
    cidr: str = "",
    zone: str = "acme.internal",
    data_centre: str = "none",
    new_vpc: bool = False,
) -> Environment:
    """Return an environment with its specification. `zone` empty: the customer's own DNS server answers. `new_vpc`: the
    provider makes the VPC.

    `data_centre`: none, vpn or direct_connect; of the last two a run waits until the customer has done their part.
    """
    number = next(_numbers)
    owner = customer or people.customer()
    account, _ = AwsAccount.objects.get_or_create(
        customer=owner,
        account_id=account_id or f"{400000000000 + number}",
        defaults={"external_id": f"external-id-of-{number}", "role_name": settings.CUSTOMER_ROLE_NAME},
    )
    made = Environment.objects.create(
        customer=owner,
        name=EnvironmentKind(kind).label,
        kind=kind,
        aws_account=account,
        region=region,
        vpc_id="" if new_vpc else vpc_id or f"vpc-{number:017x}",
        cidr_blocks=[cidr or f"10.{number % 190}.0.0/16"],
    )
    specify(made, zone=zone, data_centre=data_centre)
    return made


def specify(environment: Environment, **changes: Any) -> Specification:
    """Freeze a (further) version of the specification."""
    content = _content(environment, **changes)
    return Specification.objects.create(
        customer=environment.customer,
        environment=environment,
        version=environment.specifications.count() + 1,
        content=content,
        digest=digest_of(content),
    )


def _content(
    environment: Environment, *, zone: str = "acme.internal", data_centre: str = "none", retention_days: int = 30
) -> dict[str, Any]:
    customer, account = environment.customer, environment.aws_account
    network = environment.cidr_blocks[0].split("/")[0].rsplit(".", 1)[0]
    deployment, _ = ProductDeployment.objects.get_or_create(
        environment=environment,
        product="api-manager",
        defaults={
            "customer": customer,
            "version": "4.5.0",
            "pattern": "ha",
            "hostname": f"am.{zone or 'acme.internal'}",
            "address": f"{network}.10",
        },
    )
    return {
        "environment": {"id": environment.pk, "name": environment.name, "kind": environment.kind},
        "customer": {
            "id": customer.pk,
            "name": customer.name,
            "slug": customer.slug,
            "account_id": account.account_id,
            "role_arn": account.role_arn,
            "external_id": account.external_id,
            "region": environment.region,
            "vpc_id": environment.vpc_id,
            "creates_vpc": not environment.vpc_id,
            "cidr_blocks": environment.cidr_blocks,
        },
        "provider": {
            "name": settings.PROVIDER_NAME,
            "tag_prefix": settings.PROVIDER_TAG_PREFIX,
            "account_id": settings.PROVIDER_ACCOUNT_ID,
            "region": settings.PROVIDER_REGION,
            "vpc_id": settings.PROVIDER_VPC_ID,
            "cidr": settings.PROVIDER_VPC_CIDR,
            "principal_arn": settings.PROVIDER_PRINCIPAL_ARN,
        },
        "products": [
            {
                "product": deployment.product,
                "version": deployment.version,
                "pattern": deployment.pattern,
                "hostname": deployment.hostname,
                "address": deployment.address,
            }
        ],
        "dns": {"choice": "route53", "zone": zone} if zone else {"choice": "own", "zone": "acme.internal"},
        "data_centre": {"choice": data_centre, "gateway_ip": "52.16.10.20", "routing": "bgp", "bgp_asn": 65010},
        "logs": {"forward": False, "retention_days": retention_days},
    }


def planned(environment: Environment) -> Any:
    """Return a plan that AWS was looked at for."""
    plan = plans.request(environment, by=people.engineer())
    plans.compute(plan.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.READY, plan.findings
    return plan


def run(environment: Environment) -> Run:
    """Return a run that is approved and that nobody has worked on yet."""
    plan = planned(environment)
    return plans.approve(plan, digest=plan.digest, by=people.engineer())


def run_of(environment: Environment, *keys: str) -> Run:
    """Return a queued run of these steps only, as if approved."""
    specification = environment.specifications.order_by("-version")[0]
    plan = Plan.objects.create(
        customer=environment.customer, environment=environment, specification=specification, state=PlanState.APPROVED
    )
    run = Run.objects.create(customer=environment.customer, environment=environment, plan=plan, next_at=at_once())
    for position, key in enumerate(keys, start=1):
        RunStep.objects.create(customer=environment.customer, run=run, key=key, position=position)
    return run
