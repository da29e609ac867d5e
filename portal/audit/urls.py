"""Addresses of this app's pages."""

from django.urls import path

from portal.audit import views

urlpatterns = [
    path("audit/", views.log, name="audit_log"),
    path("audit/chains/", views.chains, name="audit_chains"),
    path("audit/export.csv", views.export, name="audit_export"),
    path("audit/export.json", views.export_json, name="audit_export_json"),
]
