"""Addresses of backups in the API."""

from django.urls import path

from backups.api import views

urlpatterns = [
    path("backup-policies", views.BackupPolicies.as_view()),
    path("backup-policies/<id:id>", views.BackupPolicy.as_view()),
]
