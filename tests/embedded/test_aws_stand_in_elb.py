"""Load balancers."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]


@pytest.fixture
def elb(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "elbv2")


def settings(stand_in: RunningStandIn) -> dict[str, Any]:
    here = [{"Name": "vpc-id", "Values": [NORTHWIND.production_vpc_id]}]
    subnets = stand_in.customer(NORTHWIND, "ec2").describe_subnets(Filters=here)["Subnets"]
    return {"Name": "front", "Subnets": [row["SubnetId"] for row in subnets], "Scheme": "internal"}


def test_the_same_settings_get_the_same_balancer(stand_in: RunningStandIn, elb: Any) -> None:
    given = settings(stand_in)
    first, second = (elb.create_load_balancer(**given)["LoadBalancers"][0]["LoadBalancerArn"] for _ in range(2))
    with pytest.raises(ClientError) as refusal:
        elb.create_load_balancer(**given | {"Scheme": "internet-facing"})

    assert first == second
    assert code_of(refusal) == "DuplicateLoadBalancerName"


@pytest.mark.usefixtures("stands_still")
def test_a_balancer_takes_a_moment(stand_in: RunningStandIn, elb: Any) -> None:
    elb.create_load_balancer(**settings(stand_in))

    assert elb.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"] == "provisioning"
    with patches.at_once():
        assert elb.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"] == "active"


def test_the_same_settings_get_the_same_target_group_and_listener(stand_in: RunningStandIn, elb: Any) -> None:
    balancer = elb.create_load_balancer(**settings(stand_in))["LoadBalancers"][0]["LoadBalancerArn"]
    to_group = {"Name": "nodes", "Protocol": "HTTPS", "Port": 9443, "VpcId": NORTHWIND.production_vpc_id}
    groups = {elb.create_target_group(**to_group)["TargetGroups"][0]["TargetGroupArn"] for _ in range(2)}
    to_listen = {
        "LoadBalancerArn": balancer,
        "Protocol": "HTTP",
        "Port": 80,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": next(iter(groups))}],
    }
    listeners = {elb.create_listener(**to_listen)["Listeners"][0]["ListenerArn"] for _ in range(2)}

    assert (len(groups), len(listeners)) == (1, 1)
    for create, changed in (
        (elb.create_target_group, to_group | {"Port": 443}),
        (elb.create_listener, to_listen | {"Protocol": "HTTPS"}),
    ):
        with pytest.raises(ClientError) as refusal:
            create(**changed)
        assert code_of(refusal) in ("DuplicateTargetGroupName", "DuplicateListener")
