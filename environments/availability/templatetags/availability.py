"""What the page of an environment shows of availability."""

from typing import Any

from django import template

from environments.availability import drawing, selectors
from environments.availability.selectors import Measured
from environments.models import Environment
from portal.ui.drawings.gantt import duration

register = template.Library()
register.filter("duration", duration)

_MOST_OUTAGES = 5


@register.inclusion_tag("environments/availability/panel.html")
def availability_panel(environment: Environment) -> dict[str, Any]:
    """The target and what was measured in the last 30 days, of an environment that the page has found for its reader."""
    measured = selectors.of_environment(environment)
    return {
        "measured": measured,
        "days": selectors.USUAL_DAYS,
        "strip": drawing.strip(measured.spans),
        "sentence": _sentence(measured),
        "outages": measured.outages[:_MOST_OUTAGES],
        "more": max(len(measured.outages) - _MOST_OUTAGES, 0),
    }


def _sentence(measured: Measured) -> str:
    """Return what the strip shows, in words."""
    times = len(measured.outages)
    outages = (
        "never down" if not times else f"down {times} time{'s' * (times != 1)}, {duration(measured.sum.down)} in all"
    )
    if not measured.sum.up and not measured.sum.down:
        return "Nothing is known of this time."
    if not measured.sum.unknown:
        return f"{outages.capitalize()}."
    return f"{outages.capitalize()}; of {duration(measured.sum.unknown)} nothing is known."
