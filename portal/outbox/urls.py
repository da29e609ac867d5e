"""Addresses of this app's pages."""

from django.urls import path

from portal.outbox import views

urlpatterns = [
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<str:id>/", views.message, name="mailbox_message"),
]
