"""The intake's sections, in the order they are shown. A new section is one file and one line here."""

from onboarding.sections import (
    backup,
    data_centre,
    dns,
    logs,
    monitoring,
    ntp,
    operating_system,
    products,
    remote_access,
    smtp,
    users,
)
from onboarding.sections.definition import SectionDefinition
from portal.core.errors import NotFound

SECTIONS: tuple[SectionDefinition, ...] = (
    products.SECTION,
    remote_access.SECTION,
    dns.SECTION,
    smtp.SECTION,
    ntp.SECTION,
    data_centre.SECTION,
    monitoring.SECTION,
    operating_system.SECTION,
    backup.SECTION,
    logs.SECTION,
    users.SECTION,
)
_BY_KEY = {section.key: section for section in SECTIONS}


def definition(key: str) -> SectionDefinition:
    """Return the section of this key. Raises `NotFound`."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise NotFound from None
