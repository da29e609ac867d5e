"""What the products need of the environments, and the other way round."""

from collections.abc import Iterable, Iterator

from environments.catalogue.limits import CERTIFICATE_NAME
from onboarding.sections.across.intake import Intake, label_of, name_of
from portal.core.errors import FieldProblem


def target_fits_pattern(intake: Intake) -> Iterable[FieldProblem]:
    """A restart of the one machine takes longer than these targets leave in a month. Source: row S18."""
    target = intake.section("monitoring").get("availability_target")
    if target in ("99.9", "99.95") and "single" in _patterns(intake):
        message = f"{target} % cannot be kept with a single node. Choose 99.5 %, or high availability under “Products”."
        yield FieldProblem("availability_target", message, "pattern_too_small")


def pattern_fits_target(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where the pattern is answered."""
    target = intake.section("monitoring").get("availability_target")
    for index, row in enumerate(intake.section("products").get("products", [])):
        if target in ("99.9", "99.95") and row.get("pattern") == "single":
            message = (
                f"A single node cannot keep the {target} % under “Monitoring and alerts”. Select high availability, or a "
                "lower target there."
            )
            yield FieldProblem(f"products/{index}/pattern", message, "pattern_too_small")


def certificate_names_fit(intake: Intake) -> Iterable[FieldProblem]:
    """Products behind a load balancer get a certificate. Source: ACM user guide, "Certificate characteristics"."""
    longest = max((name for _, _, name in _certificate_names(intake)), key=len, default="")
    if len(longest) > CERTIFICATE_NAME:
        message = (
            f"The certificate would be for {longest}, and AWS takes {CERTIFICATE_NAME} characters; this is {len(longest)}. "
            "Use a shorter domain, or a shorter name of the environment under “Remote access”."
        )
        yield FieldProblem("domain", message, "too_long")


def names_fit_a_certificate(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where the environment is named. Production's own name is not in it."""
    for index, name, certificate in _certificate_names(intake):
        if name and len(certificate) > CERTIFICATE_NAME:
            message = (
                f"The certificate of “{name}” would be for {certificate}, and AWS takes {CERTIFICATE_NAME} characters; this is "
                f"{len(certificate)}. Use a shorter name."
            )
            yield FieldProblem(f"environments/{index}/name", message, "too_long")


def _certificate_names(intake: Intake) -> Iterator[tuple[int, str, str]]:
    """Yield index, name where it counts, and the names that its certificate is for."""
    domain = intake.section("products").get("domain")
    if not domain or _patterns(intake) <= {"single"}:
        return
    for index, row in enumerate(intake.environments):
        label = label_of(row)
        yield index, name_of(row) if label else "", ".".join(part for part in ("*", label, domain) if part)


def _patterns(intake: Intake) -> set[str]:
    return {row["pattern"] for row in intake.section("products").get("products", []) if "pattern" in row}
