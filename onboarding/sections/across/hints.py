"""What is worth knowing although the answers can work: said beside them, and in nobody's way."""

from collections.abc import Iterable

from django.conf import settings

from environments.catalogue.ranges import DOCKER
from environments.catalogue.regions import OPT_IN
from onboarding.sections.across.intake import Intake
from onboarding.validators import overlap
from portal.core.errors import FieldProblem

_FEWEST_TIME_SERVERS = 3


def hub_has_room(intake: Intake) -> Iterable[FieldProblem]:
    """Peerings and routes of the provider's VPC. Sources: VPC Peering Guide and VPC user guide, "Quotas"."""
    rows = intake.environments
    routes = sum(len(row.get("cidr_blocks", [])) for row in rows)
    for used, needed, limit, what in (
        (intake.around.peerings, len(rows), settings.PROVIDER_VPC_PEERINGS, "peerings"),
        (intake.around.routes, routes, settings.PROVIDER_VPC_ROUTES, "routes"),
    ):
        if needed and used + needed > limit:
            message = (
                f"{settings.PROVIDER_NAME}'s VPC has no room for {needed} more {what}. Nothing is wrong with your answers: "
                f"{settings.PROVIDER_NAME} makes room before the environments are made. Questions: {settings.SUPPORT_EMAIL}."
            )
            yield FieldProblem("environments", message, "no_room")


def range_is_not_dockers(intake: Intake) -> Iterable[FieldProblem]:
    """Source: VPC user guide, "VPC CIDR blocks"."""
    for place in intake.blocks():
        if overlap(place.block, [DOCKER]):
            message = (
                f"{place.block} overlaps {DOCKER}, which Docker and some AWS services use inside machines: they would not "
                "reach your addresses there. Use another range if you can choose."
            )
            yield FieldProblem(place.pointer, message, "docker_range")


def region_is_enabled(intake: Intake) -> Iterable[FieldProblem]:
    """Source: Account Management guide, "Enable or disable AWS Regions in your account"."""
    for index, row in enumerate(intake.environments):
        if row.get("region") in OPT_IN:
            yield FieldProblem(f"environments/{index}/region", _to_be_enabled(row["region"]), "opt_in_region")


def recovery_region_is_enabled(intake: Intake) -> Iterable[FieldProblem]:
    """Source: Account Management guide, "Enable or disable AWS Regions in your account"."""
    region = intake.section("backup").get("dr_region", "")
    if region in OPT_IN:
        yield FieldProblem("dr_region", _to_be_enabled(region), "opt_in_region")


def time_servers_outvote_a_wrong_one(intake: Intake) -> Iterable[FieldProblem]:
    """Source: RFC 8633, section 3.2 (use enough time sources)."""
    count = len(intake.section("ntp").get("servers", []))
    if 0 < count < _FEWEST_TIME_SERVERS:
        message = (
            f"With {count} time server{'s' if count > 1 else ''} nobody can tell which one is wrong. Use at least "
            f"{_FEWEST_TIME_SERVERS}, or Amazon Time Sync."
        )
        yield FieldProblem("servers", message, "few_time_servers")


def ses_starts_in_a_sandbox(intake: Intake) -> Iterable[FieldProblem]:
    """Source: SES developer guide, "Request production access"."""
    if intake.section("smtp").get("choice") == "ses":
        message = (
            "A new SES account is in a sandbox: 200 mails a day, to verified addresses only. Ask AWS for production access in "
            "the SES console, Account dashboard, in the Region of each environment."
        )
        yield FieldProblem("choice", message, "sandbox")


def _to_be_enabled(region: str) -> str:
    return (
        f"{region} has to be enabled in an AWS account before anything can be made there. Check AWS console, Account, AWS "
        "Regions; enabling takes minutes to hours."
    )
