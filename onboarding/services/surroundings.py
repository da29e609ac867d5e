"""What the portal knows beside one intake: ranges that lead elsewhere, zones that are named, how full the provider's VPC is.

Four queries, whatever their number. An environment counts until it is torn down; one whose onboarding was cancelled before
anything was made does not. What has no environment yet counts by its answers: who submits first has the range, and what a
reviewer approved keeps it while other answers are open again.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from environments.models import Environment, Run
from onboarding.addressing import Ranges
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.sections.across import Around, Known
from onboarding.services import accounts
from onboarding.states import SectionState, Stage

_Others = Iterator[tuple[str, Known]]
"""Environments with the id of their customer."""

_GIVEN = (SectionState.SUBMITTED, SectionState.APPROVED)
_NOT_THROUGH = (Stage.INTAKE, Stage.REVIEW)


def around(onboarding: Onboarding) -> Around:
    """Return what is known beside this onboarding: of other customers their ranges only, as one set."""
    others = [*_standing(onboarding), *_submitted(onboarding)]
    taken = [block for customer, one in others if customer != onboarding.customer_id for block in one.blocks]
    return Around(
        taken=Ranges(taken),
        own=tuple(one for customer, one in others if customer == onboarding.customer_id),
        peerings=len(others),
        zones=frozenset(_zones(onboarding)),
        routes=sum(len([block for block in one.blocks if ":" not in block]) for _, one in others),
    )


def _zones(onboarding: Onboarding) -> Iterator[str]:
    """Yield the private zones that submitted or approved answers of other onboardings call for."""
    rows = _going_on("dns", onboarding).filter(state__in=_GIVEN).values_list("answers", flat=True)
    return (answers["zone"] for answers in rows if answers.get("choice") == "route53" and answers.get("zone"))


def _going_on(key: str, onboarding: Onboarding) -> QuerySet[Section]:
    """Return this section of every other onboarding that goes on."""
    return Section.objects.filter(key=key).exclude(onboarding=onboarding).exclude(onboarding__stage=Stage.CANCELLED)


def _standing(onboarding: Onboarding) -> _Others:
    rows = (
        Environment.objects.filter(torn_down_at=None)
        .exclude(_links(onboarding=onboarding))
        .exclude(_links(onboarding__stage=Stage.CANCELLED) & ~_links_otherwise() & ~Exists(_runs()))
        .values_list("customer_id", "name", "aws_account__account_id", "region", "vpc_id", "cidr_blocks", "ipv6_blocks")
    )
    for customer, name, account_id, region, vpc_id, ipv4, ipv6 in rows:
        yield customer, Known(name, account_id, region, vpc_id, (*ipv4, *ipv6))


def _links(**conditions: Any) -> Exists:
    """Return whether the environment belongs to an onboarding with these conditions."""
    return Exists(Onboarding.environments.through.objects.filter(environment=OuterRef("pk"), **conditions))


def _links_otherwise() -> Exists:
    open_ones = Onboarding.environments.through.objects.filter(environment=OuterRef("pk"))
    return Exists(open_ones.exclude(onboarding__stage=Stage.CANCELLED))


def _runs() -> Any:
    return Run.objects.filter(environment=OuterRef("pk"))


def _submitted(onboarding: Onboarding) -> _Others:
    """Yield the environments of answers that hold a range and have made none yet: of intakes that are not through, where they
    are submitted or approved, as a whole or one by one."""
    has_some = Exists(Onboarding.environments.through.objects.filter(onboarding=OuterRef("onboarding")))
    sections = _going_on(accounts.SECTION_KEY, onboarding).filter(
        ~has_some | Q(onboarding__stage__in=_NOT_THROUGH), Q(state__in=_GIVEN) | ~Q(approved={})
    )
    made = _made()
    for section in sections.only("customer_id", "onboarding_id", "state", "approved", "answers"):
        rows = definition(accounts.SECTION_KEY).sound(section.answers).get("environments", [])
        for index, row in enumerate(rows):
            blocks = _held(section, index, row)
            if blocks and (row.get("vpc_id") or row.get("name")) not in made[section.onboarding_id]:
                yield section.customer_id, _known(row, blocks)


def _made() -> dict[str, set[str]]:
    """Return by intake that is not through what its environments are known by: those that were torn down too."""
    links = Onboarding.environments.through.objects.filter(onboarding__stage__in=_NOT_THROUGH)
    made = defaultdict(set)
    for key, *known_by in links.values_list("onboarding_id", "environment__name", "environment__vpc_id"):
        made[key].update(known_by)
    return made


def _held(section: Section, index: int, row: dict[str, Any]) -> tuple[str, ...]:
    """Return the blocks that this row holds: all that were submitted; of a section that is open again the approved ones."""
    keys = [
        key
        for key in ("cidr_blocks", "ipv6_blocks")
        if section.state in _GIVEN or f"environments/{index}/{key}" in section.approved
    ]
    return tuple(block for key in keys for block in row.get(key, ()))


def _known(row: dict[str, Any], blocks: tuple[str, ...]) -> Known:
    return Known(row.get("name", ""), row.get("account_id", ""), row.get("region", ""), row.get("vpc_id", ""), blocks)
