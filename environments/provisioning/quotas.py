"""AWS quotas, looked at before a run: what the plan would create against what the two accounts still have room for.

A step says which quota each of its kinds counts against, where one is low enough to be met in practice; here is how the use
of each is counted, and its live value read from Service Quotas. A quota that cannot be read is no reason to stop: the create
itself will say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from environments.catalogue.regions import zones
from environments.provisioning.collection import at_once
from environments.provisioning.plan import BLOCKED, PlannedStep
from environments.provisioning.ports import Account, CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import CREATE, Change, Context, Step, Wanted

Row = Mapping[str, Any]
Used = dict[str, int]
"""How much is in use, by the place that the quota is of: a Region, a VPC, a zone or a route table."""


def _one(row: Row) -> int:
    return 1


def _in_region(quota: "Quota", account: Account, vpc_id: str) -> Used:
    return {account.region: sum(quota.counts(row) for row in quota.read(account))}


def _in_vpc(quota: "Quota", account: Account, vpc_id: str) -> Used:
    """In a VPC that is still to be made, nothing is."""
    rows = quota.read(account) if vpc_id else ()
    return {vpc_id or "the new VPC": sum(quota.counts(row) for row in rows if vpc_id in _vpcs(row))}


def _in_zone(quota: "Quota", account: Account, vpc_id: str) -> Used:
    """What stands in a subnet stands in its zone; ours is the first."""
    zone, _ = zones(account.region)
    subnets = account.pages("ec2", "describe_subnets", "Subnets")
    here = {row["SubnetId"] for row in subnets if row["AvailabilityZone"] == zone}
    return {zone: sum(quota.counts(row) for row in quota.read(account) if row.get("SubnetId") in here)}


def _in_tables(quota: "Quota", account: Account, vpc_id: str) -> Used:
    rows = quota.read(account) if vpc_id else ()
    used = {row["RouteTableId"]: quota.counts(row) for row in rows if row["VpcId"] == vpc_id}
    return used or {"the new VPC": 0}


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota: its name as the console shows it, how its use is read, and how much each row of the answer counts.

    `places`: returns the use by place, where the quota is of less than a Region. `fixed`: its value, where AWS does not raise
    it.
    """

    name: str
    service: str
    operation: str
    rows: str
    counts: Callable[[Row], int] = _one
    places: Callable[["Quota", Account, str], Used] = _in_region
    fixed: int | None = None

    def read(self, account: Account) -> Sequence[Row]:
        return account.pages(self.service, self.operation, self.rows)


def _vpcs(row: Row) -> set[str]:
    """Return the VPCs that a row is of: a peering is of two."""
    sides = (row, row.get("RequesterVpcInfo", {}), row.get("AccepterVpcInfo", {}))
    return {side["VpcId"] for side in sides if side.get("VpcId")}


def _is_live(row: Row) -> int:
    return int(row.get("State") not in ("deleted", "deleting", "failed"))


def _is_active(row: Row) -> int:
    return int(row["Status"]["Code"] in ("active", "provisioning"))


def _routes(table: Row) -> int:
    """Return the routes of a table that the quota is of: IPv6 has one of its own, and propagated ones too."""
    counted = (one for one in table.get("Routes", ()) if one.get("Origin") != "EnableVgwRoutePropagation")
    return sum("DestinationIpv6CidrBlock" not in route for route in counted)


def _vcpus(reservation: Row) -> int:
    """Return the virtual processors of the instances of a reservation that run, or are about to."""
    running = [one for one in reservation["Instances"] if one["State"]["Name"] in ("pending", "running")]
    options = [one.get("CpuOptions", {}) for one in running]
    return sum(one.get("CoreCount", 1) * one.get("ThreadsPerCore", 2) for one in options)


QUOTAS: Mapping[str, Quota] = {
    # Codes: Service Quotas console, AWS services, Amazon VPC / EC2 / RDS / ELB; they are the same in every Region.
    "vpc/L-F678F1CE": Quota("VPCs per Region", "ec2", "describe_vpcs", "Vpcs"),
    "vpc/L-E79EC296": Quota("VPC security groups per Region", "ec2", "describe_security_groups", "SecurityGroups"),
    "ec2/L-1216C47A": Quota(
        "Running On-Demand Standard instances, in vCPUs", "ec2", "describe_instances", "Reservations", _vcpus
    ),
    "vpc/L-407747CB": Quota("Subnets per VPC", "ec2", "describe_subnets", "Subnets", places=_in_vpc),
    "vpc/L-A4707A72": Quota("Internet gateways per Region", "ec2", "describe_internet_gateways", "InternetGateways"),
    "ec2/L-0263D0A3": Quota("EC2-VPC Elastic IPs", "ec2", "describe_addresses", "Addresses"),
    "ec2/L-3E6EC3A3": Quota(
        "VPN connections per Region", "ec2", "describe_vpn_connections", "VpnConnections", _is_live
    ),
    "ec2/L-7029FAB6": Quota(
        "Virtual private gateways per Region", "ec2", "describe_vpn_gateways", "VpnGateways", _is_live
    ),
    "ec2/L-4FB7FF5D": Quota(
        "Customer gateways per Region", "ec2", "describe_customer_gateways", "CustomerGateways", _is_live
    ),
    "vpc/L-FE5A380F": Quota(
        "NAT gateways per Availability Zone", "ec2", "describe_nat_gateways", "NatGateways", _is_live, _in_zone
    ),
    "vpc/L-93826ACB": Quota(
        "Routes per route table", "ec2", "describe_route_tables", "RouteTables", _routes, _in_tables
    ),
    "vpc/L-7E9ECCDB": Quota(
        "Active VPC peering connections per VPC",
        "ec2",
        "describe_vpc_peering_connections",
        "VpcPeeringConnections",
        _is_active,
        _in_vpc,
    ),
    "route53resolver/L-4A669CC0": Quota(
        "Resolver endpoints per Region", "route53resolver", "list_resolver_endpoints", "ResolverEndpoints"
    ),
    "rds/L-7B6409FD": Quota("DB instances", "rds", "describe_db_instances", "DBInstances"),
    "elasticloadbalancing/L-69A177A2": Quota(
        "Network Load Balancers per Region",
        "elbv2",
        "describe_load_balancers",
        "LoadBalancers",
        lambda row: int(row.get("Type") == "network"),
    ),
    # CloudTrail user guide, "Quotas in AWS CloudTrail", read 2026-11-24: Service Quotas does not know it.
    "cloudtrail/trails": Quota("Trails per Region", "cloudtrail", "describe_trails", "trailList", fixed=5),
}


