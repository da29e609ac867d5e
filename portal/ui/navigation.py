"""Where a person can go from every page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Destination:
    """One item of the main menu. A page whose path begins with one of `below` belongs to it."""

    label: str
    url_name: str
    below: tuple[str, ...]


_ENVIRONMENTS = Destination(
    "Environments",
    "environment_list",
    ("/environments/", "/plans/", "/runs/", "/hand-overs/", "/checklist-items/", "/checklist-templates/"),
)
_PEOPLE = Destination("People", "people", ("/people/", "/invitations/"))
_REQUESTS = Destination("Requests", "service_requests", ("/requests/", "/responsibilities/"))
_SETTINGS = Destination("Settings", "settings", ("/settings/", "/working-calendars/"))

CUSTOMER = (
    Destination("Home", "onboarding_list", ("/onboardings/", "/decisions/", "/comments/")),
    Destination("Actions", "actions", ("/actions/",)),
    _ENVIRONMENTS,
    _REQUESTS,
    _PEOPLE,
    _SETTINGS,
)
STAFF = (
    Destination("Portfolio", "onboarding_list", ("/onboardings/", "/portfolio/", "/decisions/", "/comments/")),
    _ENVIRONMENTS,
    _REQUESTS,
    Destination("Customers", "customer_list", ("/customers/",)),
    _PEOPLE,
    Destination("Reports", "reports", ("/reports/",)),
    Destination("Audit", "audit_log", ("/audit/",)),
    _SETTINGS,
)


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    current: bool


def links(request: HttpRequest) -> list[Link]:
    """Return the main menu of this person, with the place they are in marked; empty for somebody not signed in."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return list(_links(STAFF if user.is_provider else CUSTOMER, request.path))


def _links(destinations: tuple[Destination, ...], path: str) -> Iterable[Link]:
    for destination in destinations:
        yield Link(destination.label, reverse(destination.url_name), path.startswith(destination.below))
