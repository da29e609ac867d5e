"""What the pre-flight says of a customer's account: looks at AWS in memory, which can be as wrong as the real one."""

from collections import Counter
from typing import Any

import pytest

from environments.catalogue.limits import ROUTES_PER_TABLE
from environments.provisioning import quotas as provisioning_quotas
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.steps import STEPS
from onboarding.checks.definition import NotYet
from onboarding.checks.preflight import blocks, dns_names, entry, images, quotas, routes, subnets, vpc
from portal.probes.outcome import Outcome, Verdict
from tests.fakes.cloud import Cloud, FakeAccount, refuse
from tests.fakes.cloud.services.ec2_network import _vpc
from tests.fakes.engine import spec

VPC, HUB = "vpc-0a1b2c3d4e5f60001", "10.200.0.0/16"
REGIONS = ("eu-central-1", "eu-west-1", "eu-west-2")
VPCS, ROUTES = "vpc/L-F678F1CE", "vpc/L-93826ACB"


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(spec())


@pytest.fixture
def account(cloud: Cloud) -> FakeAccount:
    return FakeAccount(cloud, "222222222222", "eu-west-1")


def table(cloud: Cloud, kind: str, region: str = "eu-west-1") -> dict[str, dict[str, Any]]:
    return cloud.world("ec2").tables.setdefault(("222222222222", region, kind), {})


def row(cloud: Cloud) -> dict[str, Any]:
    return table(cloud, "vpc")[VPC]


def said(outcome: Outcome) -> str:
    return f"{outcome.message} {outcome.remedy}"


# ---- the role


def test_role_that_lets_us_in(account: FakeAccount) -> None:
    assert entry.lets_in(account).verdict == Verdict.OK


def test_role_that_is_not_there_yet_is_waited_for(cloud: Cloud, account: FakeAccount) -> None:
    cloud.role_exists = False

    with pytest.raises(NotYet, match="does not let us in yet"):
        entry.lets_in(account)


def test_role_that_asks_for_no_external_id(cloud: Cloud, account: FakeAccount) -> None:
    cloud.role_requires_external_id = False

    found = entry.lets_in(account)

    assert (found.verdict, "sts:ExternalId" in found.remedy) == (Verdict.WARNING, True)


def test_role_that_leads_elsewhere(cloud: Cloud, account: FakeAccount) -> None:
    cloud.answers_as = "333333333333"

    found = entry.lets_in(account)

    assert found.verdict == Verdict.FAILED
    assert "account 333333333333, not to 222222222222" in found.message


def test_our_own_missing_credentials_are_not_the_customers_fault(cloud: Cloud, account: FakeAccount) -> None:
    def break_down(operation: str) -> None:
        raise refuse(Failure.DENIED, "NoCredentialsError", operation)

    cloud.before_read = break_down

    with pytest.raises(CallFailed):
        entry.lets_in(account)


# ---- the VPC and where it is


def test_vpc_that_is_where_it_is_stated(account: FakeAccount, cloud: Cloud) -> None:
    found = vpc.exists(account, VPC, REGIONS)

    assert (found.verdict, found.message) == (Verdict.OK, f"{VPC} exists in eu-west-1, CIDR 10.20.0.0/16.")
    assert cloud.reads == ["ec2.describe_vpcs"]


def test_vpc_in_another_region_is_found_there(account: FakeAccount, cloud: Cloud) -> None:
    table(cloud, "vpc", "eu-west-2")[VPC] = table(cloud, "vpc").pop(VPC)

    found = vpc.exists(account, VPC, REGIONS)

    assert found.verdict == Verdict.FAILED
    assert "not found in eu-west-1 of account 222222222222; it is in eu-west-2" in found.message
    assert found.remedy == "Select eu-west-2 as its Region."


def test_vpc_that_is_nowhere(account: FakeAccount, cloud: Cloud) -> None:
    table(cloud, "vpc").clear()

    found = vpc.exists(account, VPC, REGIONS)

    assert (found.verdict, "nor in any other Region" in found.message) == (Verdict.FAILED, True)


def test_regions_that_cannot_be_looked_into_are_counted(account: FakeAccount, cloud: Cloud) -> None:
    table(cloud, "vpc").clear()

    def only_at_home(operation: str) -> None:
        if cloud.reads:
            raise refuse(Failure.DENIED, "AuthFailure", operation)

    cloud.before_read = only_at_home

    assert (
        "It may be in one of 2 Regions that our role does not look into." in vpc.exists(account, VPC, REGIONS).message
    )


