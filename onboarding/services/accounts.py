"""The customer's AWS accounts, as the intake names them."""

import secrets
from typing import Any

from django.conf import settings

from environments.models import AwsAccount, Environment
from onboarding.models import Onboarding, Section
from portal.audit.services import record
from portal.core.errors import FieldProblem

SECTION_KEY = "remote_access"


def ensure(section: Section, rows: list[dict[str, Any]]) -> None:
    """Every account that is named and not proven by another customer has its external ID, so that it can be shown."""
    taken = _proven_elsewhere(section, rows)
    for account_id in sorted({row["account_id"] for row in rows if "account_id" in row} - taken):
        account, created = AwsAccount.objects.get_or_create(
            customer=section.customer,
            account_id=account_id,
            defaults={"external_id": secrets.token_urlsafe(32), "role_name": settings.CUSTOMER_ROLE_NAME},
        )
        if created:
            after = {"account_id": account_id, "role_name": account.role_name}
            record("aws_account.named", account, by=None, customer=section.customer, after=after)


def ensure_new(onboarding: Onboarding, root_email: str) -> AwsAccount:
    """Return the account that the provider opens for this customer; one that is not open yet takes the new address."""
    mine = AwsAccount.objects.filter(customer=onboarding.customer)
    account = mine.filter(root_email=root_email).first() or mine.filter(account_id="").first()
    if account is None:
        account = AwsAccount(
            customer=onboarding.customer,
            external_id=secrets.token_urlsafe(32),
            role_name=settings.CUSTOMER_ROLE_NAME,
        )
    if account.root_email != root_email:
        account.root_email = root_email
        account.save()
        after = {"root_email": root_email, "role_name": account.role_name}
        record("aws_account.wished", account, by=None, customer=onboarding.customer, after=after)
    return account


def problems(section: Section, rows: list[dict[str, Any]]) -> list[FieldProblem]:
    """Return what the portal already knows against these environments. Another customer is never named."""
    return [*_account_problems(section, rows), *_name_problems(section, rows)]


def _proven_elsewhere(section: Section, rows: list[dict[str, Any]]) -> set[str]:
    named = {row["account_id"] for row in rows if "account_id" in row}
    proven = AwsAccount.objects.filter(account_id__in=named, verified_at__isnull=False)
    return set(proven.exclude(customer=section.customer_id).values_list("account_id", flat=True))


def _account_problems(section: Section, rows: list[dict[str, Any]]) -> list[FieldProblem]:
    taken = _proven_elsewhere(section, rows)
    message = (
        f"This AWS account is already connected to the portal elsewhere. Check the number; if it is right, write to "
        f"{settings.SUPPORT_EMAIL}."
    )
    return [
        FieldProblem(f"environments/{index}/account_id", message, "account_taken")
        for index, row in enumerate(rows)
        if row.get("account_id") in taken
    ]


def _name_problems(section: Section, rows: list[dict[str, Any]]) -> list[FieldProblem]:
    others = Environment.objects.filter(customer=section.customer_id).exclude(onboardings=section.onboarding_id)
    stand = dict(others.values_list("name", "vpc_id"))
    return [
        FieldProblem(
            f"environments/{index}/name",
            f"You already have an environment called {row['name']}, in {stand[row['name']] or 'a VPC that is not made yet'}. "
            "Use another name.",
            "duplicate",
        )
        for index, row in enumerate(rows)
        if row.get("name") in stand and stand[row["name"]] != row.get("vpc_id")
    ]
