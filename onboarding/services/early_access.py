"""The template of our roles before there are environments: filled in with what the intake says of an account, so that the
pre-flight can look before anybody approves. Once environments stand, theirs takes its place: the same stack, deployed again."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from environments.models import AwsAccount
from environments.provisioning.access_template import Given
from environments.services import access, stand_in
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.services import accounts, check_runs
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class EarlyTemplate:
    """One account's template as `given` fills it in: `command` is the line that deploys it in `region`, the stack's own."""

    account: AwsAccount
    region: str
    given: Given

    @property
    def account_id(self) -> str:
        return self.account.account_id

    @property
    def version(self) -> str:
        return access.template().version

    @property
    def stack_name(self) -> str:
        return access.template().stack_name

    @property
    def parameters(self) -> dict[str, str]:
        return access.template().parameters(self.given)

    @property
    def text(self) -> str:
        """What is deployed."""
        return access.template().text(self.given)

    @property
    def command(self) -> str:
        values = shlex.join(f"{name}={value}" for name, value in self.parameters.items())
        return (
            f"aws cloudformation deploy --stack-name {self.stack_name} --template-file {access.file_name()} "
            f"--capabilities CAPABILITY_NAMED_IAM --region {self.region} --parameter-overrides {values}"
        )


def templates(onboarding: Onboarding) -> list[EarlyTemplate]:
    """Return one template for each account that the answers name with a Region, in their order."""
    found = dict(Section.objects.filter(onboarding=onboarding).values_list("key", "answers"))
    rows = _sound(found, accounts.SECTION_KEY).get("environments", [])
    elsewhere = _sound(found, "backup").get("dr_region", "")
    named = dict.fromkeys(row["account_id"] for row in rows if {"account_id", "region"} <= row.keys())
    known = AwsAccount.objects.filter(customer=onboarding.customer, account_id__in=named)
    by_id = {account.account_id: account for account in known}
    return [_template(by_id[one], _of(rows, one), elsewhere) for one in named if one in by_id]


def template(onboarding: Onboarding, account_id: str) -> EarlyTemplate:
    """Raises `NotFound` for an account that the answers do not name."""
    for one in templates(onboarding):
        if one.account_id == account_id:
            return one
    raise NotFound


def create_role(onboarding: Onboarding, account_id: str, *, by: User) -> None:
    """Where a stand-in takes AWS's place, deploy the template as the customer would, and have looked what it lets us see.

    Raises `NotFound` on AWS and for an account that the answers do not name, `Forbidden`, `Conflict`.
    """
    found = template(onboarding, account_id)
    stand_in.deploy_roles(found.account, found.region, found.given, by=by)
    with transaction.atomic():
        after = {"account": account_id, "role": found.account.role_name, "template": found.version}
        record("stand_in.role_created", onboarding, by=by, customer=onboarding.customer, after=after)
        check_runs.look_for_role(onboarding)


def _sound(answers: Mapping[str, Any], key: str) -> dict[str, Any]:
    return definition(key).sound(answers.get(key, {}))


def _of(rows: Iterable[Mapping[str, Any]], account_id: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row.get("account_id") == account_id and "region" in row]


def _template(account: AwsAccount, rows: list[Mapping[str, Any]], elsewhere: str) -> EarlyTemplate:
    regions = dict.fromkeys([*(row["region"] for row in rows), *([elsewhere] if elsewhere else [])])
    given = Given(
        account.role_name,
        settings.PROVIDER_PRINCIPAL_ARN,
        account.external_id,
        [row["name"] for row in rows if "name" in row],
        list(regions),
        [_vpc_arn(account, row) for row in rows if row.get("vpc_id")],
    )
    return EarlyTemplate(account, rows[0]["region"], given)


def _vpc_arn(account: AwsAccount, row: Mapping[str, Any]) -> str:
    return f"arn:aws:ec2:{row['region']}:{account.account_id}:vpc/{row['vpc_id']}"
