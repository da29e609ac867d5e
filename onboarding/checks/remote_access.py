"""The pre-flight of every environment: account, VPC, its blocks, subnets, routes, names, and the quotas left."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from environments.catalogue.regions import REGIONS
from environments.provisioning import quotas as provisioning_quotas
from environments.provisioning.addressing import product_address
from environments.provisioning.ports import Account
from environments.provisioning.steps import STEPS
from onboarding.checks.definition import Known, Means, Place, Wanted
from onboarding.checks.preflight import blocks, dns_names, entry, quotas, routes, subnets, vpc
from onboarding.models import Check
from onboarding.sections.environment_rows import NEW_VPC
from portal.probes.outcome import Outcome, Verdict

SECTION = "remote_access"
ACCOUNT, VPC = "aws.account", "aws.vpc"

Row = Mapping[str, Any]


def wanted(known: Known) -> Iterable[Wanted]:
    """A row is looked at once it names its account and Region. Of an account that the provider opens there is nothing yet."""
    if known.of(SECTION).get("account_wish"):
        return
    for index, row in enumerate(known.environments()):
        if "account_id" in row and "region" in row:
            yield _account(index, row)
            yield from _vpc(known, index, row)
            if known.complete.issuperset(_SIZING):
                yield _quotas(known, index, row)


def account_check(index: int) -> Place:
    """Return the check that must be well before anything else is asked of the account of an environment."""
    return SECTION, ACCOUNT, _pointer(index, "account_id")


def _pointer(index: int, key: str) -> str:
    return f"environments/{index}/{key}"


def _account(index: int, row: Row) -> Wanted:
    return Wanted(
        key=ACCOUNT,
        title="Your role lets us in",
        pointer=_pointer(index, "account_id"),
        inputs={"account": row["account_id"]},
        how=Check.How.AWS,
        run=lambda means: entry.lets_in(means.account(row["account_id"], row["region"])),
    )


def _vpc(known: Known, index: int, row: Row) -> Iterable[Wanted]:
    vpc_id, stated = row.get("vpc_id"), [*row.get("cidr_blocks", []), *row.get("ipv6_blocks", [])]
    if row.get("vpc") == NEW_VPC or not vpc_id:
        return
    place, hub = {"account": row["account_id"], "region": row["region"], "vpc": vpc_id}, settings.PROVIDER_VPC_CIDR

    def look(key: str, title: str, field: str, act: Any, *given: Any, **inputs: Any) -> Wanted:
        after = account_check(index) if key == VPC else (SECTION, VPC, _pointer(index, "vpc_id"))
        return Wanted(
            key=key,
            title=title,
            pointer=_pointer(index, field),
            inputs={**place, **inputs},
            how=Check.How.AWS,
            after=(after,),
            run=lambda means: act(_entered(means, row), vpc_id, *given),
        )

    yield look(VPC, "The VPC exists", "vpc_id", vpc.exists, REGIONS)
    addresses = _addresses(known, row)
    yield look("aws.subnets", "Subnets in two zones", "vpc_id", subnets.in_two_zones, addresses, addresses=addresses)
    yield look("aws.routes", "Room in the route tables", "vpc_id", routes.lead_to_the_hub, hub, hub=hub)
    private = known.of("dns").get("choice") != "own"
    yield look("aws.names", "DNS in the VPC", "vpc_id", _names(private), private=private)
    ours = [hub, *settings.PROVIDER_FURTHER_CIDRS]
    if stated:
        yield look(
            "aws.blocks",
            "The blocks are as stated",
            "cidr_blocks",
            blocks.as_stated,
            stated,
            ours,
            stated=stated,
            provider=ours,
        )


def _names(private: bool) -> Any:
    return lambda account, vpc_id: dns_names.are_on(account, vpc_id, private_zone=private)


def _addresses(known: Known, row: Row) -> list[str]:
    """Return where the products will answer."""
    first: Sequence[str] = row.get("cidr_blocks", [])[:1]
    return [product_address(block, position) for block in first for position in range(_products(known))]


def _products(known: Known) -> int:
    return len(known.of("products").get("products", []))


def _quotas(known: Known, index: int, row: Row) -> Wanted:
    """What is needed follows from nearly all answers, so it waits for them and depends on them; secrets among them are
    references."""
    pointer = _pointer(index, "region")

    def leave_room(means: Means) -> Outcome:
        spec = means.planned(f"environments/{index}")
        if spec is None:
            return Outcome(Verdict.OK, "What this environment needs stands already.")
        needed = provisioning_quotas.needed(STEPS, spec)
        return quotas.leave_room(_entered(means, row), needed, spec.customer_vpc_id)

    return Wanted(
        key="aws.quotas",
        title="Quotas leave room",
        pointer=pointer,
        inputs={"account": row["account_id"], "region": row["region"], "answers": _sizing(known, row)},
        how=Check.How.AWS,
        after=(account_check(index),),
        run=leave_room,
    )


_SIZING = (SECTION, "products", "dns", "smtp", "ntp", "data_centre", "monitoring", "operating_system", "backup", "logs")


def _sizing(known: Known, row: Row) -> dict[str, Any]:
    return {"row": dict(row), **{key: dict(known.of(key)) for key in _SIZING if key != SECTION}}


def _entered(means: Means, row: Row) -> Account:
    return means.account(row["account_id"], row["region"])
