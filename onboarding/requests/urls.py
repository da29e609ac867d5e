"""Addresses of this app's pages."""

from django.urls import path

from onboarding.requests.views import one, requests, responsibilities

urlpatterns = [
    path("requests/", requests.request_list, name="service_requests"),
    path("requests/new/", requests.new, name="service_request_new"),
    path("requests/<str:id>/", one.detail, name="service_request"),
    path("requests/<str:id>/take/", one.take, name="service_request_take"),
    path("requests/<str:id>/finish/", one.finish, name="service_request_finish"),
    path("requests/<str:id>/decline/", one.decline, name="service_request_decline"),
    path("requests/<str:id>/route/", one.route, name="service_request_route"),
    path("requests/<str:id>/withdraw/", one.withdraw, name="service_request_withdraw"),
    path("responsibilities/", responsibilities.responsibilities, name="responsibilities"),
]
