"""Approved answers, frozen per environment."""

import hashlib
import ipaddress
import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from environments.catalogue.products import BY_KEY
from environments.models import AwsAccount, Environment, ProductDeployment, Specification
from environments.signals import specification_frozen
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.services import accounts
from onboarding.states import SectionState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict

LOG_RETENTION_DAYS = 30
_FIRST_ADDRESS = 10
"""AWS keeps the first four addresses of a subnet; the next ones are left to the customer's own use."""

Answers = dict[str, dict[str, Any]]


def freeze(onboarding: Onboarding, *, by: User | None) -> list[Specification]:
    """Every environment of the approved answers stands, with its products, and has its current specification.

    A new version is made only where something changed. Returns the current specification of each environment, in the
    order of the answers. Raises `Conflict` unless every section is approved.
    """
    with transaction.atomic():
        answers = _approved(onboarding)
        rows = answers[accounts.SECTION_KEY]["environments"]
        accounts.ensure(onboarding.sections.get(key=accounts.SECTION_KEY), rows)
        environments = _environments(onboarding, rows)
        onboarding.environments.set(environments)
        return [_specification(environment, answers, by=by) for environment in environments]


def _approved(onboarding: Onboarding) -> Answers:
    sections = list(Section.objects.filter(onboarding=onboarding))
    if any(section.state != SectionState.APPROVED for section in sections):
        raise Conflict("Not every section is approved yet: a specification is made from approved answers only.")
    return {section.key: definition(section.key).sound(section.answers) for section in sections}


def _environments(onboarding: Onboarding, rows: list[dict[str, Any]]) -> list[Environment]:
    """The same VPC, or else the same name within this onboarding, is the same environment with newer answers.

    Names may have changed hands between them, so the known ones give theirs up first.
    """
    known = list(Environment.objects.filter(customer=onboarding.customer).order_by("pk"))
    by_vpc = {environment.vpc_id: environment for environment in known}
    kept = {by_vpc[row["vpc_id"]].pk for row in rows if row["vpc_id"] in by_vpc}
    linked = set(onboarding.environments.values_list("pk", flat=True)) - kept
    by_name = {environment.name: environment for environment in known if environment.pk in linked}
    for environment in known:
        if environment.pk in kept | linked:
            Environment.objects.filter(pk=environment.pk).update(name=environment.pk)
    return [_environment(onboarding, row, by_vpc.get(row["vpc_id"]) or by_name.pop(row["name"], None)) for row in rows]


def _environment(onboarding: Onboarding, row: dict[str, Any], known: Environment | None) -> Environment:
    environment = known or Environment(customer=onboarding.customer)
    environment.aws_account = AwsAccount.objects.get(customer=onboarding.customer, account_id=row["account_id"])
    for field in ("name", "kind", "region", "vpc_id", "cidr_blocks"):
        setattr(environment, field, row[field])
    environment.save()
    return environment


def _specification(environment: Environment, answers: Answers, *, by: User | None) -> Specification:
    products = _deployments(environment, answers)
    content = _content(environment, answers, products)
    digest = digest_of(content)
    latest = environment.specifications.order_by("-version").first()
    if latest and latest.digest == digest:
        return latest
    specification = Specification.objects.create(
        customer=environment.customer,
        environment=environment,
        version=latest.version + 1 if latest else 1,
        content=content,
        digest=digest,
    )
    after = {"version": specification.version, "digest": digest}
    record("specification.frozen", specification, by=by, customer=environment.customer, after=after)
    specification_frozen.send(sender=Specification, specification=specification)
    return specification


def _deployments(environment: Environment, answers: Answers) -> list[ProductDeployment]:
    rows = answers["products"]["products"]
    named = [row["product"] for row in rows]
    environment.product_deployments.exclude(product__in=named).delete()
    return [
        ProductDeployment.objects.update_or_create(
            environment=environment,
            product=row["product"],
            defaults={
                "customer": environment.customer,
                "version": row["version"],
                "pattern": row["pattern"],
                "hostname": _hostname(environment, row["product"], answers["dns"]["zone"]),
                "address": _address(environment, named.index(row["product"])),
            },
        )[0]
        for row in rows
    ]


def _hostname(environment: Environment, product: str, zone: str) -> str:
    """Production has the short name; the others carry their own, since one DNS server may answer for all."""
    label = "" if environment.is_production else f".{slugify(environment.name)}"
    return f"{BY_KEY[product].short}{label}.{zone}"


def _address(environment: Environment, position: int) -> str:
    block = ipaddress.ip_network(environment.cidr_blocks[0])
    return str(block.network_address + _FIRST_ADDRESS + position)


def _content(environment: Environment, answers: Answers, products: list[ProductDeployment]) -> dict[str, Any]:
    customer, account = environment.customer, environment.aws_account
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
            "cidr_blocks": environment.cidr_blocks,
        },
        "provider": {
            "name": settings.PROVIDER_NAME,
            "tag_prefix": settings.PROVIDER_TAG_PREFIX,
            "account_id": settings.PROVIDER_ACCOUNT_ID,
            "region": settings.PROVIDER_REGION,
            "vpc_id": settings.PROVIDER_VPC_ID,
            "cidr": settings.PROVIDER_VPC_CIDR,
        },
        "products": [
            {
                "product": product.product,
                "version": product.version,
                "pattern": product.pattern,
                "hostname": product.hostname,
                "address": product.address,
            }
            for product in products
        ],
        **{key: value for key, value in answers.items() if key not in ("products", accounts.SECTION_KEY)},
        "logs": {**answers["logs"], "retention_days": LOG_RETENTION_DAYS},
    }


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
