"""An address is in one place only: in a VPC, in the provider's network, behind a router, or with somebody else.

Any overlap makes a peering impossible, also one of blocks that are not used (VPC Peering Guide, "Overlapping CIDR blocks"); and
the provider's route table leads a range to one place (EC2 API, CreateRoute).
"""

from collections.abc import Iterable

from django.conf import settings

from onboarding.addressing import Ranges
from onboarding.sections.across.intake import Block, Intake, hub, is_new, name_of
from onboarding.validators import overlap
from portal.core.errors import FieldProblem

_MOST_NARROWED = 20


def blocks_leave_the_hub_alone(intake: Intake) -> Iterable[FieldProblem]:
    """Source: VPC Peering Guide, "Overlapping CIDR blocks"."""
    for place in intake.blocks():
        theirs = overlap(place.block, hub())
        if theirs:
            reason = f"{place.block} overlaps {theirs} of {settings.PROVIDER_NAME}'s VPC, so AWS cannot peer them."
            yield _refused(intake, place, reason)


def blocks_are_not_taken(intake: Intake) -> Iterable[FieldProblem]:
    """Other customers' ranges. The message never says whose, nor which."""
    for place in intake.blocks():
        if intake.around.taken.overlaps(place.block):
            reason = (
                f"{place.block} is taken in {settings.PROVIDER_NAME}'s network, which leads a range to one place only."
            )
            yield _refused(intake, place, reason, code="range_taken")


def blocks_differ_from_other_environments(intake: Intake) -> Iterable[FieldProblem]:
    """The customer's own environments of other onboardings; the same VPC again is no other one."""
    for place in intake.blocks():
        for known in intake.around.own:
            same = known.vpc_id and known.vpc_id == place.row.get("vpc_id")
            theirs = None if same else overlap(place.block, known.blocks)
            if theirs:
                reason = (
                    f"{place.block} overlaps {theirs} of your environment “{known.name}”, and {settings.PROVIDER_NAME}'s "
                    "network leads a range to one place only."
                )
                yield _refused(intake, place, reason)


def blocks_differ(intake: Intake) -> Iterable[FieldProblem]:
    """The provider's table has one route for a range. Source: EC2 API, CreateRoute."""
    seen: list[str] = []
    for place in intake.blocks():
        first = overlap(place.block, seen)
        if first:
            reason = (
                f"{place.block} overlaps {first} given above. {settings.PROVIDER_NAME} can route to one of them only."
            )
            yield _refused(intake, place, reason)
        seen.append(place.block)


def blocks_leave_the_prefixes_alone(intake: Intake) -> Iterable[FieldProblem]:
    """The VPC's own route wins over these. Source: VPC user guide, "Route priority"."""
    prefixes = [prefix for prefix in intake.prefixes if not _is_default(prefix)]
    for place in intake.blocks():
        prefix = overlap(place.block, prefixes)
        if prefix:
            reason = (
                f"{place.block} overlaps {prefix}, which you route to your data centre: traffic to it would never leave the "
                "VPC. Narrow the prefix under “Data-centre connection”, or use another range here."
            )
            yield _refused(intake, place, reason)


def prefixes_leave_the_vpcs_alone(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where the prefix is answered."""
    blocks = [place.block for place in intake.blocks()]
    for index, prefix in _narrow_prefixes(intake):
        block = overlap(prefix, blocks)
        if block:
            message = f"{prefix} overlaps {block} of your VPC, so traffic to it would never leave the VPC."
            yield FieldProblem(f"prefixes/{index}", f"{message} {_narrowed(intake, prefix)}", "overlap")


def prefixes_leave_the_hub_alone(intake: Intake) -> Iterable[FieldProblem]:
    """The VPC's route to the provider goes through the peering: one of the two ways would be lost."""
    for index, prefix in _narrow_prefixes(intake):
        theirs = overlap(prefix, hub())
        if theirs:
            message = (
                f"{prefix} overlaps {theirs} of {settings.PROVIDER_NAME}'s VPC, to which your VPC's peering leads."
            )
            yield FieldProblem(f"prefixes/{index}", f"{message} {_narrowed(intake, prefix)}", "overlap")


def prefixes_are_distinct(intake: Intake) -> Iterable[FieldProblem]:
    """One that lies within another takes up one of the few routes and leads nowhere else."""
    prefixes = intake.prefixes
    for index, prefix in _narrow_prefixes(intake):
        wider = overlap(prefix, [other for other in prefixes if other != prefix and _length(other) < _length(prefix)])
        if wider:
            message = f"{prefix} lies within {wider}, which leads to the same place. Remove one of them."
            yield FieldProblem(f"prefixes/{index}", message, "overlap")


def _refused(intake: Intake, place: Block, reason: str, *, code: str = "overlap") -> FieldProblem:
    free = intake.offers.instead_of(place.block, at=place.pointer)
    if free is None:
        remedy = f"No other range of this size is free: write to {settings.SUPPORT_EMAIL}."
    elif is_new(place.row):
        remedy = f"{free} is free: use it for “{name_of(place.row)}”."
    else:
        remedy = f"Use a VPC with another range: {free} is free."
    return FieldProblem(place.pointer, f"{reason} {remedy}", code)


def _narrow_prefixes(intake: Intake) -> Iterable[tuple[int, str]]:
    return [(index, prefix) for index, prefix in enumerate(intake.prefixes) if not _is_default(prefix)]


def _is_default(prefix: str) -> bool:
    """Return whether it is the default route, which leads only where no other one does."""
    return prefix.endswith("/0")


def _length(prefix: str) -> int:
    return int(prefix.rpartition("/")[2])


def _narrowed(intake: Intake, prefix: str) -> str:
    """Return how to write the prefix without what it must leave alone."""
    rest = Ranges([*hub(), *(place.block for place in intake.blocks())]).outside(prefix)
    if not rest:
        return "Remove it."
    shown = ", ".join(rest[:_MOST_NARROWED])
    return f"Narrow it to {shown}{' and so on' if len(rest) > _MOST_NARROWED else ''}."
