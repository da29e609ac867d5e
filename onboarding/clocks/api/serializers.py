"""What the API says of clocks and calendars."""

from typing import Any

from rest_framework import serializers

from environments.states import Owner
from onboarding.clocks.models import Clock, ClockCorrection, ClockPart, WorkingCalendar
from onboarding.clocks.selectors import Reading, withdrawn
from onboarding.clocks.waiting import Turn
from portal.core.inputs import FlagInput, Input, MomentInput, ObjectInput, TextInput, TextsInput
from portal.core.rest import Output, Reference, maybe_person, reference, url


class TurnOutput(Output):
    """Whose turn it is: who and what in `sentence`, since when, and what happens next by itself, if anything does."""

    owner = serializers.ChoiceField(Owner.choices)
    cause = serializers.CharField()
    sentence = serializers.CharField()
    since = serializers.DateTimeField()
    next_event = serializers.CharField(allow_blank=True)
    next_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Turn) -> dict[str, Any]:
        return {
            "owner": row.owner,
            "cause": row.cause,
            "sentence": row.sentence,
            "since": row.since,
            "next_event": row.next_event,
            "next_at": row.next_at,
        }


class SharesOutput(serializers.Serializer):
    """Seconds of each party, which sum to `seconds`."""

    customer = serializers.IntegerField()
    provider = serializers.IntegerField()
    aws = serializers.IntegerField()


class ClockOutput(Output):
    """A stretch of time of which every moment belongs to one party. `finish` clocks have what the provider may use, and has."""

    id = serializers.CharField()
    url = serializers.URLField()
    kind = serializers.ChoiceField(Clock.Kind.choices)
    onboarding = Reference()
    environment = Reference(allow_null=True)
    started_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.ChoiceField(Clock.End.choices, allow_null=True)
    seconds = serializers.IntegerField()
    shares = SharesOutput()
    turn = TurnOutput(allow_null=True)
    calendar = serializers.CharField(allow_null=True)
    allowed_seconds = serializers.IntegerField(allow_null=True)
    used_seconds = serializers.IntegerField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    warned_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Reading) -> dict[str, Any]:
        clock, shares = row.clock, {share.owner: int(share.length.total_seconds()) for share in row.shares}
        limited = clock.allowed is not None
        return {
            "id": clock.pk,
            "url": url(f"clocks/{clock.pk}"),
            "kind": clock.kind,
            "onboarding": reference("onboardings", clock.onboarding_id, str(clock.onboarding)),
            "environment": _environment(clock),
            "started_at": clock.started_at,
            "stopped_at": clock.stopped_at,
            "ended_by": clock.ended_by or None,
            "seconds": sum(shares.values()),
            "shares": shares,
            "turn": TurnOutput.render(row.turn) if row.turn else None,
            "calendar": clock.calendar.key if clock.calendar else None,
            "allowed_seconds": int(clock.allowed.total_seconds()) if clock.allowed is not None else None,
            "used_seconds": int(row.used.total_seconds()) if limited else None,
            "due_at": clock.due_at,
            "warned_at": clock.warned_at,
            "breached_at": clock.breached_at,
        }


def _environment(clock: Clock) -> dict[str, str] | None:
    if clock.environment is None:
        return None
    return reference("environments", clock.environment.pk, str(clock.environment))


class PartOutput(Output):
    id = serializers.CharField()
    owner = serializers.ChoiceField(Owner.choices)
    cause = serializers.CharField()
    sentence = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: ClockPart) -> dict[str, Any]:
        return {
            "id": row.pk,
            "owner": row.owner,
            "cause": row.cause,
            "sentence": row.sentence,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
        }


class EarlierOutput(serializers.Serializer):
    """What a part of a corrected stretch had been."""

    owner = serializers.ChoiceField(Owner.choices)
    sentence = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()


class CorrectionOutput(Output):
    """A stretch that was given to another party: by whom, why, and what it had been."""

    id = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    owner = serializers.ChoiceField(Owner.choices)
    note = serializers.CharField()
    before = EarlierOutput(many=True)
    corrected_by = Reference()
    corrected_at = serializers.DateTimeField()

    @staticmethod
    def render(row: ClockCorrection) -> dict[str, Any]:
        return {
            "id": row.pk,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "owner": row.owner,
            "note": row.note,
            "before": row.before,
            "corrected_by": maybe_person(row.corrected_by),
            "corrected_at": row.corrected_at,
        }


class WithdrawalOutput(serializers.Serializer):
    """A breach that was told and is none any more, since a correction or a calendar changed what counts."""

    breached_at = serializers.DateTimeField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class ClockDetailOutput(ClockOutput):
    """A clock with its parts, which meet without gap or overlap, what was corrected, and which breaches that withdrew."""

    parts = PartOutput(many=True)
    corrections = CorrectionOutput(many=True)
    withdrawn_breaches = WithdrawalOutput(many=True)

    @staticmethod
    def render(row: Reading) -> dict[str, Any]:
        return {
            **ClockOutput.render(row),
            "parts": [PartOutput.render(part) for part in row.parts],
            "corrections": [CorrectionOutput.render(one) for one in row.clock.corrections.all()],
            "withdrawn_breaches": [
                {"breached_at": one.breached_at, "reason": one.reason, "at": one.at}
                for one in withdrawn([row.clock]).get(row.clock.pk, [])
            ],
        }


class CorrectionInput(Input):
    started_at = MomentInput("from when")
    ended_at = MomentInput("until when")
    owner = TextInput("whose time it was", max_length=20)
    note = TextInput("why", max_length=2000)


class CalendarOutput(Output):
    """Which hours count. `hours`: by day of the week, pairs of local times; a day that is not named counts nothing.
    `for_finish`: finish clocks that start from now on follow it."""

    key = serializers.CharField()
    url = serializers.URLField()
    name = serializers.CharField()
    time_zone = serializers.CharField()
    hours = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    )
    holidays = serializers.ListField(child=serializers.DateField())
    for_finish = serializers.BooleanField()
    revision = serializers.IntegerField()
    changed_by = Reference(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: WorkingCalendar) -> dict[str, Any]:
        return {
            "key": row.key,
            "url": url(f"working-calendars/{row.key}"),
            "name": row.name,
            "time_zone": row.time_zone,
            "hours": row.hours,
            "holidays": row.holidays,
            "for_finish": row.for_finish,
            "revision": row.revision,
            "changed_by": maybe_person(row.changed_by if row.changed_by_id else None),
            "changed_at": row.changed_at,
        }


class CalendarInput(Input):
    time_zone = TextInput("a time zone", max_length=64)
    hours = ObjectInput("the hours of each day")
    holidays = TextsInput("the holidays")
    for_finish = FlagInput("whether finish clocks follow it")


class NewCalendarInput(CalendarInput):
    name = TextInput("a name", max_length=200)
