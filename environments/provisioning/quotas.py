"""AWS quotas, looked at before a run: what the plan would create against what the account still has room for.

A step says which quota each of its kinds counts against, where one is low enough to be met in practice; here is how the use
of each is counted, and its live value read from Service Quotas. A quota that cannot be read is no reason to stop: the create
itself will say.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from environments.provisioning.collection import at_once
from environments.provisioning.plan import BLOCKED, PlannedStep
from environments.provisioning.ports import Account, CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import CREATE, Context, Step, Wanted


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota of a Region: its name as the console shows it, how its use is read, and which rows of the answer count."""

    name: str
    service: str
    operation: str
    rows: str
    counts: Callable[[dict[str, Any]], int] = lambda row: 1


def _is_live(row: dict[str, Any]) -> int:
    return int(row.get("State") not in ("deleted", "deleting", "failed"))


def _vcpus(reservation: dict[str, Any]) -> int:
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
    "vpc/L-407747CB": Quota("Subnets in the Region", "ec2", "describe_subnets", "Subnets"),
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
        "NAT gateways per Availability Zone", "ec2", "describe_nat_gateways", "NatGateways", _is_live
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
}


def checked(planned: Sequence[PlannedStep], steps: Sequence[Step], ctx: Context) -> list[PlannedStep]:
    """Return the plan with those steps blocked for which the customer's account has no room. Changes nothing."""
    kinds = {step.key: step.quotas for step in steps}
    weights = {step.key: {wanted.name: _weight(wanted) for wanted in step.wanted(ctx.spec)} for step in steps}
    asked: Counter[str] = Counter()
    for one in planned:
        for change in one.changes:
            if change.action == CREATE and kinds[one.step].get(change.kind) in QUOTAS:
                asked[kinds[one.step][change.kind]] += weights[one.step].get(change.name, 1)
    short = {code: told for code, told in at_once(lambda code: _room(ctx.customer, code, asked[code]), asked) if told}
    return [_judged(one, kinds[one.step], short) for one in planned]


def needed(steps: Sequence[Step], spec: Spec) -> Counter[str]:
    """Return how much of each quota an environment takes of which nothing stands yet."""
    asked: Counter[str] = Counter()
    for step in steps:
        for wanted in step.wanted(spec) if step.applies(spec) else ():
            code = step.quotas.get(wanted.kind, "")
            if code in QUOTAS:
                asked[code] += _weight(wanted)
    return asked


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a quota is in use, and its live value."""

    name: str
    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def use(account: Account, code: str) -> Use:
    """Return the use of a quota in the account's Region. Raises `CallFailed`."""
    quota = QUOTAS[code]
    service, quota_code = code.split("/")
    answer = account.read("service-quotas", "get_service_quota", ServiceCode=service, QuotaCode=quota_code)
    used = sum(quota.counts(row) for row in account.pages(quota.service, quota.operation, quota.rows))
    return Use(quota.name, used, int(answer["Quota"]["Value"]))


def _weight(wanted: Wanted) -> int:
    """Return how much of its quota a resource takes: an instance as many as it has processors, everything else one."""
    return int(wanted.attributes.get("vcpus", 1))


def _judged(planned: PlannedStep, quotas: Mapping[str, str], short: Mapping[str, str]) -> PlannedStep:
    created = {change.kind for change in planned.changes if change.action == CREATE}
    told = [short[quotas[kind]] for kind in created if quotas.get(kind) in short]
    if not told or planned.action == BLOCKED:
        return planned
    remedy = "Ask AWS to raise it under Service Quotas in the customer's account, or remove what is not in use."
    return replace(planned, action=BLOCKED, reason=" ".join(sorted(told)), remedy=remedy, code="quota")


def _room(account: Account, code: str, needed: int) -> tuple[str, str]:
    """Return the quota's code, and why there is no room; nothing where there is, or where it cannot be told."""
    try:
        found = use(account, code)
    except CallFailed:
        return code, ""
    if needed <= found.limit - found.used:
        return code, ""
    return (
        code,
        f"{found.name}: {found.used} of {found.limit} are in use in {account.region}, and {needed} more are needed.",
    )
