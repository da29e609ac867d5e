"""Addresses of this app in the API."""

from django.urls import path

from onboarding.clocks.api import views

urlpatterns = [
    path("onboardings/<id:id>/clocks", views.OnboardingClocks.as_view()),
    path("clocks/<id:id>", views.Clock.as_view()),
    path("clocks/<id:id>/corrections", views.ClockCorrections.as_view()),
    path("working-calendars", views.WorkingCalendars.as_view()),
    path("working-calendars/<slug:key>", views.WorkingCalendar.as_view()),
]
