"""The drawings: geometry from `portal.ui.drawings`, markup from templates, and the same facts as text beside them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.core import clock
from portal.ui.drawings import burn_up as burn_ups
from portal.ui.drawings import figures, measures, rails
from portal.ui.drawings import gantt as gantts
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


@register.simple_tag
def burn_up(
    begin: datetime, moments: Iterable[datetime], total: int, sentence: str, forecast: Any = None
) -> SafeString:
    """What was done since `begin`, and when all of it will be. `forecast` has `earliest`, `likely` and `latest`; without one
    only what was done is drawn. `sentence` says the same in words."""
    range = (forecast.earliest, forecast.likely, forecast.latest) if forecast else None
    drawn = burn_ups.draw(begin, clock.now(), list(moments), total, range)
    context = {"drawing": drawn, "sentence": sentence, "title": "What is done", "latest": range and range[2]}
    return render_to_string("components/burn_up.html", context)


@register.simple_tag
def chart(figure: Any) -> SafeString:
    """The bars and boxes of a report's figure on one scale; each has its numbers in words beside it."""
    drawn = {"bars": figures.bars(figure.bars), "boxes": figures.boxes(figure.boxes), "label": figure.title}
    return render_to_string("components/figure.html", drawn)