def test_vpc_that_is_shared_belongs_to_somebody_else(account: FakeAccount, cloud: Cloud) -> None:
    row(cloud)["OwnerId"] = "999999999999"

    found = vpc.exists(account, VPC, REGIONS)

    assert (found.verdict, "999999999999 owns it" in found.message) == (Verdict.FAILED, True)


def test_a_denied_look_is_no_answer(account: FakeAccount, cloud: Cloud) -> None:
    def deny(operation: str) -> None:
        raise refuse(Failure.DENIED, "UnauthorizedOperation", operation)

    cloud.before_read = deny

    with pytest.raises(CallFailed):
        vpc.exists(account, VPC, REGIONS)


# ---- its blocks


def associate(cloud: Cloud, block: str, state: str = "associated") -> None:
    row(cloud)["CidrBlockAssociationSet"].append({"CidrBlock": block, "CidrBlockState": {"State": state}})


@pytest.mark.parametrize(
    ("further", "stated", "verdict", "words"),
    [
        ([], ["10.20.0.0/16"], Verdict.OK, "CIDR 10.20.0.0/16 as stated, no overlap."),
        ([], ["10.20.0.0/20"], Verdict.FAILED, "also has 10.20.0.0/16 and has no block 10.20.0.0/20"),
        (["100.64.0.0/20"], ["10.20.0.0/16"], Verdict.FAILED, "also has 100.64.0.0/20"),
        ([], ["10.20.0.0/16", "100.64.0.0/20"], Verdict.FAILED, "has no block 100.64.0.0/20"),
        (["100.64.0.0/20"], ["100.64.0.0/20", "10.20.0.0/16"], Verdict.OK, "10.20.0.0/16, 100.64.0.0/20 as stated"),
        (["10.200.8.0/24"], ["10.20.0.0/16"], Verdict.FAILED, "10.200.8.0/24 overlaps 10.200.0.0/16"),
        (["172.31.0.0/24"], ["10.20.0.0/16"], Verdict.FAILED, "172.31.0.0/24 overlaps 172.31.0.0/16"),
    ],
)
def test_blocks(
    account: FakeAccount, cloud: Cloud, further: list[str], stated: list[str], verdict: Verdict, words: str
) -> None:
    for block in further:
        associate(cloud, block)

    found = blocks.as_stated(account, VPC, stated, [HUB, "172.31.0.0/16"])

    assert (found.verdict, words in found.message) == (verdict, True), found.message


