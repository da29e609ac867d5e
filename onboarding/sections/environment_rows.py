"""What must hold between the environments that the section on remote access asks for, and of each beyond its own fields."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from environments.provisioning.addressing import LARGEST, SMALLEST
from environments.states import EnvironmentKind
from portal.core.errors import FieldProblem

EXISTING_VPC, NEW_VPC = "existing", "provider"
"""Who makes an environment's VPC. Not answered: it exists, as it had to before this was asked."""


def _environments(answers: dict[str, Any]) -> list[dict[str, Any]]:
    return answers.get("environments", [])


def new_account_gets_new_vpcs(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Nobody can name a VPC in an account that is not open yet. Source: row S14."""
    if not answers.get("account_wish"):
        return
    for index, row in enumerate(_environments(answers)):
        if row.get("vpc") != NEW_VPC:
            message = "Select that the provider makes the VPC: a new account has none"
            yield FieldProblem(f"environments/{index}/vpc", message, "not_in_a_new_account")


def one_is_production(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: row S1."""
    rows = _environments(answers)
    if rows and all(row.get("kind", EnvironmentKind.PRODUCTION) != EnvironmentKind.PRODUCTION for row in rows):
        message = "One environment must be production. Change the kind of one, or add it."
        yield FieldProblem("environments", message, "no_production")


def vpcs_differ(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: row S1."""
    seen: dict[str, str] = {}
    for index, row in enumerate(_environments(answers)):
        vpc, kind = row.get("vpc_id"), row.get("kind", "")
        if vpc in seen:
            production = EnvironmentKind.PRODUCTION in (kind, seen[vpc]) and kind != seen[vpc]
            message = (
                f"Production and non-production must be different VPCs; {vpc} is given for both. Give each its own."
                if production
                else f"{vpc} is given twice. Every environment has its own VPC: give this one's."
            )
            yield FieldProblem(f"environments/{index}/vpc_id", message, "same_vpc")
        elif vpc:
            seen[vpc] = kind


def vpc_is_not_the_providers(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: EC2 API, CreateVpcPeeringConnection."""
    for index, row in enumerate(_environments(answers)):
        if row.get("vpc_id") == settings.PROVIDER_VPC_ID:
            message = f"This is {settings.PROVIDER_NAME}'s own VPC, and a VPC cannot peer with itself. Give yours."
            yield FieldProblem(f"environments/{index}/vpc_id", message, "own_vpc")


def new_vpcs_can_be_cut(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """One block, in which subnets in two zones fit. Source: ELB user guide, "Subnets for your load balancer" (room to grow)."""
    for index, row in enumerate(_environments(answers)):
        blocks = row.get("cidr_blocks", []) if row.get("vpc") == NEW_VPC else []
        if len(blocks) > 1:
            message = "A new VPC gets one block. Remove the others."
            yield FieldProblem(f"environments/{index}/cidr_blocks", message, "too_many")
        for position, block in enumerate(blocks):
            if not LARGEST <= ip_network(block).prefixlen <= SMALLEST:
                message = (
                    f"The block of a new VPC is /{LARGEST} to /{SMALLEST}, so that its subnets fit. Change {block}."
                )
                yield FieldProblem(f"environments/{index}/cidr_blocks/{position}", message, "wrong_size")


def account_is_not_the_providers(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Both ends of a peering are told by their owner. Source: EC2 API, CreateVpcPeeringConnection."""
    for index, row in enumerate(_environments(answers)):
        if row.get("account_id") == settings.PROVIDER_ACCOUNT_ID:
            message = f"This is {settings.PROVIDER_NAME}'s own AWS account. Give the account that your VPC is in."
            yield FieldProblem(f"environments/{index}/account_id", message, "own_account")


def names_differ(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Products carry the name in theirs, where only letters and digits tell. Source: RFC 1035, section 2.3.3."""
    seen: dict[str, str] = {}
    for index, row in enumerate(_environments(answers)):
        name = row.get("name", "")
        first = seen.get(slugify(name))
        if name and first:
            message = (
                f"Two environments are called {name}. Give each its own name."
                if name.casefold() == first.casefold()
                else f"{name} and {first} would give their products the same names. Change more than spaces and hyphens."
            )
            yield FieldProblem(f"environments/{index}/name", message, "duplicate")
        elif name:
            seen[slugify(name)] = name


RULES = (
    new_account_gets_new_vpcs,
    one_is_production,
    vpcs_differ,
    vpc_is_not_the_providers,
    account_is_not_the_providers,
    new_vpcs_can_be_cut,
    names_differ,
)
"""In the order in which the problems are told."""
