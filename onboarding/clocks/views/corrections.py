"""Giving a stretch of a clock to another party."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from environments.states import Owner
from onboarding.clocks import rules, selectors, waiting
from onboarding.clocks.forms import CorrectionForm
from onboarding.clocks.models import Clock
from onboarding.clocks.services import corrections
from portal.accounts.signed_in import person
from portal.core import clock as time
from portal.core.errors import Forbidden, Invalid


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, id: str) -> HttpResponse:
    """Ask for the stretch, the party and why; `?part=` names a part to begin with."""
    user = person(request)
    clock = selectors.clock(user, id)
    if not rules.may_correct(user):
        raise Forbidden("Only an account manager or administrator corrects a clock.")
    given = request.POST if request.method == "POST" else None
    parties = [(owner.value, waiting.party(owner, clock.customer.name)) for owner in Owner]
    form = CorrectionForm(given, initial=_initial(clock, request.GET.get("part", "")), parties=parties)
    if request.method == "POST" and form.is_valid():
        try:
            corrections.correct(clock, **form.cleaned_data, by=user)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, "The clock is corrected. Both sides see it, with your note.")
            return redirect("timeline", clock.onboarding_id)
    context = {"clock": clock, "onboarding": clock.onboarding, "form": form, "now": time.now()}
    status = 422 if form.errors else 200
    return render(request, "onboarding/clocks/correct.html", context, status=status)


def _initial(clock: Clock, part_id: str) -> dict[str, Any]:
    part = next((part for part in clock.parts.all() if part.pk == part_id), None)
    if part is None:
        return {}
    return {"started_at": part.started_at, "ended_at": part.ended_at or clock.stopped_at or time.now()}
