"""The blocks of the VPC are those that are stated, all of them: any overlap makes a peering impossible, even if unused.

Source: VPC Peering Guide, "Overlapping CIDR blocks".
"""

from collections.abc import Sequence
from ipaddress import ip_network

from environments.provisioning.ports import Account
from onboarding.checks.preflight import vpc
from onboarding.checks.preflight.words import listed
from portal.probes.outcome import Outcome, Verdict


def as_stated(account: Account, vpc_id: str, stated: Sequence[str], provider: Sequence[str]) -> Outcome:
    """`provider`: the ranges of the provider's VPC and what is behind it."""
    row = vpc.found(account, vpc_id)
    if row is None:
        return Outcome(Verdict.FAILED, f"{vpc_id} is no longer there.", "State the VPC that the environment stands in.")
    stands = [*vpc.blocks(row), *vpc.blocks(row, 6)]
    facts = {"blocks": stands}
    overlapping = [(block, other) for block in stands for other in provider if _overlap(block, other)]
    if overlapping:
        told = listed([f"{block} overlaps {other}" for block, other in overlapping])
        return Outcome(
            Verdict.FAILED,
            f"Of {vpc_id}, {told} of the provider's network, so the two cannot be peered.",
            "Use another VPC, or remove the block from this one if nothing uses it.",
            facts,
        )
    unstated, not_there = _without(stands, stated), _without(stated, stands)
    if unstated or not_there:
        return Outcome(
            Verdict.FAILED, f"{vpc_id} {_difference(unstated, not_there)}.", _remedy(unstated, not_there), facts
        )
    return Outcome(Verdict.OK, f"CIDR {', '.join(stands)} as stated, no overlap.", facts=facts)


def _overlap(block: str, other: str) -> bool:
    one, two = ip_network(block), ip_network(other)
    return one.version == two.version and one.overlaps(two)


def _without(blocks: Sequence[str], others: Sequence[str]) -> list[str]:
    known = {ip_network(block) for block in others}
    return [block for block in blocks if ip_network(block) not in known]


def _difference(unstated: Sequence[str], not_there: Sequence[str]) -> str:
    has = f"also has {listed(unstated)}" if unstated else ""
    lacks = f"has no block {listed(not_there)}" if not_there else ""
    return " and ".join(filter(None, (has, lacks)))


def _remedy(unstated: Sequence[str], not_there: Sequence[str]) -> str:
    kinds = dict.fromkeys("IPv6 blocks" if ":" in block else "CIDR blocks" for block in unstated)
    add = f"Add {listed(unstated)} to the {listed(list(kinds))}" if unstated else ""
    remove = f"{'remove' if add else 'Remove'} {listed(not_there)}" if not_there else ""
    return " and ".join(filter(None, (add, remove))) + "."
