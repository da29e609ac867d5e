"""The template by which one customer's account lets the portal in, filled in with what the portal knows of that account."""

import shlex
from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings

from environments.models import AwsAccount, Environment
from environments.provisioning import access_template, permissions
from environments.provisioning.access_template import Given, Template
from environments.provisioning.steps import STEPS

_QUICK_CREATE = "https://{region}.console.aws.amazon.com/cloudformation/home?region={region}#/stacks/create/review?"
"""Source: CloudFormation user guide, "Create quick-create links"."""


def template() -> Template:
    """Return the template of this portal: one for all accounts but for its parameters."""
    return access_template.of(settings.PROVIDER_NAME, settings.PROVIDER_TAG_PREFIX, permissions.actions(STEPS))


def given(account: AwsAccount) -> Given:
    """Return what is filled in for an account: it serves all environments that stand in it."""
    environments = list(account.environments.filter(torn_down_at=None).order_by("created_at"))
    return Given(
        account.role_name,
        settings.PROVIDER_PRINCIPAL_ARN,
        account.external_id,
        [environment.name for environment in environments],
        _once(region for environment in environments for region in _regions(environment)),
        [_vpc_arn(account, environment) for environment in environments if environment.vpc_id],
    )


def text(account: AwsAccount) -> str:
    """Return the template as the customer deploys it."""
    return template().text(given(account))


def command(environment: Environment) -> str:
    """Return the line that deploys the downloaded template, and again after each new version. A stack that stands keeps its
    parameters unless they are named."""
    values = template().parameters(given(environment.aws_account))
    return (
        f"aws cloudformation deploy --stack-name {template().stack_name} --template-file {file_name()} "
        f"--capabilities CAPABILITY_NAMED_IAM --region {home_region(environment.aws_account)} --parameter-overrides "
        + shlex.join(f"{name}={value}" for name, value in values.items())
    )


def file_name() -> str:
    return f"{template().stack_name}.json"


def launch_url(environment: Environment) -> str:
    """Return the console's page with everything filled in; empty where the template is at no address that the console reads."""
    if not settings.ACCESS_TEMPLATE_URL:
        return ""
    values = template().parameters(given(environment.aws_account))
    asked = {
        "templateURL": settings.ACCESS_TEMPLATE_URL,
        "stackName": template().stack_name,
        **{f"param_{name}": value for name, value in values.items()},
    }
    return _QUICK_CREATE.format(region=home_region(environment.aws_account)) + urlencode(asked)


def home_region(account: AwsAccount) -> str:
    """Return the Region of the account's one stack, that of its first environment: roles have none, so there is no second."""
    return account.environments.order_by("created_at").values_list("region", flat=True)[0]


def _regions(environment: Environment) -> list[str]:
    """Return the environment's Region, and the one for disaster recovery that its latest answers name."""
    latest = environment.specifications.order_by("-version").values_list("content", flat=True).first() or {}
    elsewhere = latest.get("backup", {}).get("dr_region", "")
    return [environment.region, elsewhere] if elsewhere else [environment.region]


def _vpc_arn(account: AwsAccount, environment: Environment) -> str:
    return f"arn:aws:ec2:{environment.region}:{account.account_id}:vpc/{environment.vpc_id}"


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
