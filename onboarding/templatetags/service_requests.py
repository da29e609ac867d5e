"""Who answers for what, on the pages where it matters."""

from typing import Any

from django import template

from environments.models import Environment
from onboarding.requests import responsibilities

register = template.Library()


@register.inclusion_tag("onboarding/requests/shares.html", takes_context=True)
def who_answers(context: dict[str, Any], environment: Environment) -> dict[str, Any]:
    """Show who answers for what in an environment of this kind. Asks the database nothing."""
    return {
        "shares": responsibilities.shares(is_production=environment.is_production),
        "is_production": environment.is_production,
        "provider_name": context["provider_name"],
    }
