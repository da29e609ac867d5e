"""Which checks the answers call for: one small declaration per subject, each beside the answers that it proves."""

from collections.abc import Callable, Iterable, Mapping

from onboarding.checks import dns, monitoring, ntp, operating_system, products, remote_access, smtp
from onboarding.checks.definition import Known, Wanted

SUBJECTS: Mapping[str, Callable[[Known], Iterable[Wanted]]] = {
    "products": products.wanted,
    "remote_access": remote_access.wanted,
    "dns": dns.wanted,
    "smtp": smtp.wanted,
    "ntp": ntp.wanted,
    "monitoring": monitoring.wanted,
    "operating_system": operating_system.wanted,
}
"""By the key of the section."""


def called_for(section: str, known: Known) -> list[Wanted]:
    """Return the checks of a section's sound answers, in the order of the questions."""
    found = SUBJECTS.get(section)
    return list(found(known)) if found else []
