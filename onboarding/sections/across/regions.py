"""Regions and accounts: what one of them forbids elsewhere, told at both ends."""

from collections.abc import Iterable

from environments.catalogue.regions import RESERVED_ASNS
from onboarding.sections.across.intake import Intake, is_production
from portal.core.errors import FieldProblem

_ASN_FIELDS = ("bgp_asn", "line_asn")


def recovery_region_differs(intake: Intake) -> Iterable[FieldProblem]:
    """Source: row S28."""
    region = intake.section("backup").get("dr_region")
    if region and region in {row.get("region") for row in intake.environments if is_production(row)}:
        message = f"{region} is production's own Region. Disaster recovery needs another one."
        yield FieldProblem("dr_region", message, "same_region")


def production_differs_from_recovery(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where production's Region is answered."""
    recovery = intake.section("backup").get("dr_region")
    for index, row in enumerate(intake.environments):
        if recovery and is_production(row) and row.get("region") == recovery:
            message = (
                f"{recovery} is your Region for disaster recovery. Production needs another one, or change it under "
                "“Backup and disaster recovery”."
            )
            yield FieldProblem(f"environments/{index}/region", message, "same_region")


def asn_is_free_in_region(intake: Intake) -> Iterable[FieldProblem]:
    """Source: EC2 API, CreateCustomerGateway."""
    regions = {row["region"] for row in intake.environments if "region" in row}
    for field in _ASN_FIELDS:
        asn = intake.section("data_centre").get(field)
        for region in sorted(regions):
            if asn in RESERVED_ASNS.get(region, ()):
                message = f"{asn} is reserved by AWS in {region}. Use your router's own ASN, or 65000."
                yield FieldProblem(field, message, "reserved_asn")


def region_takes_the_asn(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where the Region is answered."""
    asns = [intake.section("data_centre").get(field) for field in _ASN_FIELDS]
    for index, row in enumerate(intake.environments):
        for asn in asns:
            if asn in RESERVED_ASNS.get(row.get("region", ""), ()):
                message = (
                    f"AWS reserves {asn}, the ASN of your router, in {row['region']}. Change it under “Data-centre "
                    "connection”, or choose another Region."
                )
                yield FieldProblem(f"environments/{index}/region", message, "reserved_asn")


def vpc_is_where_it_was_said_to_be(intake: Intake) -> Iterable[FieldProblem]:
    """A VPC is in one account and Region. Source: VPC user guide, "VPC basics"."""
    known = {one.vpc_id: one for one in intake.around.own if one.vpc_id}
    for index, row in enumerate(intake.environments):
        one = known.get(row.get("vpc_id", ""))
        if one is None:
            continue
        for field, name, said in (("account_id", "account", one.account_id), ("region", "Region", one.region)):
            if row.get(field, said) != said:
                message = (
                    f"{one.vpc_id} is in {name} {said}, as you told for “{one.name}”. Correct the {name} or the VPC ID."
                )
                yield FieldProblem(f"environments/{index}/{field}", message, "elsewhere")
