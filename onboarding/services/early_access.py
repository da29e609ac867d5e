"""The template of our roles before there are environments: filled in with what the intake says of an account, so that the
pre-flight can look before anybody approves. Once environments stand, theirs takes its place: the same stack, deployed again."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from environments.models import AwsAccount
from environments.provisioning.access_template import Given
from environments.services import access
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.services import accounts
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class EarlyTemplate:
    """One account's template: `text` is what is deployed, `command` the line that does it in `region`, the stack's own."""

    account_id: str
    region: str
    version: str
    stack_name: str
    parameters: dict[str, str]
    text: str

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
    made = access.template()
    return EarlyTemplate(
        account.account_id,
        rows[0]["region"],
        made.version,
        made.stack_name,
        made.parameters(given),
        made.text(given),
    )


def _vpc_arn(account: AwsAccount, row: Mapping[str, Any]) -> str:
    return f"arn:aws:ec2:{row['region']}:{account.account_id}:vpc/{row['vpc_id']}"
