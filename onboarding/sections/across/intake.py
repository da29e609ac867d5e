"""What the rules across sections look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from environments.states import EnvironmentKind
from onboarding.addressing import Ranges
from onboarding.sections.across.offers import Offers
from onboarding.sections.environment_rows import NEW_VPC

Answers = Mapping[str, dict[str, Any]]
"""The sound answers of every section, by its key."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """An environment of this customer that another onboarding of theirs names."""

    name: str
    account_id: str
    region: str
    vpc_id: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What the portal knows beside this intake. Nobody else's name is in it, so that no message can tell it.

    `taken`: what the provider's network leads to other customers. `own`: the customer's environments of other onboardings.
    `peerings`, `routes`: how many of the provider's VPC all of them use. `zones`: the private zones of all other onboardings.
    """

    taken: Ranges = field(default_factory=Ranges)
    own: tuple[Known, ...] = ()
    peerings: int = 0
    routes: int = 0
    zones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of one of the VPCs, and where it was answered."""

    pointer: str
    block: str
    row: Row


class Intake:
    """The sound answers of a whole intake, seen from the section `key` that is judged."""

    def __init__(self, key: str, answers: Answers, around: Around | None = None) -> None:
        self.key = key
        self.answers = answers
        self.around = around or Around()
        self.offers = Offers(self._occupied)

    def section(self, key: str) -> dict[str, Any]:
        """Return the answers of a section; nothing where it was not answered."""
        return self.answers.get(key, {})

    @property
    def environments(self) -> list[dict[str, Any]]:
        return self.section("remote_access").get("environments", [])

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of all VPCs, IPv4 and IPv6, in the order of the answers."""
        for index, row in enumerate(self.environments):
            for key in ("cidr_blocks", "ipv6_blocks"):
                for position, block in enumerate(row.get(key, [])):
                    yield Block(f"environments/{index}/{key}/{position}", block, row)

    @property
    def prefixes(self) -> list[str]:
        """The ranges that static routing leads to the data centre."""
        return self.section("data_centre").get("prefixes", [])

    def _occupied(self) -> Ranges:
        """Return everything that an offered range must leave alone."""
        own = [block for known in self.around.own for block in known.blocks]
        return self.around.taken.union([*hub(), *own, *(each.block for each in self.blocks()), *self.prefixes])


def hub() -> list[str]:
    """Return the ranges of the provider's own network."""
    return [settings.PROVIDER_VPC_CIDR, *settings.PROVIDER_FURTHER_CIDRS]


def name_of(row: Row) -> str:
    return row.get("name") or "this environment"


def is_new(row: Row) -> bool:
    """Return whether the provider makes the VPC: nothing leads out of it but what these answers say."""
    return row.get("vpc") == NEW_VPC


def is_production(row: Row) -> bool:
    return row.get("kind") == EnvironmentKind.PRODUCTION


def label_of(row: Row) -> str:
    """Return the label that the environment's products carry in their names; production has none."""
    return "" if is_production(row) else slugify(row.get("name", ""))
