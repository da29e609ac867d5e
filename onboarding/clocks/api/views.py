"""Clocks, their corrections, and the calendars they count by, in the API."""

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import selectors as onboardings
from onboarding.clocks import selectors
from onboarding.clocks.api import serializers
from onboarding.clocks.services import calendars, corrections
from portal.core.rest import Endpoint, operation


class OnboardingClocks(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.ClockOutput, many=True, paged=False)
    def get(self, request: Request, id: str) -> Response:
        """List the clocks of an onboarding: that of the whole first, then one for each environment. One page always.

        `turn` says whose turn it is now, since when, and what happens next by itself.
        """
        onboarding = onboardings.onboarding(self.person, id)
        return self.whole(selectors.readings(selectors.of_onboarding(self.person, onboarding)))


class Clock(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.ClockDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read a clock with every part of it: whose turn it was, from when to when, and why."""
        return self.answer(selectors.reading(selectors.clock(self.person, id)))


class ClockCorrections(Endpoint):
    @operation(
        scope="onboarding:write",
        takes=serializers.CorrectionInput,
        gives=serializers.ClockDetailOutput,
        status=201,
    )
    def post(self, request: Request, id: str) -> Response:
        """Give a stretch of a clock to another party, with a note that both sides read. For account managers and
        administrators."""
        corrections.correct(selectors.clock(self.person, id), **self.given, by=self.person)
        return self.answer(selectors.reading(selectors.clock(self.person, id)), location=f"clocks/{id}")


class WorkingCalendars(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CalendarOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """List the calendars that say which hours count. For the provider's people. One page always."""
        return self.whole(calendars.all_in_order(self.person))

    @operation(
        scope="onboarding:write", takes=serializers.NewCalendarInput, gives=serializers.CalendarOutput, status=201
    )
    def post(self, request: Request) -> Response:
        """Add a working calendar; its key comes of its name. For administrators of the provider's."""
        made = calendars.create(**self.given, by=self.person)
        return self.answer(made, location=f"working-calendars/{made.key}", tag=made.revision)


class WorkingCalendar(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CalendarOutput)
    def get(self, request: Request, key: str) -> Response:
        """Read a working calendar. For the provider's people."""
        found = calendars.of(self.person, key)
        return self.answer(found, tag=found.revision)

    @operation(
        scope="onboarding:write", takes=serializers.CalendarInput, gives=serializers.CalendarOutput, guarded=True
    )
    def put(self, request: Request, key: str) -> Response:
        """Set which hours count. Clocks that run by the calendar are computed anew. For administrators of the provider's."""
        found = calendars.change(calendars.of(self.person, key), revision=self.revision, by=self.person, **self.given)
        return self.answer(found, tag=found.revision)
