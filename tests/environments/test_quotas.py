"""Quotas are looked at before a run, and what has no room blocks the plan with a remedy."""

import pytest

from environments.provisioning import plan as planning
from environments.provisioning import quotas
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import Failure
from environments.provisioning.step import Wanted
from environments.provisioning.steps import STEPS
from environments.provisioning.steps.gateways import NatGateway
from environments.provisioning.steps.peering import PeeringRequest
from environments.provisioning.steps.routes import CustomerRoutes, ProviderRoutes
from environments.provisioning.steps.subnets import Subnets
from environments.provisioning.steps.trail import AuditTrail
from tests.fakes.cloud import Cloud, refuse
from tests.fakes.engine import FakeRun, spec

CODE = "vpc/L-F678F1CE"


class Vpcs(Collection):
    """Two VPCs that are not there."""

    key = "vpcs"
    title = "VPCs"
    doing = done = "Making VPCs"
    quotas = {"vpc": CODE}

    def wanted(self, spec):
        return [Wanted("vpc", "one"), Wanted("vpc", "two")]

    def look(self, ctx):
        return {}

    def make(self, ctx, wanted):
        return There(wanted.name)

    def unmake(self, ctx, name, there):
        """Nothing is made here."""


def _checked(limit: float) -> planning.PlannedStep:
    cloud = Cloud(spec())
    account = cloud.spec.customer_account_id
    cloud.world("service-quotas").tables[(account, "eu-west-1", "_limit")] = {CODE: {"value": limit}}
    ctx = FakeRun(cloud).context("plan", {}, cloud.now)
    (found,) = quotas.checked(planning.make([Vpcs()], ctx), [Vpcs()], ctx)
    assert cloud.changes == []
    return found


def test_enough_room_changes_nothing_in_the_plan():
    assert _checked(100).action == "create"


def test_too_little_room_blocks_and_says_how_much_is_missing():
    found = _checked(2)
    assert (found.action, found.code) == ("blocked", "quota")
    assert "2 more are needed" in found.reason
    assert "Service Quotas" in found.remedy


def test_nothing_to_create_asks_nothing():
    cloud = Cloud(spec())
    ctx = FakeRun(cloud).context("plan", {}, cloud.now)
    kept = [planning.PlannedStep("vpcs", "VPCs", planning.KEEP)]
    assert quotas.checked(kept, [Vpcs()], ctx) == kept
    assert cloud.reads == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_every_quota_that_a_step_names_is_one_we_can_count(step):
    assert {*step.quotas.values(), *step.provider_quotas.values()} <= set(quotas.QUOTAS)


# ---- quotas of less than a Region


SUBNETS, NATS, ROUTES, PEERINGS = "vpc/L-407747CB", "vpc/L-FE5A380F", "vpc/L-93826ACB", "vpc/L-7E9ECCDB"
CUSTOMER, PROVIDER = "222222222222", "111111111111"
OWN = {"creates_vpc": True, "customer_vpc_id": ""}


def _lower(cloud: Cloud, account: str, **limits: int) -> None:
    known = {globals()[name.upper()]: {"value": limit} for name, limit in limits.items()}
    cloud.world("service-quotas").tables[(account, "eu-west-1", "_limit")] = known


def _table(cloud: Cloud, account: str, kind: str) -> dict:
    return cloud.world("ec2").tables.setdefault((account, "eu-west-1", kind), {})


def _judged(cloud: Cloud, step, outputs=None) -> planning.PlannedStep:
    """Return the step as a plan judges it of which nothing stands yet."""
    ctx = FakeRun(cloud).context("plan", outputs or {}, cloud.now)
    found = quotas.checked(planning.make([step], ctx), [step], ctx)
    assert cloud.changes == []
    return found[0]


def _fill_subnets(cloud: Cloud, vpc_id: str, count: int, zone: str = "eu-west-1a") -> None:
    for number in range(count):
        row = {"SubnetId": f"{vpc_id}-{number}", "VpcId": vpc_id, "AvailabilityZone": zone, "CidrBlock": "", "Tags": []}
        _table(cloud, CUSTOMER, "subnet")[row["SubnetId"]] = row


def test_subnets_of_other_vpcs_take_no_room():
    cloud = Cloud(spec(**OWN))
    _lower(cloud, CUSTOMER, subnets=3)
    _fill_subnets(cloud, "vpc-of-others", 3)
    made = {"vpc": {"vpc_id": "vpc-ours"}}
    assert _judged(cloud, Subnets(), made).action == "create"

    _fill_subnets(cloud, "vpc-ours", 2)
    found = _judged(cloud, Subnets(), made)
    assert (found.action, found.code) == ("blocked", "quota")
    assert "Subnets per VPC: 2 of 3 are in use in vpc-ours, and 2 more are needed." in found.reason


def test_vpc_that_is_still_to_be_made_holds_no_subnet():
    cloud = Cloud(spec(**OWN))
    _lower(cloud, CUSTOMER, subnets=2)
    _fill_subnets(cloud, "vpc-of-others", 2)
    assert _judged(cloud, Subnets()).action == "create"


