"""Addresses of the audit record in the API."""

from django.urls import path

from portal.audit.api import views

urlpatterns = [
    path("audit-events", views.AuditEvents.as_view()),
    path("audit-events/<id:id>", views.AuditEvent.as_view()),
    path("audit-chains", views.AuditChains.as_view()),
]