def test_a_block_that_was_taken_away_does_not_count(account: FakeAccount, cloud: Cloud) -> None:
    associate(cloud, "100.64.0.0/20", "disassociated")

    assert blocks.as_stated(account, VPC, ["10.20.0.0/16"], [HUB]).verdict == Verdict.OK


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        (["10.20.0.0/16", "2001:db8::/56"], Verdict.OK),
        (["10.20.0.0/16", "2001:db8:1::/56"], Verdict.FAILED),
        (["10.20.0.0/16"], Verdict.FAILED),
    ],
)
def test_ipv6_blocks_are_compared_whether_one_is_stated_or_not(
    account: FakeAccount, cloud: Cloud, stated: list[str], verdict: Verdict
) -> None:
    row(cloud)["Ipv6CidrBlockAssociationSet"] = [
        {"Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}}
    ]

    assert blocks.as_stated(account, VPC, stated, [HUB]).verdict == verdict


def test_an_unstated_ipv6_block_is_told_with_where_it_belongs(account: FakeAccount, cloud: Cloud) -> None:
    row(cloud)["Ipv6CidrBlockAssociationSet"] = [
        {"Ipv6CidrBlock": "2600:1f18::/56", "Ipv6CidrBlockState": {"State": "associated"}}
    ]

    found = blocks.as_stated(account, VPC, ["10.20.0.0/16"], [HUB])

    assert said(found) == f"{VPC} also has 2600:1f18::/56. Add 2600:1f18::/56 to the IPv6 blocks."


def test_a_vpc_that_has_gone_has_no_blocks(account: FakeAccount, cloud: Cloud) -> None:
    table(cloud, "vpc").clear()

    assert blocks.as_stated(account, VPC, ["10.20.0.0/16"], [HUB]).verdict == Verdict.FAILED


# ---- subnets


def test_subnets_in_two_zones(account: FakeAccount) -> None:
    found = subnets.in_two_zones(account, VPC, ["10.20.0.10", "10.20.0.11"])

    assert (found.verdict, found.message) == (Verdict.OK, "2 subnets in eu-west-1a and eu-west-1b.")


def test_subnets_in_one_zone_only(account: FakeAccount, cloud: Cloud) -> None:
    for one in table(cloud, "subnet").values():
        one["AvailabilityZone"] = "eu-west-1a"

    found = subnets.in_two_zones(account, VPC, [])

    assert (found.verdict, "All subnets of" in found.message) == (Verdict.FAILED, True)
    assert "another zone" in found.remedy


def test_no_subnet_at_all(account: FakeAccount, cloud: Cloud) -> None:
    table(cloud, "subnet").clear()

    assert "has no subnet" in subnets.in_two_zones(account, VPC, []).message


def test_subnets_of_another_vpc_do_not_count(account: FakeAccount, cloud: Cloud) -> None:
    for one in table(cloud, "subnet").values():
        one["VpcId"] = "vpc-0another"

    assert subnets.in_two_zones(account, VPC, []).verdict == Verdict.FAILED


def test_no_subnet_holds_the_products(account: FakeAccount) -> None:
    found = subnets.in_two_zones(account, VPC, ["10.20.99.10", "10.20.99.11"])

    assert (found.verdict, "10.20.99.10 to 10.20.99.11" in found.message) == (Verdict.FAILED, True)


# ---- routes


def lead(cloud: Cloud, block: str, **target: str) -> None:
    table(cloud, "route_table")["rtb-customer-main"]["Routes"].append({"DestinationCidrBlock": block, **target})


@pytest.mark.parametrize(
    ("block", "target", "verdict"),
    [
        (HUB, {"TransitGatewayId": "tgw-1"}, Verdict.FAILED),
        ("10.200.4.0/24", {"GatewayId": "vgw-1"}, Verdict.FAILED),
        (HUB, {"VpcPeeringConnectionId": "pcx-1"}, Verdict.OK),
        ("10.0.0.0/8", {"TransitGatewayId": "tgw-1"}, Verdict.OK),
        ("0.0.0.0/0", {"NatGatewayId": "nat-1"}, Verdict.OK),
        ("10.201.0.0/16", {"TransitGatewayId": "tgw-1"}, Verdict.OK),
    ],
)
def test_routes_to_the_provider(
    account: FakeAccount, cloud: Cloud, block: str, target: dict[str, str], verdict: Verdict
) -> None:
    lead(cloud, block, **target)

    found = routes.lead_to_the_hub(account, VPC, HUB)

    assert found.verdict == verdict
    if verdict == Verdict.FAILED:
        assert next(iter(target.values())) in found.message


def test_routes_of_ipv6_and_prefix_lists_do_not_matter(account: FakeAccount, cloud: Cloud) -> None:
    table(cloud, "route_table")["rtb-customer-main"]["Routes"] += [
        {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
    ]

    assert routes.lead_to_the_hub(account, VPC, HUB).verdict == Verdict.OK


def test_a_full_route_table(account: FakeAccount, cloud: Cloud) -> None:
    fill(cloud)
    lower(cloud, ROUTES_PER_TABLE, of=ROUTES)

    found = routes.lead_to_the_hub(account, VPC, HUB)

    assert (found.verdict, f"a table holds {ROUTES_PER_TABLE} in eu-west-1" in found.message) == (Verdict.WARNING, True)


def test_a_route_table_that_aws_made_larger_has_room(account: FakeAccount, cloud: Cloud) -> None:
    fill(cloud)
    lower(cloud, 2 * ROUTES_PER_TABLE, of=ROUTES)

    assert routes.lead_to_the_hub(account, VPC, HUB).verdict == Verdict.OK


def test_a_full_route_table_is_told_where_aws_does_not_tell_its_size(account: FakeAccount, cloud: Cloud) -> None:
    def unknown(operation: str) -> None:
        if operation == "service-quotas.get_service_quota":
            raise refuse(Failure.MISSING, "NoSuchResourceException", operation)

    fill(cloud)
    cloud.before_read = unknown

    assert routes.lead_to_the_hub(account, VPC, HUB).verdict == Verdict.WARNING


def fill(cloud: Cloud) -> None:
    for number in range(ROUTES_PER_TABLE):
        lead(cloud, f"172.16.{number}.0/24", GatewayId="vgw-1")


def test_propagated_routes_have_a_quota_of_their_own(account: FakeAccount, cloud: Cloud) -> None:
    for number in range(ROUTES_PER_TABLE):
        lead(cloud, f"172.16.{number}.0/24", GatewayId="vgw-1", Origin="EnableVgwRoutePropagation")

    assert routes.lead_to_the_hub(account, VPC, HUB).verdict == Verdict.OK


# ---- names


@pytest.mark.parametrize(
    ("support", "hostnames", "private_zone", "verdict"),
    [
        (True, True, True, Verdict.OK),
        (True, False, True, Verdict.FAILED),
        (False, False, True, Verdict.FAILED),
        (True, False, False, Verdict.WARNING),
    ],
)
def test_dns_in_the_vpc(
    account: FakeAccount, cloud: Cloud, support: bool, hostnames: bool, private_zone: bool, verdict: Verdict
) -> None:
    row(cloud).update(EnableDnsSupport=support, EnableDnsHostnames=hostnames)

    found = dns_names.are_on(account, VPC, private_zone=private_zone)

    assert found.verdict == verdict
    assert ("DNS resolution" in found.message) is (support == hostnames)


# ---- quotas


def lower(cloud: Cloud, limit: float, *, of: str = VPCS) -> None:
    cloud.world("service-quotas").tables[("222222222222", "eu-west-1", "_limit")] = {of: {"value": limit}}


@pytest.mark.parametrize(("limit", "verdict"), [(3, Verdict.OK), (2, Verdict.FAILED), (0, Verdict.FAILED)])
def test_quotas_leave_room(account: FakeAccount, cloud: Cloud, limit: int, verdict: Verdict) -> None:
    """One VPC is there."""
    lower(cloud, limit)

    found = quotas.leave_room(account, {VPCS: 2})

    assert found.verdict == verdict
    if verdict == Verdict.FAILED:
        assert f"VPCs per Region: {max(0, limit - 1)} of {limit} left, 2 needed." in found.message


def test_a_quota_that_aws_does_not_tell_is_named(account: FakeAccount, cloud: Cloud) -> None:
    def unknown(operation: str) -> None:
        if operation == "service-quotas.get_service_quota":
            raise refuse(Failure.MISSING, "NoSuchResourceException", operation)

    cloud.before_read = unknown

    found = quotas.leave_room(account, {VPCS: 2})

    assert (found.verdict, "VPCs per Region" in found.message) == (Verdict.WARNING, True)


def test_what_an_environment_needs_is_what_the_plan_would_create() -> None:
    """The same counts that a plan of a new environment is blocked by."""
    needed = provisioning_quotas.needed(STEPS, spec(creates_vpc=True, customer_vpc_id=""))

    assert needed[VPCS] == 1
    assert needed == Counter({code: count for code, count in needed.items() if code in provisioning_quotas.QUOTAS})
    assert VPCS not in provisioning_quotas.needed(STEPS, spec())


# ---- images


def test_images_are_offered(account: FakeAccount) -> None:
    found = images.are_offered([account, account.in_region("eu-west-2")], ["red_hat", "ubuntu"])

    assert found.verdict == Verdict.OK
    assert sorted(found.facts) == ["eu-west-1", "eu-west-2"]


def test_no_image_of_a_system(account: FakeAccount, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fakes.cloud.services.ec2_machines.IMAGES", ())

    found = images.are_offered([account], ["ubuntu"])

    assert (found.verdict, "offers no image" in found.message) == (Verdict.FAILED, True)


# ---- sentences


@pytest.mark.parametrize("wrong", ["nowhere", "one zone", "blocks", "route", "names", "quota"])
def test_what_is_wrong_says_how_to_mend_it(account: FakeAccount, cloud: Cloud, wrong: str) -> None:
    other = "vpc-0b1b2c3d4e5f60002"
    table(cloud, "vpc")[other] = _vpc(other, "10.21.0.0/16", "222222222222")
    lead(cloud, HUB, TransitGatewayId="tgw-1")
    row(cloud)["EnableDnsHostnames"] = False
    lower(cloud, 0)
    found = {
        "nowhere": lambda: vpc.exists(account, "vpc-0000000000000000f", REGIONS),
        "one zone": lambda: subnets.in_two_zones(account, other, []),
        "blocks": lambda: blocks.as_stated(account, other, ["10.20.0.0/16"], [HUB]),
        "route": lambda: routes.lead_to_the_hub(account, VPC, HUB),
        "names": lambda: dns_names.are_on(account, VPC, private_zone=True),
        "quota": lambda: quotas.leave_room(account, {VPCS: 1}),
    }[wrong]()

    assert found.verdict == Verdict.FAILED
    assert found.message.endswith(".")
    assert found.remedy.endswith((".", "days."))
    assert not {"invalid", "please", "successfully", "failed"} & set(said(found).lower().split())
