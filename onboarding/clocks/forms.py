"""Forms of the pages about clocks."""

from typing import Any, cast

from django import forms
from django.utils import timezone

from onboarding.clocks.hours import DAYS
from onboarding.clocks.models import WorkingCalendar
from portal.ui.forms import ServiceForm

_MOMENTS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
_DAY_LABELS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _moment(label: str) -> forms.DateTimeField:
    wrong = f"{label}: enter day and time, such as 2026-11-24 09:30"
    return forms.DateTimeField(
        label=label,
        input_formats=_MOMENTS,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": "1"}),
        error_messages={"required": wrong, "invalid": wrong},
    )


class CorrectionForm(ServiceForm):
    """A stretch of a clock, whose it was, and why."""

    started_at = _moment("From")
    ended_at = _moment("To")
    owner = forms.ChoiceField(
        label="Whose time it was",
        widget=forms.RadioSelect,
        error_messages={"required": "Select whose time it was"},
    )
    note = forms.CharField(
        label="Why",
        help_text="Both sides read it, with your name",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter why: both sides read it"},
    )

    def __init__(self, *args: Any, parties: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["owner"]).choices = parties
        for name in ("started_at", "ended_at"):
            self.fields[name].help_text = f"In {timezone.get_current_timezone_name()}"


class _HoursForm(ServiceForm):
    """What a working calendar says: its zone, the hours of each day, its holidays."""

    FIELDS_OF_POINTERS = {f"hours/{day}": day for day in DAYS} | {"hours": "mon"}

    time_zone = forms.CharField(
        label="Time zone",
        help_text="Such as Europe/Berlin, or UTC",
        error_messages={"required": "Enter a time zone such as Europe/Berlin, or UTC"},
    )
    holidays = forms.CharField(
        required=False,
        label="Holidays",
        help_text="One day a line, such as 2026-12-25. They count nothing",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    for_finish = forms.BooleanField(
        required=False,
        label="Finish clocks follow it",
        help_text="Those that start from now on; those that run keep theirs",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, label in zip(DAYS, _DAY_LABELS, strict=True):
            self.fields[day] = forms.CharField(required=False, max_length=100, label=label)

    @property
    def days(self) -> list[Any]:
        """Return the fields of the days, Monday first."""
        return [self[day] for day in DAYS]

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = self.cleaned_data
        return {
            "time_zone": given["time_zone"].strip(),
            "hours": {day: _pairs(given[day]) for day in DAYS if given[day].strip()},
            "holidays": given["holidays"].split(),
            "for_finish": given["for_finish"],
        }


class CalendarForm(_HoursForm):
    """A working calendar that is changed."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        return {**super().values(), "revision": self.cleaned_data["revision"]}


class NewCalendarForm(_HoursForm):
    """A working calendar that is added."""

    field_order = ("name",)
    name = forms.CharField(
        label="Name",
        help_text="Such as Working days in Spain. Both sides read it beside the clocks that follow it",
        error_messages={"required": "Enter a name, such as Working days in Spain"},
    )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "name": self.cleaned_data["name"]}


def initial_of(calendar: WorkingCalendar) -> dict[str, Any]:
    """Return what the form shows of a calendar."""
    days = {day: hours_in_words(calendar.hours.get(day, [])) for day in DAYS}
    return {
        "time_zone": calendar.time_zone,
        "holidays": "\n".join(calendar.holidays),
        "for_finish": calendar.for_finish,
        "revision": calendar.revision,
        **days,
    }


def hours_in_words(pairs: list[list[str]]) -> str:
    """Return such as "09:00-12:00, 13:00-17:00"."""
    return ", ".join(f"{begin}-{end}" for begin, end in pairs)


def _pairs(words: str) -> list[list[str]]:
    """Return the hours that somebody wrote, as pairs; whether they can be is for the service to say."""
    return [[part.strip() for part in stretch.split("-")] for stretch in words.replace("\N{EN DASH}", "-").split(",")]
