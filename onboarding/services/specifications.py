"""Approved answers, frozen per environment."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from environments.catalogue.products import BY_KEY
from environments.models import AwsAccount, Environment, ProductDeployment, Specification
from environments.provisioning.addressing import product_address
from environments.signals import specification_frozen
from onboarding.approvals import digest_of
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.sections import definition
from onboarding.sections.environment_rows import NEW_VPC
from onboarding.services import accounts
from onboarding.states import SectionState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict

LOG_RETENTION_DAYS = 30
_OF_THE_ROW = ("name", "kind", "region", "cidr_blocks")

Answers = dict[str, dict[str, Any]]
Row = dict[str, Any]
"""The answers for one environment."""


def freeze(onboarding: Onboarding, *, by: User | None) -> list[Specification]:
    """Every environment of the approved answers stands, with its products, and has its current specification.

    A new version is made only where something changed. Returns the current specification of each environment, in the
    order of the answers. Raises `Conflict` unless every section is approved, with the very answers that are there.
    """
    with transaction.atomic():
        sections = _approved(onboarding)
        answers = {section.key: definition(section.key).sound(section.answers) for section in sections}
        approved = {section.key: digest_of(section.answers) for section in sections}
        rows = answers[accounts.SECTION_KEY]["environments"]
        accounts.ensure(onboarding.sections.get(key=accounts.SECTION_KEY), rows)
        environments = _environments(onboarding, rows, _new_account(onboarding, answers))
        onboarding.environments.set(environments)
        return [
            _specification(environment, row, answers, approved, by=by)
            for environment, row in zip(environments, rows, strict=True)
        ]


def provisional(onboarding: Onboarding, row: Row, answers: Answers) -> dict[str, Any]:
    """Return what freezing would make of one environment's row, nothing of which is kept. The answers must be complete."""
    account = AwsAccount(
        customer=onboarding.customer,
        account_id=row.get("account_id", ""),
        role_name=settings.CUSTOMER_ROLE_NAME,
        root_email=answers[accounts.SECTION_KEY].get("root_email", ""),
    )
    environment = Environment(customer=onboarding.customer, aws_account=account, vpc_id=row.get("vpc_id", ""))
    _take_over(environment, row)
    products = [
        ProductDeployment(environment=environment, product=product, **given)
        for product, given in _layout(environment, answers).items()
    ]
    return _content(environment, row, answers, products)


def _approved(onboarding: Onboarding) -> list[Section]:
    sections = list(Section.objects.filter(onboarding=onboarding))
    if any(section.state != SectionState.APPROVED for section in sections):
        raise Conflict("Not every section is approved yet: a specification is made from approved answers only.")
    reviews = SectionReview.objects.filter(section__in=sections, decision=SectionReview.Decision.APPROVED)
    digests = set(reviews.values_list("section", "digest"))
    for section in sections:
        if (section.pk, digest_of(section.answers)) not in digests:
            title = definition(section.key).title
            raise Conflict(f"{title} has other answers than were approved.", remedy="Open it again, and review it.")
    return sections


def _new_account(onboarding: Onboarding, answers: Answers) -> AwsAccount | None:
    """Return the account that the provider opens, where the customer wishes one."""
    given = answers[accounts.SECTION_KEY]
    return accounts.ensure_new(onboarding, given["root_email"]) if given.get("account_wish") else None


def _environments(onboarding: Onboarding, rows: list[Row], new_account: AwsAccount | None) -> list[Environment]:
    """The same VPC, or else the same name within this onboarding, is the same environment with newer answers. A new VPC is
    known by its range: it is made for that one.

    Names may have changed hands between them, so the known ones give theirs up first.
    """
    known = list(Environment.objects.filter(customer=onboarding.customer).order_by("pk"))
    by_vpc = {environment.vpc_id: environment for environment in known if environment.vpc_id}
    kept = {by_vpc[row["vpc_id"]].pk for row in rows if row.get("vpc_id") in by_vpc}
    linked = set(onboarding.environments.values_list("pk", flat=True)) - kept
    unclaimed = [environment for environment in known if environment.pk in linked]
    found = [by_vpc.get(row.get("vpc_id", "")) for row in rows]
    for same in (_same_new_vpc, _same_name):
        found = [before or _claim(unclaimed, row, same) for before, row in zip(found, rows, strict=True)]
    for environment in known:
        if environment.pk in kept | linked:
            Environment.objects.filter(pk=environment.pk).update(name=environment.pk)
    return [
        _environment(onboarding, row, environment, new_account) for row, environment in zip(rows, found, strict=True)
    ]


