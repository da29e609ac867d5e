"""The pre-flight of a whole intake, against the AWS stand-in: from the missing role to every result beside its answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from environments.models import AwsAccount
from onboarding import check_results
from onboarding.models import Check, Onboarding
from onboarding.services import check_runs, checks
from onboarding.states import CheckState
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.embedded.aws_stand_in.accounts import (
    CONFLICTED_ACCOUNT_ID,
    CUSTOMER_ACCOUNTS,
    CUSTOMER_ADMINISTRATOR,
    CustomerAccount,
)
from tests.api.caller import Caller
from tests.aws import RunningStandIn
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]

NORTHWIND = CUSTOMER_ACCOUNTS[0]
HELIOS = next(account for account in CUSTOMER_ACCOUNTS if account.account_id == CONFLICTED_ACCOUNT_ID)


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.onboarding()


@pytest.fixture
def author(onboarding: Onboarding) -> User:
    return people.contact(onboarding.customer)


def answer(onboarding: Onboarding, author: User, account: CustomerAccount, **changes: Any) -> None:
    """Answer everything, with production in the account's VPC, changed in what is named."""
    answers = answers_for(
        account.account_id,
        account.region,
        account.production_vpc_id,
        account.production_cidr,
        account.test_vpc_id,
        account.test_cidr,
    )
    answers["ntp"] = {"choice": "amazon"}
    answers["smtp"] = {"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@acme.example"}
    answers["products"]["domain"] = ""
    answers["remote_access"]["environments"][0] |= changes
    factory.answered(onboarding, author, answers)


def open_role(stand_in: RunningStandIn, onboarding: Onboarding, account: CustomerAccount) -> None:
    """Let us in, and read everything."""
    external_id = AwsAccount.objects.get(customer=onboarding.customer, account_id=account.account_id).external_id
    stand_in.trust_portal(account.account_id, external_id)


def make_all(onboarding: Onboarding) -> None:
    """Do the worker's part until nothing is left to be made; what asks a public server is left alone."""
    while checks.follow(onboarding.pk) or Check.objects.filter(state=CheckState.QUEUED, how=Check.How.AWS).exists():
        Check.objects.filter(how=Check.How.PORTAL, state=CheckState.QUEUED).update(
            state=CheckState.DONE, verdict="ok", finished_at=clock.now()
        )
        for check in Check.objects.filter(state=CheckState.QUEUED, how=Check.How.AWS):
            check_runs.run(check.pk)


def found(onboarding: Onboarding, key: str, number: int = 0) -> tuple[str, str]:
    """Return how a check stands, and its sentence."""
    results = [one for rows in check_results.of(onboarding).values() for one in rows if one.wanted.key == key]
    return results[number].state, results[number].check.message if results[number].check else ""


def test_nothing_is_asked_of_an_account_before_its_role_is_there(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User
) -> None:
    answer(onboarding, author, NORTHWIND)

    make_all(onboarding)

    assert found(onboarding, "aws.account")[0] == "waiting"
    assert found(onboarding, "aws.vpc") == ("not_checked", "")
    assert set(Check.objects.filter(how=Check.How.AWS).values_list("key", flat=True)) == {"aws.account"}


def test_everything_is_looked_at_once_the_role_appears(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User
) -> None:
    answer(onboarding, author, NORTHWIND)
    make_all(onboarding)
    open_role(stand_in, onboarding, NORTHWIND)
    Check.objects.filter(verdict="waiting").update(finished_at=clock.now() - timedelta(minutes=5))

    check_runs.sweep()
    make_all(onboarding)

    assert found(onboarding, "aws.account")[0] == "ok"
    assert found(onboarding, "aws.vpc") == (
        "ok",
        f"{NORTHWIND.production_vpc_id} exists in eu-west-1, CIDR {NORTHWIND.production_cidr}.",
    )
    assert found(onboarding, "aws.blocks")[0] == "ok"
    assert found(onboarding, "aws.subnets")[0] == "ok"
    assert found(onboarding, "aws.routes")[0] == "ok"
    assert found(onboarding, "aws.images")[0] == "ok"
    assert found(onboarding, "aws.quotas")[0] == "ok"
    assert Check.objects.filter(key="aws.account").count() == 2