@pytest.mark.parametrize(("zone", "action"), [("eu-west-1b", "create"), ("eu-west-1a", "blocked")])
def test_nat_gateways_count_in_their_zone(zone, action):
    cloud = Cloud(spec(**OWN))
    _lower(cloud, CUSTOMER, nats=1)
    _fill_subnets(cloud, "vpc-of-others", 1, zone)
    nat = {"NatGatewayId": "nat-1", "State": "available", "SubnetId": "vpc-of-others-0", "_settles_at": cloud.now}
    _table(cloud, CUSTOMER, "nat_gateway")["nat-1"] = nat | {"Tags": []}
    found = _judged(cloud, NatGateway())
    assert found.action == action
    if action == "blocked":
        assert "1 of 1 are in use in eu-west-1a, and 1 more is needed." in found.reason


# ---- the provider's account


def _fill_peerings(cloud: Cloud, count: int, code: str = "active") -> None:
    for number in range(count):
        row = {
            "VpcPeeringConnectionId": f"pcx-{number}",
            "Status": {"Code": code},
            "RequesterVpcInfo": {"VpcId": cloud.spec.provider_vpc_id},
            "AccepterVpcInfo": {"VpcId": f"vpc-{number}"},
        }
        cloud.world("ec2").tables.setdefault(("both", "all", "vpc_peering"), {})[row["VpcPeeringConnectionId"]] = row


@pytest.mark.parametrize(("code", "action"), [("active", "blocked"), ("pending-acceptance", "create")])
def test_active_peerings_of_the_providers_vpc_block_another_one(code, action):
    cloud = Cloud(spec())
    _lower(cloud, PROVIDER, peerings=2)
    _fill_peerings(cloud, 2, code)
    found = _judged(cloud, PeeringRequest())
    assert found.action == action
    if action == "blocked":
        assert f"2 of 2 are in use in {cloud.spec.provider_vpc_id}" in found.reason
        assert "the provider's account" in found.remedy


@pytest.mark.parametrize(
    ("step", "account", "whose"),
    [(ProviderRoutes(), PROVIDER, "provider's"), (CustomerRoutes(), CUSTOMER, "customer's")],
    ids=["provider", "customer"],
)
def test_full_route_table_blocks_the_routes_of_its_side(step, account, whose):
    cloud = Cloud(spec())
    _lower(cloud, account, routes=2)
    tables = _table(cloud, account, "route_table")
    fullest = next(iter(tables))
    propagated = {"DestinationCidrBlock": "10.80.0.0/16", "Origin": "EnableVgwRoutePropagation"}
    tables[fullest]["Routes"] += [{"DestinationCidrBlock": "10.90.0.0/16", "GatewayId": "vgw-1"}, propagated]
    assert _judged(cloud, step).action == "create", "propagated routes have a quota of their own"

    tables[fullest]["Routes"].append({"DestinationCidrBlock": "10.91.0.0/16", "GatewayId": "vgw-1"})
    found = _judged(cloud, step)
    assert (found.action, found.code) == ("blocked", "quota")
    assert f"2 of 2 are in use in {fullest}, and 1 more is needed." in found.reason
    assert f"the {whose} account" in found.remedy


def test_route_that_is_missing_in_one_table_needs_room_there_only():
    cloud = Cloud(spec())
    full, other = _table(cloud, CUSTOMER, "route_table").values()
    known = {"peering_acceptance": {"peering_id": "pcx-1"}}
    full["Routes"] = [{"DestinationCidrBlock": "10.200.0.0/16", "VpcPeeringConnectionId": "pcx-1"}]
    _lower(cloud, CUSTOMER, routes=1)
    assert _judged(cloud, CustomerRoutes(), known).action == "change"

    other["Routes"] = [{"DestinationCidrBlock": "10.90.0.0/16", "GatewayId": "vgw-1"}]
    found = _judged(cloud, CustomerRoutes(), known)
    assert found.action == "blocked"
    assert other["RouteTableId"] in found.reason


def test_quota_that_may_not_be_read_is_no_reason_to_stop():
    cloud = Cloud(spec())
    _lower(cloud, PROVIDER, peerings=2)
    _fill_peerings(cloud, 2)

    def deny(operation: str) -> None:
        if operation == "service-quotas.get_service_quota":
            raise refuse(Failure.DENIED, "AccessDeniedException", operation)

    cloud.before_read = deny
    assert _judged(cloud, PeeringRequest()).action == "create"


# ---- a quota that AWS does not raise


@pytest.mark.parametrize(("there", "action"), [(4, "create"), (5, "blocked")])
def test_sixth_trail_of_a_region_is_refused_in_the_plan(there, action):
    cloud = Cloud(spec())
    trails = cloud.world("cloudtrail").tables.setdefault((CUSTOMER, "eu-west-1", "trail"), {})
    trails.update({f"theirs-{number}": {"Name": f"theirs-{number}"} for number in range(there)})
    found = _judged(cloud, AuditTrail())
    assert found.action == action
    if action == "blocked":
        assert "Trails per Region: 5 of 5 are in use in eu-west-1" in found.reason
        assert found.remedy == "AWS does not raise it: remove what is not in use in the customer's account."
