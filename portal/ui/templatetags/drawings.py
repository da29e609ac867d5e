"""The drawings: geometry from `portal.ui.drawings`, markup from templates, and the same facts as text beside them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.core import clock
from portal.ui.drawings import gantt as gantts
from portal.ui.drawings import measures, rails
from portal.ui.drawings import topology as topologies

register = template.Library()


@register.simple_tag
def ring(done: int, total: int, label: str) -> SafeString:
    """How much of a whole is done, as a ring with the count inside."""
    return render_to_string("components/ring.html", {"ring": measures.ring(done, total), "label": label})


@register.simple_tag
def progress(done: int, total: int, label: str = "", note: str = "") -> SafeString:
    context = {"done": done, "total": total, "label": label, "note": note}
    return render_to_string("components/progress.html", context)


@register.simple_tag
def sparkline(values: Iterable[float], label: str = "") -> SafeString:
    """A small line without axes; what it says is in its description."""
    drawn = measures.sparkline(list(values))
    return render_to_string("components/sparkline.html", {"spark": drawn, "label": label})


@register.simple_tag
def stage_rail(onboarding: Any, dates: Mapping[str, datetime] | None = None) -> SafeString:
    """The way from intake to live, with where this onboarding stands. `dates`: when each stage was reached."""
    stages = rails.stages(onboarding.stage, onboarding.stage_since, dates or {})
    return render_to_string("components/stage_rail.html", {"stages": stages})


@register.simple_tag
def topology(data: Mapping[str, Any], title: str = "Network connections") -> SafeString:
    """The networks and what connects them. `data` holds `nodes` (id, label, detail, lane) and `edges` (from, to, label,
    status planned|waiting|verified|failing, perhaps url)."""
    return render_to_string("components/topology.html", {"drawing": topologies.draw(data), "title": title})


@register.simple_tag
def gantt(bars: Iterable[Mapping[str, Any]], title: str = "Timeline") -> SafeString:
    """Steps as bars over time. A bar: label, start, end, state, note; `expected_end` draws what was expected."""
    drawn = gantts.draw(list(bars), clock.now())
    return render_to_string("components/gantt.html", {"drawing": drawn, "title": title})