def test_everything_is_looked_at_once_the_stand_in_made_the_role(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User, client: Client, settings: Any
) -> None:
    settings.AWS_STAND_IN_CUSTOMER_ROLE = CUSTOMER_ADMINISTRATOR
    answer(onboarding, author, NORTHWIND)
    make_all(onboarding)
    client.force_login(author)
    section = factory.section(onboarding, "remote_access")
    page = reverse("section", args=(onboarding.pk, section.key))
    address = reverse("intake_stand_in_role", args=(onboarding.pk, NORTHWIND.account_id))
    assert address in client.get(page).text

    client.post(address)
    make_all(onboarding)

    assert found(onboarding, "aws.account")[0] == "ok"
    assert found(onboarding, "aws.vpc")[0] == "ok"
    assert address not in client.get(page).text
    assert AuditEvent.objects.filter(action="stand_in.role_created", actor=author).count() == 1


def test_the_api_has_the_stand_in_make_the_role_too(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User, settings: Any
) -> None:
    settings.AWS_STAND_IN_CUSTOMER_ROLE = CUSTOMER_ADMINISTRATOR
    answer(onboarding, author, NORTHWIND)
    make_all(onboarding)

    address = f"/onboardings/{onboarding.pk}/stand-in-roles"
    assert Caller(author).post(address, {"account_id": NORTHWIND.account_id}).status_code == 204
    assert Caller(author).post(address, {"account_id": "000000000000"}).status_code == 404
    make_all(onboarding)

    assert found(onboarding, "aws.vpc")[0] == "ok"


def test_a_role_that_stays_away_is_looked_for_ever_more_rarely(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User
) -> None:
    answer(onboarding, author, NORTHWIND)
    make_all(onboarding)
    now = clock.now()
    Check.objects.filter(verdict="waiting").update(
        queued_at=now - timedelta(days=1), finished_at=now - timedelta(hours=1)
    )

    check_runs.sweep()

    assert not Check.objects.filter(state=CheckState.QUEUED).exists()


def test_a_vpc_in_another_region_is_found_there(stand_in: RunningStandIn, onboarding: Onboarding, author: User) -> None:
    answer(onboarding, author, NORTHWIND, region="eu-west-2")
    open_role(stand_in, onboarding, NORTHWIND)

    make_all(onboarding)

    state, words = found(onboarding, "aws.vpc")
    assert (state, "not found in eu-west-2" in words, "it is in eu-west-1" in words) == ("failed", True, True)
    assert found(onboarding, "aws.blocks") == ("not_checked", "")


def test_other_blocks_than_stated(stand_in: RunningStandIn, onboarding: Onboarding, author: User) -> None:
    answer(onboarding, author, NORTHWIND, cidr_blocks=["10.20.0.0/20"])
    open_role(stand_in, onboarding, NORTHWIND)

    make_all(onboarding)

    state, words = found(onboarding, "aws.blocks")
    assert (state, f"also has {NORTHWIND.production_cidr}" in words) == ("failed", True)


def test_a_mended_answer_is_looked_at_again_by_itself(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User
) -> None:
    answer(onboarding, author, NORTHWIND, vpc_id="vpc-0000000000000000f")
    open_role(stand_in, onboarding, NORTHWIND)
    make_all(onboarding)
    assert found(onboarding, "aws.vpc")[0] == "failed"

    answer(onboarding, author, NORTHWIND)
    make_all(onboarding)

    assert found(onboarding, "aws.vpc")[0] == "ok"
    assert found(onboarding, "aws.blocks")[0] == "ok"


def test_a_route_that_leads_elsewhere_is_found_before_anybody_approves(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User
) -> None:
    answer(onboarding, author, HELIOS)
    open_role(stand_in, onboarding, HELIOS)

    make_all(onboarding)

    state, words = found(onboarding, "aws.routes")
    assert (state, "already" in words) == ("failed", True)


def test_a_role_that_may_not_read_is_told_apart_from_a_wrong_answer(
    stand_in: RunningStandIn, onboarding: Onboarding, author: User
) -> None:
    answer(onboarding, author, NORTHWIND)
    open_role(stand_in, onboarding, NORTHWIND)

    with stand_in.enforce_iam():
        make_all(onboarding)

    state, words = found(onboarding, "aws.vpc")
    assert (state, "AWS denied describe_vpcs" in words) == ("unknown", True)
