"""Addresses of this app's pages."""

from django.urls import path

from environments.alerts.views import link, sending

urlpatterns = [
    path("environments/<str:id>/test-alerts/", sending.send, name="test_alert_send"),
    path("test-alerts/<str:token>/", link.link, name="test_alert_link"),
]
