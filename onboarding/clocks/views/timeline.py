"""Where the time of an onboarding went, and how the provider keeps its day."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from environments.states import Owner
from onboarding import selectors as onboardings
from onboarding.clocks import rules, selectors, waiting
from onboarding.clocks.models import Clock
from onboarding.clocks.selectors import Reading
from portal.accounts.signed_in import person
from portal.ui.drawings.gantt import duration


@require_safe
def timeline(request: HttpRequest, id: str) -> HttpResponse:
    """Show every stretch of an onboarding, whose it was and why; with the finish clocks and what was corrected."""
    user = person(request)
    onboarding = onboardings.onboarding(user, id)
    readings = selectors.readings(selectors.of_onboarding(user, onboarding))
    whole = [reading for reading in readings if reading.clock.kind == Clock.Kind.ONBOARDING]
    finish = [reading for reading in readings if reading.clock.kind == Clock.Kind.FINISH]
    withdrawn = selectors.withdrawn(reading.clock for reading in finish) if finish else {}
    context = {
        "onboarding": onboarding,
        "whole": _shown(whole[0]) if whole else None,
        "finish": [_shown(reading) | {"withdrawn": withdrawn.get(reading.clock.pk, [])} for reading in finish],
        "corrections": [
            (reading.clock, correction, waiting.party(correction.owner, onboarding.customer.name))
            for reading in readings
            for correction in reading.clock.corrections.all()
        ],
        "may_correct": rules.may_correct(user),
    }
    return render(request, "onboarding/clocks/timeline.html", context)


def _shown(reading: Reading) -> dict[str, Any]:
    name = reading.clock.customer.name
    return {
        "reading": reading,
        "lanes": [(owner, waiting.party(owner, name)) for owner in Owner.values],
        "bars": [
            {"lane": part.owner, "start": part.started_at, "end": part.ended_at, "note": part.sentence}
            for part in reading.parts
        ],
        "shares": _shares(reading),
        "rows": [
            (part, waiting.party(part.owner, name), duration((part.ended_at or reading.until) - part.started_at))
            for part in reading.parts
        ],
        "length": duration(reading.length),
    }


def _shares(reading: Reading) -> list[dict[str, Any]]:
    """Return each party's share, with where its part of the bar begins."""
    begin, rows = 0, []
    for share in reading.shares:
        rows.append({"share": share, "begin": begin, "words": duration(share.length) if share.length else "no time"})
        begin += share.percent
    return rows
