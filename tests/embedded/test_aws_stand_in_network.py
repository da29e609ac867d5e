from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS

NORTHWIND = CUSTOMER_ACCOUNTS[0]


def test_deleted_nat_gateway_frees_its_address(stand_in):
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    vpc = [{"Name": "vpc-id", "Values": [NORTHWIND.production_vpc_id]}]
    subnet = ec2.describe_subnets(Filters=vpc)["Subnets"][0]["SubnetId"]
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    first = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=first)
    assert "AssociationId" not in ec2.describe_addresses()["Addresses"][0]
    assert ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"] != first


def test_dhcp_options_are_free_when_others_take_their_place(stand_in):
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    first, second = (
        ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": [name]}])["DhcpOptions"][
            "DhcpOptionsId"
        ]
        for name in ("one.example", "two.example")
    )
    for identifier in (first, second):
        ec2.associate_dhcp_options(DhcpOptionsId=identifier, VpcId=NORTHWIND.production_vpc_id)
    ec2.delete_dhcp_options(DhcpOptionsId=first)
    left = [row["DhcpOptionsId"] for row in ec2.describe_dhcp_options()["DhcpOptions"]]
    assert (first in left, second in left) == (False, True)
