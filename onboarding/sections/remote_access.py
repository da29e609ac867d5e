"""Where the environments stand and how the provider reaches them (rows S1-S5, S14; region and CIDR for the peering)."""

from django.utils.text import slugify

from environments.catalogue.limits import MOST_VPC_BLOCKS, VPC_IPV6_BLOCKS
from environments.catalogue.regions import REGIONS
from environments.provisioning.addressing import LARGEST, SMALLEST
from environments.states import EnvironmentKind
from onboarding.sections import environment_rows
from onboarding.sections.choices import Boolean, Choice, Option
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.environment_rows import EXISTING_VPC, NEW_VPC
from onboarding.sections.questions import ListOf, Text, When
from onboarding.sections.suggest import Known, Suggest
from onboarding.validators import aws_account_id, environment_name, root_email, vpc_cidr, vpc_id, vpc_ipv6_cidr

_KINDS = {
    EnvironmentKind.PRODUCTION: "Monitored, backed up, handed over with credentials.",
    EnvironmentKind.PRE_PRODUCTION: "Built like production. Not monitored, not backed up.",
    EnvironmentKind.STAGING: "Built like production. Not monitored, not backed up.",
    EnvironmentKind.TEST: "Built like production. Not monitored, not backed up.",
    EnvironmentKind.DEVELOPMENT: "Built like production. Not monitored, not backed up.",
}

_OF_THE_VPC = "aws ec2 describe-vpcs --region eu-west-1 --vpc-ids vpc-0123456789abcdef0"
"""Tells of this VPC only, and only in its own Region: without the two it would tell of others, in the CLI's usual Region."""


_USUAL_KINDS = (
    EnvironmentKind.PRODUCTION,
    EnvironmentKind.TEST,
    EnvironmentKind.STAGING,
    EnvironmentKind.DEVELOPMENT,
    EnvironmentKind.PRE_PRODUCTION,
)


def next_kind(known: Known) -> str | None:
    """The first kind that no row before has: production must be one of them (row S1)."""
    taken = [row.get("kind") for row in known.rows]
    return next((kind.value for kind in _USUAL_KINDS if kind.value not in taken), None)


def name_of_kind(known: Known) -> str | None:
    label = dict(EnvironmentKind.choices).get(known.group.get("kind", ""), "")
    taken = [slugify(row.get("name") or "") for row in known.rows]
    return str(label) if label and slugify(label) not in taken else None


def as_in_the_first(key: str) -> Suggest:
    """Most customers have all environments in one account and Region."""
    return Suggest(
        lambda known: known.rows[0].get(key) if known.rows else None,
        "that of the first environment",
        later=True,
        further=True,
    )


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
    rules=environment_rows.RULES,
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
            where="Your mail system's list of groups and shared mailboxes; a new one is best",
            who="Whoever runs your mailboxes",
        ),
        Rows(
            key="environments",
            label="Environments",
            item="environment",
            names="name",
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
                    suggest=Suggest(next_kind, "production first, then test"),
                    why="Production is monitored and backed up; the others are not.",
                    who="Your solution architect",
                ),
                Text(
                    key="name",
                    label="Name",
                    hint="As your people call it, such as Production",
                    suggest=Suggest(name_of_kind, "the name of its kind"),
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
                    hint="Or any ARN of that account, such as that of a role",
                    suggest=as_in_the_first("account_id"),
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
                    suggest=as_in_the_first("region"),
                    why="A peering must be accepted in the VPC's own Region.",
                    where="AWS console, VPC, Your VPCs: the Region menu at the top right, while the VPC is in the list",
                    command=_OF_THE_VPC,
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
                    command="aws ec2 describe-vpcs --region eu-west-1 --query 'Vpcs[].[VpcId,CidrBlock]' --output table",
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
                    command=f"{_OF_THE_VPC} --query 'Vpcs[].CidrBlockAssociationSet[].CidrBlock'",
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
                    command=f"{_OF_THE_VPC} --query 'Vpcs[].Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock'",
                    who="Your network team",
                ),
            ),
        ),
    ),
)
