"""The VPC exists in the account and Region that are stated."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from environments.provisioning.collection import at_once
from environments.provisioning.ports import Account, CallFailed
from onboarding.checks.preflight.words import listed
from portal.probes.outcome import Outcome, Verdict

Row = Mapping[str, Any]


def exists(account: Account, vpc_id: str, regions: Iterable[str]) -> Outcome:
    """Where it is not found in its Region, `regions` are looked through for it."""
    row = found(account, vpc_id)
    if row is None:
        return _elsewhere(account, vpc_id, [region for region in regions if region != account.region])
    owner = row.get("OwnerId", account.account_id)
    if owner != account.account_id:
        return Outcome(
            Verdict.FAILED,
            f"{vpc_id} is shared with this account, and account {owner} owns it. Only the owner can accept a peering.",
            f"State account {owner}, or a VPC of account {account.account_id}.",
        )
    stands = ", ".join(blocks(row))
    return Outcome(
        Verdict.OK,
        f"{vpc_id} exists in {account.region}, CIDR {stands}.",
        facts={"region": account.region, "blocks": list(blocks(row))},
    )


def found(account: Account, vpc_id: str) -> Row | None:
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = account.pages("ec2", "describe_vpcs", "Vpcs", Filters=filters)
    return next((row for row in rows if row["VpcId"] == vpc_id), None)


def blocks(row: Row, version: int = 4) -> list[str]:
    """Return every block of the VPC that holds or is about to hold, those that nobody uses included."""
    kind, block = ("", "CidrBlock") if version == 4 else ("Ipv6", "Ipv6CidrBlock")
    rows = row.get(f"{kind}CidrBlockAssociationSet", ())
    return [one[block] for one in rows if one[f"{block}State"]["State"] in ("associated", "associating")]


def _elsewhere(account: Account, vpc_id: str, regions: Sequence[str]) -> Outcome:
    def look(region: str) -> str:
        try:
            return region if found(account.in_region(region), vpc_id) else ""
        except CallFailed:  # a Region that the account has not enabled, or that our role may not look into
            return "?"

    answers = at_once(look, regions)
    missing = f"{vpc_id} was not found in {account.region} of account {account.account_id}"
    where = [region for region in answers if region not in ("", "?")]
    if where:
        return Outcome(
            Verdict.FAILED,
            f"{missing}; it is in {listed(where)}.",
            f"Select {where[0]} as its Region.",
            {"found_in": where},
        )
    unseen = answers.count("?")
    told = f"{missing}, nor in any other Region there" if not unseen else missing
    maybe = f" It may be in one of {unseen} Regions that our role does not look into." if unseen else ""
    return Outcome(
        Verdict.FAILED,
        f"{told}.{maybe}",
        "Compare VPC ID, Region and account ID with the AWS console, and correct what differs.",
    )
