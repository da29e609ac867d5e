"""Addresses of availability in the API."""

from django.urls import path

from environments.availability.api import views

urlpatterns = [
    path("environments/<id:id>/availability", views.Availability.as_view()),
]