CUSTOMERS, PROVIDERS = "customer's", "provider's"
"""Whose account a quota is of."""

Key = tuple[str, str]
"""Whose account, and the code of the quota in it."""


def checked(planned: Sequence[PlannedStep], steps: Sequence[Step], ctx: Context) -> list[PlannedStep]:
    """Return the plan with those steps blocked for which one of the accounts has no room. Changes nothing."""
    by_key = {step.key: step for step in steps}
    asked: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for one in planned:
        step = by_key[one.step]
        weights = {wanted.name: _weight(wanted) for wanted in step.wanted(ctx.spec)}
        for change in one.changes:
            for key in _counts_against(step, change):
                asked[key][change.name] += weights.get(change.name, 1)
    lacks = at_once(lambda key: _lack(ctx, key, asked[key]), asked)
    short = {key: lack for key, lack in zip(asked, lacks, strict=True) if lack}
    return [_judged(one, by_key[one.step], short) for one in planned]


def needed(steps: Sequence[Step], spec: Spec) -> Counter[str]:
    """Return how much of each quota of the customer's account an environment takes of which nothing stands yet."""
    asked: Counter[str] = Counter()
    for step in steps:
        for wanted in step.wanted(spec) if step.applies(spec) else ():
            code = step.quotas.get(wanted.kind, "")
            if code in QUOTAS:
                asked[code] += _weight(wanted)
    return asked


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a quota is in use in one place, and its live value."""

    name: str
    used: int
    limit: int
    place: str = ""

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def use(account: Account, code: str, vpc_id: str = "") -> Use:
    """Return the use of a quota in the place that has least room. `vpc_id`: where a VPC is there already. Raises
    `CallFailed`."""
    return min(uses(account, code, vpc_id), key=lambda found: found.left)


def uses(account: Account, code: str, vpc_id: str = "") -> list[Use]:
    """Return the use of a quota in each place. Raises `CallFailed`."""
    quota = QUOTAS[code]
    value = limit(account, code) if quota.fixed is None else quota.fixed
    return [Use(quota.name, used, value, place) for place, used in quota.places(quota, account, vpc_id).items()]


def limit(account: Account, code: str) -> int:
    """Return the live value of a quota in the account's Region. Raises `CallFailed`."""
    service, quota_code = code.split("/")
    answer = account.read("service-quotas", "get_service_quota", ServiceCode=service, QuotaCode=quota_code)
    return int(answer["Quota"]["Value"])


def _weight(wanted: Wanted) -> int:
    """Return how much of its quota a resource takes: an instance as many as it has processors, everything else one."""
    return int(wanted.attributes.get("vcpus", 1))


def _counts_against(step: Step, change: Change) -> list[Key]:
    """Return the quotas, of whichever account, that a change takes something of."""
    codes = ((CUSTOMERS, step.quotas.get(change.kind, "")), (PROVIDERS, step.provider_quotas.get(change.kind, "")))
    return [(whose, code) for whose, code in codes if change.action == CREATE and code in QUOTAS]


def _judged(planned: PlannedStep, step: Step, short: Mapping[Key, str]) -> PlannedStep:
    found = {key for change in planned.changes for key in _counts_against(step, change) if key in short}
    if not found or planned.action == BLOCKED:
        return planned
    told = " ".join(sorted(short[key] for key in found))
    remedy = " ".join(sorted({_remedy(*key) for key in found}))
    return replace(planned, action=BLOCKED, reason=told, remedy=remedy, code="quota")


def _remedy(whose: str, code: str) -> str:
    if QUOTAS[code].fixed is not None:
        return f"AWS does not raise it: remove what is not in use in the {whose} account."
    return f"Ask AWS to raise it under Service Quotas in the {whose} account, or remove what is not in use."


def _lack(ctx: Context, key: Key, asked: Mapping[str, int]) -> str:
    """Return why there is no room; nothing where there is, or where it cannot be told."""
    whose, code = key
    account, vpc_id = (
        (ctx.customer, ctx.spec.customer_vpc_id) if whose == CUSTOMERS else (ctx.provider, ctx.spec.provider_vpc_id)
    )
    try:
        found = uses(account, code, vpc_id)
    except CallFailed:
        return ""
    places = {one.place for one in found}
    for one in found:
        more = _needed_in(one.place, places, asked)
        if more > one.limit - one.used:
            are = "is" if more == 1 else "are"
            return f"{one.name}: {one.used} of {one.limit} are in use in {one.place}, and {more} more {are} needed."
    return ""


def _needed_in(place: str, places: set[str], asked: Mapping[str, int]) -> int:
    """Return how much is needed in one place: a change that names a place is of that one, any other is of all of them."""
    named = {name: name.rpartition(" in ")[2] for name in asked}
    return sum(weight for name, weight in asked.items() if named[name] == place or named[name] not in places)
