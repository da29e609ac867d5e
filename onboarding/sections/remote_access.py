"""Where the environments stand and how the provider reaches them (rows S1-S5, S14; region and CIDR for the peering)."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from environments.catalogue.limits import MOST_VPC_BLOCKS, VPC_IPV6_BLOCKS
from environments.catalogue.regions import REGIONS
from environments.provisioning.addressing import LARGEST, SMALLEST
from environments.states import EnvironmentKind
from onboarding.sections.choices import Boolean, Choice, Option
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.questions import ListOf, Text, When
from onboarding.validators import aws_account_id, environment_name, root_email, vpc_cidr, vpc_id, vpc_ipv6_cidr
from portal.core.errors import FieldProblem

EXISTING_VPC, NEW_VPC = "existing", "provider"
"""Who makes an environment's VPC. Not answered: it exists, as it had to before this was asked."""

_KINDS = {
    EnvironmentKind.PRODUCTION: "Monitored, backed up, handed over with credentials.",
    EnvironmentKind.PRE_PRODUCTION: "Built like production. Not monitored, not backed up.",
    EnvironmentKind.STAGING: "Built like production. Not monitored, not backed up.",
    EnvironmentKind.TEST: "Built like production. Not monitored, not backed up.",
    EnvironmentKind.DEVELOPMENT: "Built like production. Not monitored, not backed up.",
}


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
                "Production and non-production must be different VPCs"
                if production
                else f"{vpc} is given twice. Every environment has its own VPC."
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


SECTION = SectionDefinition(
    key="remote_access",
    title="Remote access",
    lead="Which AWS accounts and VPCs your environments stand in, so that they can be peered with the provider's VPC.",
    minutes=10,
    gather="AWS account ID, and Region, VPC ID and CIDR blocks of every VPC",
    slice="peering",
    facts=(
        "You get one peering request per VPC and accept it in your own account. A request ends after 7 days.",
        "From your acceptance the provider has one day to finish the rest.",
        "Every remote log-in of the provider's operators is recorded in S3.",
        "Network and infrastructure security follows AWS's shared responsibility: AWS answers for the cloud itself, "
        "the provider for the machines and products in it, you for your data, your users and your own network.",
    ),
    rules=(
        new_account_gets_new_vpcs,
        one_is_production,
        vpcs_differ,
        vpc_is_not_the_providers,
        account_is_not_the_providers,
        new_vpcs_can_be_cut,
        names_differ,
    ),
    questions=(
        Boolean(
            key="account_wish",
            label="The provider shall set up the AWS account for you",
            required=False,
            yes="The hosting cost is yours. Provisioning opens the account and makes its VPCs.",
            no="You have an account, or make one yourselves.",
            why="An account can be set up at your request.",
            who="Whoever pays your AWS bill",
        ),
        Text(
            key="root_email",
            bound=True,
            label="E-mail address of the new account's root user",
            shown_when=When("account_wish", (True,)),
            missing="Enter the e-mail address for the root user of the new account",
            hint="A mailbox that a team reads and that no other AWS account uses",
            rule=root_email,
            longest=254,
            input_type="email",
            why="AWS sends what concerns the whole account to this address, and its password can be reset through it.",
            who="Whoever runs your mailboxes",
        ),
        Rows(
            key="environments",
            label="Environments",
            item="environment",
            missing="Add the production environment",
            most=10,
            why="Every environment stands in a VPC of its own and gets the same products.",
            who="Your solution architect",
            questions=(
                Choice(
                    key="kind",
                    label="Kind",
                    dropdown=True,
                    options=tuple(Option(kind.value, kind.label, _KINDS[kind]) for kind in EnvironmentKind),
                    why="Production is monitored and backed up; the others are not.",
                    who="Your solution architect",
                ),
                Text(
                    key="name",
                    label="Name",
                    hint="As your people call it, such as Production",
                    rule=environment_name,
                    longest=40,
                    why="Plans, mails and reports call the environment by it.",
                    who="Your application owner",
                ),
                Text(
                    key="account_id",
                    bound=True,
                    label="AWS account ID",
                    shown_when=When("account_wish", (None, False), above=True),
                    missing="Enter the AWS account ID",
                    rule=aws_account_id,
                    input_mode="numeric",
                    placeholder="123456789012",
                    why="The peering request is sent to this account, and only its people can accept it.",
                    where="AWS console, account menu at the top right",
                    command="aws sts get-caller-identity --query Account --output text",
                    who="Whoever administers your AWS account",
                ),
                Choice(
                    key="region",
                    label="Region of this VPC",
                    dropdown=True,
                    options=tuple(Option(code, f"{name} {code}") for code, name in REGIONS.items()),
                    missing="Select the Region of this VPC",
                    why="A peering must be accepted in the VPC's own Region.",
                    where="AWS console, Region menu at the top right",
                    command="aws configure get region",
                    who="Whoever administers your AWS account",
                ),
                Choice(
                    key="vpc",
                    label="Who makes the VPC",
                    dropdown=True,
                    required=False,
                    options=(
                        Option(EXISTING_VPC, "It exists already"),
                        Option(NEW_VPC, "The provider makes it"),
                    ),
                    hint="Leave it open if the VPC exists already",
                    why="A new VPC comes with subnets in two zones and all that leads to them.",
                    who="Your network team",
                ),
                Text(
                    key="vpc_id",
                    bound=True,
                    label="VPC ID",
                    shown_when=When("vpc", (EXISTING_VPC, None)),
                    missing="Enter the VPC ID",
                    rule=vpc_id,
                    placeholder="vpc-0123456789abcdef0",
                    why="It is the VPC that is peered and that your products run in.",
                    where="AWS console, VPC, Your VPCs",
                    command="aws ec2 describe-vpcs --query 'Vpcs[].[VpcId,CidrBlock]' --output table",
                    who="Your network team",
                ),
                ListOf(
                    key="cidr_blocks",
                    bound=True,
                    label="CIDR blocks of this VPC",
                    item="CIDR block",
                    missing="Enter every CIDR block of this VPC",
                    rule=vpc_cidr,
                    most=MOST_VPC_BLOCKS,
                    hint=f"All of them, also those you do not use. For a new VPC one, /{LARGEST} to /{SMALLEST}",
                    placeholder="10.20.0.0/16",
                    why="AWS refuses a peering when any block overlaps, even an unused one.",
                    where="AWS console, VPC, Your VPCs, tab CIDRs",
                    command="aws ec2 describe-vpcs --query 'Vpcs[].CidrBlockAssociationSet[].CidrBlock'",
                    who="Your network team",
                ),
                ListOf(
                    key="ipv6_blocks",
                    bound=True,
                    label="IPv6 blocks of this VPC",
                    item="IPv6 block",
                    required=False,
                    shown_when=When("vpc", (EXISTING_VPC, None)),
                    rule=vpc_ipv6_cidr,
                    most=VPC_IPV6_BLOCKS,
                    hint="Leave empty when it has none",
                    placeholder="2600:1f18:abcd:1200::/56",
                    why="An overlap of IPv6 blocks prevents the peering as well.",
                    where="AWS console, VPC, Your VPCs, tab CIDRs",
                    command="aws ec2 describe-vpcs --query 'Vpcs[].Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock'",
                    who="Your network team",
                ),
            ),
        ),
    ),
)
