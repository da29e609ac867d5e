"""Addresses of this app in the API."""

from django.urls import path

from onboarding.actions.api import views

urlpatterns = [
    path("customer-actions", views.CustomerActions.as_view()),
    path("customer-actions/<id:id>", views.CustomerAction.as_view()),
    path("customer-actions/<id:id>/observations", views.Observations.as_view()),
    path("customer-actions/<id:id>/new-requests", views.NewRequests.as_view()),
]
