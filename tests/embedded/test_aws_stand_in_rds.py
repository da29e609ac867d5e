"""Databases."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]


def subnets(stand_in: RunningStandIn) -> list[str]:
    here = [{"Name": "vpc-id", "Values": [NORTHWIND.production_vpc_id]}]
    found = stand_in.customer(NORTHWIND, "ec2").describe_subnets(Filters=here)["Subnets"]
    return [row["SubnetId"] for row in found]


def group(stand_in: RunningStandIn, rds: Any) -> None:
    rds.create_db_subnet_group(
        DBSubnetGroupName="databases", DBSubnetGroupDescription="Databases", SubnetIds=subnets(stand_in)
    )


@pytest.fixture
def rds(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "rds")


@pytest.mark.usefixtures("stands_still")
def test_a_database_takes_a_moment_and_has_no_address_before(stand_in: RunningStandIn, rds: Any) -> None:
    group(stand_in, rds)
    made = rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin_of_db",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="databases",
    )["DBInstance"]

    (seen,) = rds.describe_db_instances(DBInstanceIdentifier="db")["DBInstances"]
    assert made["DBInstanceStatus"] == seen["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in seen

    with patches.at_once():
        (seen,) = rds.describe_db_instances(DBInstanceIdentifier="db")["DBInstances"]
    assert seen["DBInstanceStatus"] == "available"
    assert seen["Endpoint"]["Address"].startswith("db.")


def test_an_unknown_parameter_group_is_refused(rds: Any) -> None:
    with pytest.raises(ClientError) as refusal:
        rds.describe_db_parameter_groups(DBParameterGroupName="unknown")

    assert code_of(refusal) == "DBParameterGroupNotFound"


def test_a_subnet_group_is_not_made_twice(stand_in: RunningStandIn, rds: Any) -> None:
    group(stand_in, rds)

    with pytest.raises(ClientError) as refusal:
        group(stand_in, rds)

    assert code_of(refusal) == "DBSubnetGroupAlreadyExists"
