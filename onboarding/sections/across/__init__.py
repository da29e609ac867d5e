"""Rules across sections: an answer here that cannot work with an answer there, or with what the portal knows already.

A rule is one function in the file of its subject, and one line here: which sections it judges, and the function.
"""

from collections.abc import Callable, Iterable

from onboarding.sections.across import hints, overlaps, products, reach, regions, zones
from onboarding.sections.across.intake import Answers, Around, Intake, Known
from portal.core.errors import FieldProblem

__all__ = ["HINTS", "LOOK_AROUND", "RULES", "Answers", "Around", "Known", "hints_for", "problems"]

Rule = Callable[[Intake], Iterable[FieldProblem]]
Rules = tuple[tuple[tuple[str, ...], Rule], ...]

LOOK_AROUND = frozenset({"remote_access", "dns"})
"""Sections whose rules ask what the portal knows beside the intake."""


def problems(key: str, answers: Answers, around: Around | None = None) -> list[FieldProblem]:
    """Return what is wrong with section `key` in the light of the others. Sections not answered yet are left out."""
    return _found(RULES, key, answers, around)


def hints_for(key: str, answers: Answers, around: Around | None = None) -> list[FieldProblem]:
    """Return what is worth knowing about section `key`: none of it stands against submitting."""
    return _found(HINTS, key, answers, around)


def _found(rules: Rules, key: str, answers: Answers, around: Around | None) -> list[FieldProblem]:
    intake = Intake(key, answers, around)
    return [found for sections, rule in rules if key in sections for found in rule(intake)]


RULES: Rules = (
    (("backup",), regions.recovery_region_differs),
    (("remote_access",), regions.production_differs_from_recovery),
    (("data_centre",), regions.asn_is_free_in_region),
    (("remote_access",), regions.region_takes_the_asn),
    (("remote_access",), regions.vpc_is_where_it_was_said_to_be),
    (("remote_access",), overlaps.blocks_leave_the_hub_alone),
    (("remote_access",), overlaps.blocks_are_not_taken),
    (("remote_access",), overlaps.blocks_differ_from_other_environments),
    (("remote_access",), overlaps.blocks_differ),
    (("remote_access",), overlaps.blocks_leave_the_prefixes_alone),
    (("data_centre",), overlaps.prefixes_leave_the_vpcs_alone),
    (("data_centre",), overlaps.prefixes_leave_the_hub_alone),
    (("data_centre",), overlaps.prefixes_are_distinct),
    (("dns",), zones.zone_is_not_taken),
    (reach.SECTIONS, reach.server_is_not_the_providers),
    (reach.SECTIONS, reach.server_has_an_address_that_aws_gives),
    (("remote_access",), reach.blocks_leave_the_servers_their_addresses),
    (reach.SECTIONS, reach.new_vpcs_lead_to_the_server),
    (("remote_access",), reach.new_vpcs_reach_the_servers),
    (("data_centre",), reach.connection_leads_to_the_servers),
    (("monitoring",), products.target_fits_pattern),
    (("products",), products.pattern_fits_target),
    (("products",), products.certificate_names_fit),
    (("remote_access",), products.names_fit_a_certificate),
)

HINTS: Rules = (
    (reach.SECTIONS, reach.server_is_beyond_the_peering),
    (reach.SECTIONS, reach.server_is_in_one_vpc),
    (reach.SECTIONS, reach.way_to_the_server_is_not_known),
    (reach.SECTIONS, reach.name_is_of_multicast_dns),
    (("remote_access",), hints.hub_has_room),
    (("remote_access",), hints.range_is_not_dockers),
    (("remote_access",), hints.region_is_enabled),
    (("backup",), hints.recovery_region_is_enabled),
    (("ntp",), hints.time_servers_outvote_a_wrong_one),
    (("smtp",), hints.ses_starts_in_a_sandbox),
)
