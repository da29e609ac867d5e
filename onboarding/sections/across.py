"""Rules across sections: an answer here that cannot work with an answer there."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from environments.catalogue.regions import RESERVED_ASNS
from environments.states import EnvironmentKind
from onboarding.validators import overlap
from portal.core.errors import FieldProblem

Answers = Mapping[str, dict[str, Any]]
"""The sound answers of every section, by its key."""


def problems(key: str, answers: Answers) -> list[FieldProblem]:
    """Return what is wrong with section `key` in the light of the others. Sections not answered yet are left out."""
    return [problem for section, rule in RULES if section == key for problem in rule(answers)]


def recovery_region_differs(answers: Answers) -> Iterable[FieldProblem]:
    region = answers.get("backup", {}).get("dr_region")
    if region and region in {row.get("region") for row in _production(answers)}:
        message = f"{region} is production's own Region. Disaster recovery needs another one."
        yield FieldProblem("dr_region", message, "same_region")


def asn_is_free_in_region(answers: Answers) -> Iterable[FieldProblem]:
    regions = {row["region"] for row in _environments(answers) if "region" in row}
    for field in ("bgp_asn", "line_asn"):
        asn = answers.get("data_centre", {}).get(field)
        for region in sorted(regions):
            if asn in RESERVED_ASNS.get(region, ()):
                message = f"{asn} is reserved by AWS in {region}. Use your router's own ASN, or 65000."
                yield FieldProblem(field, message, "reserved_asn")


def prefixes_leave_the_vpcs_alone(answers: Answers) -> Iterable[FieldProblem]:
    """The VPC's own route wins over these. Source: VPC user guide, "Route priority"."""
    blocks = [block for row in _environments(answers) for block in row.get("cidr_blocks", [])]
    for index, prefix in enumerate(answers.get("data_centre", {}).get("prefixes", [])):
        block = overlap(prefix, blocks)
        if block and not prefix.endswith("/0"):
            message = f"{prefix} overlaps {block} of your VPC, so traffic to it would never leave the VPC. Narrow it."
            yield FieldProblem(f"prefixes/{index}", message, "overlap")


def target_fits_pattern(answers: Answers) -> Iterable[FieldProblem]:
    target = answers.get("monitoring", {}).get("availability_target")
    patterns = {row.get("pattern") for row in answers.get("products", {}).get("products", [])}
    if target in ("99.9", "99.95") and "single" in patterns:
        message = f"{target} % cannot be kept with a single node. Choose 99.5 %, or high availability under “Products”."
        yield FieldProblem("availability_target", message, "pattern_too_small")


def _environments(answers: Answers) -> list[dict[str, Any]]:
    return answers.get("remote_access", {}).get("environments", [])


def _production(answers: Answers) -> list[dict[str, Any]]:
    return [row for row in _environments(answers) if row.get("kind") == EnvironmentKind.PRODUCTION]


RULES: tuple[tuple[str, Callable[[Answers], Iterable[FieldProblem]]], ...] = (
    ("backup", recovery_region_differs),
    ("data_centre", asn_is_free_in_region),
    ("data_centre", prefixes_leave_the_vpcs_alone),
    ("monitoring", target_fits_pattern),
)
