"""Tokens, filters, tags and waits of EC2."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND, ALBION = CUSTOMER_ACCOUNTS[:2]
ENDPOINT_SERVICE = "com.amazonaws.eu-west-1.s3"
ZONE = "eu-west-1a"

Made = Callable[[dict[str, Any]], str]


def subnet(ec2: Any) -> str:
    here = [{"Name": "vpc-id", "Values": [NORTHWIND.production_vpc_id]}]
    return ec2.describe_subnets(Filters=here)["Subnets"][0]["SubnetId"]


def nat_gateway(ec2: Any, **more: Any) -> dict[str, Any]:
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    return ec2.create_nat_gateway(SubnetId=subnet(ec2), AllocationId=address, **more)["NatGateway"]


@pytest.fixture
def ec2(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "ec2")


CREATES: list[tuple[str, dict[str, Any], dict[str, Any], Made]] = [
    (
        "run_instances",
        {"ImageId": "ami-1", "MinCount": 2, "MaxCount": 2, "InstanceType": "t3.large"},
        {"InstanceType": "t3.small"},
        lambda answer: str([row["InstanceId"] for row in answer["Instances"]]),
    ),
    (
        "create_volume",
        {"AvailabilityZone": ZONE, "Size": 10, "Encrypted": True},
        {"Size": 20},
        lambda answer: answer["VolumeId"],
    ),
    (
        "create_route_table",
        {"VpcId": NORTHWIND.production_vpc_id},
        {"VpcId": NORTHWIND.test_vpc_id},
        lambda answer: answer["RouteTable"]["RouteTableId"],
    ),
    (
        "create_vpc_endpoint",
        {"VpcId": NORTHWIND.production_vpc_id, "ServiceName": ENDPOINT_SERVICE},
        {"VpcId": NORTHWIND.test_vpc_id},
        lambda answer: answer["VpcEndpoint"]["VpcEndpointId"],
    ),
]


@pytest.mark.parametrize(("operation", "given", "changed", "made"), CREATES)
def test_a_token_makes_nothing_twice(
    ec2: Any, operation: str, given: dict[str, Any], changed: dict[str, Any], made: Made
) -> None:
    create = getattr(ec2, operation)

    first, second = create(ClientToken="t", **given), create(ClientToken="t", **given)
    other = create(ClientToken="u", **given)
    with pytest.raises(ClientError) as refusal:
        create(ClientToken="t", **(given | changed))

    assert made(first) == made(second) != made(other)
    assert code_of(refusal) == "IdempotentParameterMismatch"


def test_a_token_makes_no_second_nat_gateway(ec2: Any) -> None:
    given = {
        "SubnetId": subnet(ec2),
        "AllocationId": ec2.allocate_address(Domain="vpc")["AllocationId"],
        "ClientToken": "t",
    }

    first, second = (ec2.create_nat_gateway(**given)["NatGateway"]["NatGatewayId"] for _ in range(2))

    assert first == second
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1


def test_a_token_is_one_accounts(stand_in: RunningStandIn, ec2: Any) -> None:
    albion = stand_in.customer(ALBION, "ec2")

    ours, theirs = (
        one.create_volume(AvailabilityZone=ZONE, Size=10, ClientToken="t")["VolumeId"] for one in (ec2, albion)
    )

    assert ours != theirs


def test_instances_are_found_by_their_token(ec2: Any) -> None:
    given = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}
    made = ec2.run_instances(**given, ClientToken="t")["Instances"][0]["InstanceId"]
    ec2.run_instances(**given, ClientToken="u")

    found = ec2.describe_instances(Filters=[{"Name": "client-token", "Values": ["t"]}])["Reservations"]

    assert [row["InstanceId"] for one in found for row in one["Instances"]] == [made]


@pytest.mark.parametrize(
    ("operation", "given", "listing", "member"),
    [
        ("create_vpc", {"CidrBlock": "10.98.0.0/16"}, "describe_vpcs", "Vpcs"),
        ("create_vpn_gateway", {"Type": "ipsec.1"}, "describe_vpn_gateways", "VpnGateways"),
        (
            "create_customer_gateway",
            {"Type": "ipsec.1", "PublicIp": "203.0.113.10", "BgpAsn": 65010},
            "describe_customer_gateways",
            "CustomerGateways",
        ),
        (
            "create_volume",
            {"AvailabilityZone": ZONE, "Size": 10, "ClientToken": "t"},
            "describe_volumes",
            "Volumes",
        ),
    ],
)
def test_a_dry_run_changes_nothing(ec2: Any, operation: str, given: dict[str, Any], listing: str, member: str) -> None:
    before = getattr(ec2, listing)()[member]

    with pytest.raises(ClientError) as refusal:
        getattr(ec2, operation)(DryRun=True, **given)

    assert code_of(refusal) == "DryRunOperation"
    assert getattr(ec2, listing)()[member] == before


def test_the_token_of_terminated_instances_is_refused(ec2: Any) -> None:
    given = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, "ClientToken": "t"}
    instance = ec2.run_instances(**given)["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[instance])

    with pytest.raises(ClientError) as refusal:
        ec2.run_instances(**given)

    assert code_of(refusal) == "IdempotentInstanceTerminated"


def test_nat_gateways_are_found_by_their_tags(ec2: Any) -> None:
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "env", "Value": "production"}]}]
    tagged = nat_gateway(ec2, TagSpecifications=tags)["NatGatewayId"]
    nat_gateway(ec2)

    found = ec2.describe_nat_gateways(Filters=[{"Name": "tag:env", "Values": ["production"]}])["NatGateways"]

    assert [row["NatGatewayId"] for row in found] == [tagged]


@pytest.mark.usefixtures("stands_still")
def test_a_nat_gateway_takes_a_moment(ec2: Any) -> None:
    assert nat_gateway(ec2)["State"] == "pending"
    assert ec2.describe_nat_gateways()["NatGateways"][0]["State"] == "pending"

    with patches.at_once():
        assert ec2.describe_nat_gateways()["NatGateways"][0]["State"] == "available"


def test_a_wait_ends_by_itself(ec2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "NAT_GATEWAY", patches.NAT_GATEWAY / 5)
    nat_gateway(ec2)

    time.sleep(patches.NAT_GATEWAY.total_seconds() + 0.05)

    assert ec2.describe_nat_gateways()["NatGateways"][0]["State"] == "available"


def test_a_nat_gateway_is_deleted_at_once(ec2: Any) -> None:
    ec2.delete_nat_gateway(NatGatewayId=nat_gateway(ec2)["NatGatewayId"])

    assert ec2.describe_nat_gateways()["NatGateways"][0]["State"] == "deleted"


@pytest.mark.parametrize(
    ("operation", "given", "code"),
    [
        ("describe_nat_gateways", {"NatGatewayIds": ["nat-0123456789abcdef0"]}, "NatGatewayNotFound"),
        (
            "describe_customer_gateways",
            {"CustomerGatewayIds": ["cgw-0123456789abcdef0"]},
            "InvalidCustomerGatewayID.NotFound",
        ),
        ("describe_vpn_gateways", {"VpnGatewayIds": ["vgw-0123456789abcdef0"]}, "InvalidVpnGatewayID.NotFound"),
        (
            "describe_vpc_peering_connections",
            {"VpcPeeringConnectionIds": ["pcx-0123456789abcdef0"]},
            "InvalidVpcPeeringConnectionId.NotFound",
        ),
    ],
)
def test_an_unknown_id_is_refused(ec2: Any, operation: str, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refusal:
        getattr(ec2, operation)(**given)

    assert code_of(refusal) == code


def test_dhcp_options_keep_their_tags(ec2: Any) -> None:
    made = ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "ntp-servers", "Values": ["10.0.0.9"]}],
        TagSpecifications=[{"ResourceType": "dhcp-options", "Tags": [{"Key": "env", "Value": "production"}]}],
    )["DhcpOptions"]

    found = ec2.describe_dhcp_options(Filters=[{"Name": "tag:env", "Values": ["production"]}])["DhcpOptions"]

    assert [row["DhcpOptionsId"] for row in found] == [made["DhcpOptionsId"]]
    assert made["Tags"] == found[0]["Tags"] == [{"Key": "env", "Value": "production"}]
