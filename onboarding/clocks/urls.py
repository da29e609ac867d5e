"""Addresses of this app's pages."""

from django.urls import path

from onboarding.clocks.views import calendars, corrections, timeline

urlpatterns = [
    path("onboardings/<str:id>/timeline/", timeline.timeline, name="timeline"),
    path("clocks/<str:id>/correct/", corrections.correct, name="clock_correct"),
    path("working-calendars/", calendars.calendars, name="working_calendars"),
    path("working-calendars/new/", calendars.new_calendar, name="new_working_calendar"),
    path("working-calendars/<slug:key>/", calendars.calendar, name="working_calendar"),
]
