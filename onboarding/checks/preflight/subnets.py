"""Subnets in two zones, one of which holds the products' addresses: none is made in a VPC of the customer's."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

from environments.provisioning.ports import Account
from onboarding.checks.preflight.words import counted, listed
from portal.probes.outcome import Facts, Outcome, Verdict


def in_two_zones(account: Account, vpc_id: str, addresses: Sequence[str]) -> Outcome:
    """`addresses`: where the products will answer."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = account.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
    rows = [row for row in rows if row["VpcId"] == vpc_id]
    zones = sorted({row["AvailabilityZone"] for row in rows})
    facts: Facts = {"zones": zones, "subnets": len(rows)}
    if len(zones) < 2:
        told = f"All subnets of {vpc_id} are in {zones[0]}" if zones else f"{vpc_id} has no subnet"
        return Outcome(
            Verdict.FAILED,
            f"{told}. A database and a load balancer need two zones.",
            f"Create a subnet in {'another zone' if zones else 'each of two zones'} of this VPC.",
            facts,
        )
    networks = [IPv4Network(row["CidrBlock"]) for row in rows if row.get("CidrBlock")]
    if addresses and not any(all(IPv4Address(one) in network for one in addresses) for network in networks):
        return Outcome(
            Verdict.FAILED,
            f"No subnet of {vpc_id} holds the products' addresses {_range(addresses)}.",
            "Create a subnet that holds them; they are near the beginning of the first block that you state.",
            facts,
        )
    return Outcome(Verdict.OK, f"{counted(len(rows), 'subnet')} in {listed(zones)}.", facts=facts)


def _range(addresses: Sequence[str]) -> str:
    return addresses[0] if len(addresses) == 1 else f"{addresses[0]} to {addresses[-1]}"
