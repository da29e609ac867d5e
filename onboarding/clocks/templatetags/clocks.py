"""What other pages show of clocks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from environments.models import Environment
from environments.states import Owner
from onboarding.clocks import selectors, waiting
from onboarding.models import Onboarding
from portal.core import clock
from portal.ui.drawings import timeline as timelines
from portal.ui.drawings.gantt import duration

register = template.Library()
register.filter("duration", duration)

_HUES = {Owner.CUSTOMER: "you", Owner.PROVIDER: "work", Owner.AWS: "idle"}


@register.inclusion_tag("onboarding/clocks/_now.html", takes_context=True)
def clock_now(context: Mapping[str, Any], onboarding: Onboarding, linked: bool = True) -> dict[str, Any]:
    """Whose turn it is in an onboarding that the page has found for its reader: the one sentence, with a link to the timeline
    unless this is it."""
    turn = selectors.now_of(context["request"].user, onboarding)
    return {**_said(turn), "onboarding": onboarding, "linked": linked}


@register.inclusion_tag("onboarding/clocks/_now.html")
def environment_now(environment: Environment) -> dict[str, Any]:
    """Whose turn it is in an environment that the page has found for its reader."""
    return _said(waiting.whose_turn_in(environment))


@register.inclusion_tag("onboarding/clocks/_finish.html")
def finish_clock(environment: Environment) -> dict[str, Any]:
    """How the provider keeps its day for an environment that the page has found for its reader (row S3)."""
    return {"reading": selectors.finish_of(environment), "provider_name": settings.PROVIDER_NAME}


def _said(turn: waiting.Turn) -> dict[str, Any]:
    """What should have happened by itself a moment ago has no time any more."""
    next_at = turn.next_at if turn.next_at and turn.next_at > clock.now() else None
    return {"turn": turn, "next_at": next_at, "hue": hue(turn.owner)}


@register.filter
def hue(owner: str) -> str:
    """Return how the turn of a party looks."""
    return _HUES.get(Owner(owner), "idle") if owner else "done"


@register.filter
def left_in_words(left: timedelta) -> str:
    return duration(max(left, timedelta()))


@register.simple_tag
def timeline(
    parts: Sequence[Mapping[str, Any]], lanes: Iterable[tuple[str, str]], until: datetime, title: str = "Timeline"
) -> SafeString:
    """Whose turn it was over time. A part: lane, start, end (None while it goes on), note."""
    drawing = timelines.draw(parts, lanes, until)
    return render_to_string("components/timeline.html", {"drawing": drawing, "title": title})
