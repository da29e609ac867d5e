"""What was found of an answer, where the page shows it."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def checks_beside(context: dict[str, Any], section: str, name: str) -> SafeString:
    """Show the checks of the answer whose field has this name; nothing where there are none.

    `name`: as in the form, and at the end of an answer's anchor: `environments-0-vpc_id`.
    """
    rows = context.get("checks", {}).get(section, {}).get(name, [])
    if not rows:
        return mark_safe("")
    return render_to_string("onboarding/checks/beside.html", {"rows": rows})
