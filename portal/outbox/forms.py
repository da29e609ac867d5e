"""The form of what a person chooses about their messages."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from portal.accounts.models import User
from portal.core.errors import DomainError, Invalid
from portal.outbox import events, selectors
from portal.outbox.models import MessagePreferences
from portal.outbox.states import Channel, Kind, Weekday
from portal.ui.forms import ServiceForm

_CHANNEL = "channel-"
_HOUR = {"required": "Enter a whole hour", "invalid": "Enter a whole hour"}


def _hour(label: str, hint: str = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input--short", "min": 0, "max": 24})
    return forms.IntegerField(label=label, help_text=hint, widget=widget, error_messages=_HOUR)


class PreferencesForm(ServiceForm):
    """One choice for each event that the person can hear of, and when."""

    time_zone = forms.CharField(max_length=64, required=False, label="Time zone")
    working_days = forms.MultipleChoiceField(
        choices=Weekday.choices,
        label="Working days",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one working day"},
    )
    works_from = _hour("Working hours begin at")
    works_until = _hour(
        "Working hours end at", "News that comes outside these hours is mailed when the next ones begin"
    )
    digest = forms.BooleanField(required=False, label="Mail me the digest")
    digest_hour = _hour("Hour of the digest", "One mail on each working day, when there is something to tell")

    def __init__(self, person: User, chosen: MessagePreferences, data: Any = None) -> None:
        initial = {
            "time_zone": chosen.time_zone,
            "working_days": chosen.working_days,
            "works_from": chosen.works_from,
            "works_until": chosen.works_until,
            "digest": not chosen.digest_off,
            "digest_hour": chosen.digest_hour,
        }
        super().__init__(data, initial=initial)
        zone = selectors.default_zone(person)
        self.fields["time_zone"].help_text = f"Such as Europe/Berlin. Empty: {zone}"
        self._events = events.of(person)
        for event in self._events:
            self.fields[_CHANNEL + event.key] = forms.ChoiceField(
                choices=Channel.choices,
                required=False,
                label=event.title,
                initial=chosen.channels.get(event.key, event.channel),
                error_messages={"invalid_choice": "Select how you hear of it"},
            )

    @property
    def to_act(self) -> list[BoundField]:
        return self._choices(Kind.TO_ACT)

    @property
    def news(self) -> list[BoundField]:
        return self._choices(Kind.NEWS)

    def wanted(self) -> dict[str, Any]:
        """Return what was chosen, as the service takes it. An event that the page did not ask about stays as it is."""
        data = dict(self.cleaned_data)
        channels = {key.removeprefix(_CHANNEL): data.pop(key) for key in list(data) if key.startswith(_CHANNEL)}
        channels = {event: channel for event, channel in channels.items() if channel}
        digest_off = not data.pop("digest")
        return {**data, "digest_off": digest_off, "channels": channels}

    def refuse(self, error: DomainError) -> None:
        if isinstance(error, Invalid):
            self.FIELDS_OF_POINTERS = {
                problem.pointer: problem.pointer.replace("channels/", _CHANNEL, 1) for problem in error.problems
            }
        super().refuse(error)

    def _choices(self, kind: Kind) -> list[BoundField]:
        return [self[_CHANNEL + event.key] for event in self._events if event.kind == kind]
