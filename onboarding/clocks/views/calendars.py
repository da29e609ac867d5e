"""Working calendars: read by the provider's people, changed by their administrators."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.clocks import rules
from onboarding.clocks.forms import CalendarForm, NewCalendarForm, hours_in_words, initial_of
from onboarding.clocks.hours import DAYS
from onboarding.clocks.models import WorkingCalendar
from onboarding.clocks.services import calendars as services
from portal.accounts.signed_in import person
from portal.core.errors import Forbidden, Invalid, Stale


@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    user = person(request)
    rows = [(row, _week(row)) for row in services.all_in_order(user)]
    context = {"rows": rows, "may_change": rules.may_change_calendars(user)}
    return render(request, "onboarding/clocks/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_calendar(request: HttpRequest) -> HttpResponse:
    """Add a calendar."""
    user = person(request)
    if not rules.may_change_calendars(user):
        raise Forbidden("Only an administrator of the provider's changes working calendars.")
    initial = {"time_zone": settings.PROVIDER_TIME_ZONE, **dict.fromkeys(DAYS[:5], "09:00-17:00")}
    form = NewCalendarForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create(**form.values(), by=user)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"{made.name} is added.")
            return redirect("working_calendars")
    status = 422 if form.errors else 200
    return render(request, "onboarding/clocks/new_calendar.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """Change the hours that count."""
    user = person(request)
    found = services.of(user, key)
    if not rules.may_change_calendars(user):
        raise Forbidden("Only an administrator of the provider's changes working calendars.")
    form = CalendarForm(request.POST if request.method == "POST" else None, initial=initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change(found, **form.values(), by=user)
        except (Invalid, Stale) as error:
            form.refuse(error)
        else:
            messages.success(request, f"{found.name} counts these hours from now on.")
            return redirect("working_calendars")
    context = {"calendar": found, "form": form}
    return render(request, "onboarding/clocks/calendar.html", context, status=422 if form.errors else 200)


def _week(row: WorkingCalendar) -> list[tuple[str, str]]:
    """Return the hours in words, days that are alike as one."""
    stretches: list[tuple[str, str, str]] = []
    for day in DAYS:
        words, name = hours_in_words(row.hours.get(day, [])), day.capitalize()
        if stretches and stretches[-1][2] == words:
            stretches[-1] = (stretches[-1][0], name, words)
        else:
            stretches.append((name, name, words))
    return [(first if first == last else f"{first} to {last}", words) for first, last, words in stretches if words]
