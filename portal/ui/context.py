"""What every template may count on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.ui import navigation, themes


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the names, flags and menu of the shell that surrounds every page."""
    return {
        "provider_name": settings.PROVIDER_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "stand_in": bool(settings.AWS_STAND_IN_CUSTOMER_ROLE),
        "mailbox": settings.MAIL_DELIVERY == "mailbox",
        "navigation": navigation.links(request),
        "theme": themes.chosen(request),
    }
