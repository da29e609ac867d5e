"""Addresses of this app in the API."""

from django.urls import path

from environments.alerts.api import views

urlpatterns = [path("environments/<id:id>/test-alerts", views.TestAlerts.as_view())]