def _claim(unclaimed: list[Environment], row: Row, same: Callable[[Environment, Row], bool]) -> Environment | None:
    """Take the first environment that is the same as the row from those that no row has claimed yet."""
    for environment in unclaimed:
        if same(environment, row):
            unclaimed.remove(environment)
            return environment
    return None


def _same_name(environment: Environment, row: Row) -> bool:
    return environment.name == row["name"]


def _same_new_vpc(environment: Environment, row: Row) -> bool:
    return _creates_vpc(row) and environment.cidr_blocks == row["cidr_blocks"]


def _environment(
    onboarding: Onboarding, row: Row, known: Environment | None, new_account: AwsAccount | None
) -> Environment:
    environment = known or Environment(customer=onboarding.customer)
    environment.aws_account = new_account or AwsAccount.objects.get(
        customer=onboarding.customer, account_id=row["account_id"]
    )
    _take_over(environment, row)
    if not (_creates_vpc(row) and _has_a_new_vpc(environment)):
        environment.vpc_id = row.get("vpc_id", "")
    environment.save()
    return environment


def _take_over(environment: Environment, row: Row) -> None:
    for field in _OF_THE_ROW:
        setattr(environment, field, row[field])
    environment.ipv6_blocks = row.get("ipv6_blocks", [])


def _creates_vpc(row: Row) -> bool:
    return row.get("vpc") == NEW_VPC


def _has_a_new_vpc(environment: Environment) -> bool:
    """Return whether the environment's VPC, if it stands already, is one that the provider made."""
    latest = environment.specifications.order_by("-version").first() if environment.pk else None
    return bool(latest and latest.content["customer"].get("creates_vpc"))


def _specification(
    environment: Environment, row: Row, answers: Answers, approved: dict[str, str], *, by: User | None
) -> Specification:
    """`approved` has the digests of the approved sections, which the audit record keeps beside the specification's own."""
    products = _deployments(environment, answers)
    content = _content(environment, row, answers, products)
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
    after = {"version": specification.version, "digest": digest, "approved": approved}
    record("specification.frozen", specification, by=by, customer=environment.customer, after=after)
    specification_frozen.send(sender=Specification, specification=specification)
    return specification


def _deployments(environment: Environment, answers: Answers) -> list[ProductDeployment]:
    layout = _layout(environment, answers)
    environment.product_deployments.exclude(product__in=layout).delete()
    return [
        ProductDeployment.objects.update_or_create(environment=environment, product=product, defaults=defaults)[0]
        for product, defaults in layout.items()
    ]


def _layout(environment: Environment, answers: Answers) -> dict[str, dict[str, Any]]:
    """Return by product what its deployment is, without the environment."""
    rows = answers["products"]["products"]
    return {
        row["product"]: {
            "customer": environment.customer,
            "version": row["version"],
            "pattern": row["pattern"],
            "hostname": _hostname(environment, row["product"], answers["dns"]["zone"]),
            "address": product_address(environment.cidr_blocks[0], position),
        }
        for position, row in enumerate(rows)
    }


def _hostname(environment: Environment, product: str, zone: str) -> str:
    """Production has the short name; the others carry their own, since one DNS server may answer for all."""
    label = "" if environment.is_production else f".{slugify(environment.name)}"
    return f"{BY_KEY[product].short}{label}.{zone}"


def _content(environment: Environment, row: Row, answers: Answers, products: list[ProductDeployment]) -> dict[str, Any]:
    """Return what is frozen. The IDs of a new account and of a new VPC are not in it: a run makes them, and the answers stay
    the same."""
    customer, account = environment.customer, environment.aws_account
    wish = bool(answers[accounts.SECTION_KEY].get("account_wish"))
    return {
        "environment": {"id": environment.pk, "name": environment.name, "kind": environment.kind},
        "customer": {
            "id": customer.pk,
            "name": customer.name,
            "slug": customer.slug,
            "account_id": "" if wish else account.account_id,
            "role_arn": AwsAccount(role_name=account.role_name).role_arn if wish else account.role_arn,
            "external_id": account.external_id,
            "region": environment.region,
            "vpc_id": "" if _creates_vpc(row) else environment.vpc_id,
            "creates_vpc": _creates_vpc(row),
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
                "product": product.product,
                "version": product.version,
                "pattern": product.pattern,
                "hostname": product.hostname,
                "address": product.address,
            }
            for product in products
        ],
        "account": {"wish": wish, "root_email": account.root_email if wish else ""},
        "domain": answers["products"].get("domain", ""),
        **{key: value for key, value in answers.items() if key not in ("products", accounts.SECTION_KEY)},
        "logs": {**answers["logs"], "retention_days": LOG_RETENTION_DAYS},
    }
