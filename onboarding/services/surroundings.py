"""What the portal knows beside one intake: ranges that lead elsewhere, and how full the provider's VPC is.

Two queries, whatever their number. An environment counts until it is torn down; one whose onboarding was cancelled before
anything was made does not. Before there are environments, answers that were submitted count: who submits first has the range.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from environments.models import Environment, Run
from onboarding.addressing import Ranges
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.sections.across import Around, Known
from onboarding.services import accounts
from onboarding.states import SectionState, Stage

_Others = Iterator[tuple[str, Known]]
"""Environments with the id of their customer."""


def around(onboarding: Onboarding) -> Around:
    """Return what is known beside this onboarding: of other customers their ranges only, as one set."""
    others = [*_standing(onboarding), *_submitted(onboarding)]
    taken = [block for customer, one in others if customer != onboarding.customer_id for block in one.blocks]
    return Around(
        taken=Ranges(taken),
        own=tuple(one for customer, one in others if customer == onboarding.customer_id),
        peerings=len(others),
        routes=sum(len([block for block in one.blocks if ":" not in block]) for _, one in others),
    )


def _standing(onboarding: Onboarding) -> _Others:
    rows = (
        Environment.objects.filter(torn_down_at=None)
        .exclude(_links(onboarding=onboarding))
        .exclude(_links(onboarding__stage=Stage.CANCELLED) & ~_links_otherwise() & ~Exists(_runs()))
        .values_list("customer_id", "name", "aws_account__account_id", "region", "vpc_id", "cidr_blocks")
    )
    for customer, name, account_id, region, vpc_id, blocks in rows:
        yield customer, Known(name, account_id, region, vpc_id, tuple(blocks))


def _links(**conditions: Any) -> Exists:
    """Return whether the environment belongs to an onboarding with these conditions."""
    return Exists(Onboarding.environments.through.objects.filter(environment=OuterRef("pk"), **conditions))


def _links_otherwise() -> Exists:
    open_ones = Onboarding.environments.through.objects.filter(environment=OuterRef("pk"))
    return Exists(open_ones.exclude(onboarding__stage=Stage.CANCELLED))


def _runs() -> Any:
    return Run.objects.filter(environment=OuterRef("pk"))


def _submitted(onboarding: Onboarding) -> _Others:
    """Yield the environments of answers that were submitted or approved and have made none yet."""
    rows = (
        Section.objects.filter(key=accounts.SECTION_KEY, state__in=(SectionState.SUBMITTED, SectionState.APPROVED))
        .exclude(onboarding=onboarding)
        .exclude(onboarding__stage=Stage.CANCELLED)
        .filter(onboarding__environments=None)
        .values_list("customer_id", "answers")
    )
    for customer, answers in rows:
        for row in definition(accounts.SECTION_KEY).sound(answers).get("environments", []):
            yield customer, _known(row)


def _known(row: dict[str, Any]) -> Known:
    blocks = (*row.get("cidr_blocks", ()), *row.get("ipv6_blocks", ()))
    return Known(row.get("name", ""), row.get("account_id", ""), row.get("region", ""), row.get("vpc_id", ""), blocks)
