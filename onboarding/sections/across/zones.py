"""A private zone's name, in the provider's network too.

The provider's VPC is associated with every customer's private zone, so that operators find the products by name, and a VPC can
be associated with one zone of a name only (Route 53 API, AssociateVPCWithHostedZone, ConflictingDomainExists). Zones one within
the other are no conflict: the longest name answers (Route 53 Developer Guide, "Considerations when working with a private
hosted zone").
"""

from collections.abc import Iterable

from django.conf import settings

from onboarding.sections.across.intake import Intake
from portal.core.errors import FieldProblem

_LABELS = ("cloud", "aws", "platform", "managed")


def zone_is_not_taken(intake: Intake) -> Iterable[FieldProblem]:
    """Other onboardings' zones. The message never says whose. Source: Route 53 API, AssociateVPCWithHostedZone."""
    answers = intake.section("dns")
    zone = answers.get("zone", "")
    if answers.get("choice") != "route53" or zone not in intake.around.zones:
        return
    free = next((name for label in _LABELS if (name := f"{label}.{zone}") not in intake.around.zones), "")
    message = (
        f"{settings.PROVIDER_NAME}'s network has a zone {zone} already, and finds one of a name only. Use another name"
        + (f", such as {free}." if free else ".")
    )
    yield FieldProblem("zone", message, "zone_taken")
