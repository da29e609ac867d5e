"""Addresses of this app in the API."""

from django.urls import path

from onboarding.requests.api import views

urlpatterns = [
    path("service-requests", views.ServiceRequests.as_view(), name="api_service_requests"),
    path("service-requests/<id:id>", views.ServiceRequest.as_view(), name="api_service_request"),
    path("service-requests/<id:id>/assignments", views.Assignments.as_view(), name="api_request_assignments"),
    path("service-requests/<id:id>/completions", views.Completions.as_view(), name="api_request_completions"),
    path("service-requests/<id:id>/refusals", views.RequestRefusals.as_view(), name="api_request_refusals"),
    path("service-requests/<id:id>/routings", views.Routings.as_view(), name="api_request_routings"),
    path("service-requests/<id:id>/withdrawals", views.RequestWithdrawals.as_view(), name="api_request_withdrawals"),
    path("service-requests/<id:id>/comments", views.RequestComments.as_view(), name="api_request_comments"),
    path("service-request-kinds", views.RequestKinds.as_view(), name="api_service_request_kinds"),
    path("responsibilities", views.Responsibilities.as_view(), name="api_responsibilities"),
]
