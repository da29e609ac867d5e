"""Addresses of messages in the API."""

from django.urls import path

from portal.outbox.api import views

urlpatterns = [
    path("messages", views.Messages.as_view()),
    path("messages/<id:id>", views.Message.as_view()),
    path("messages/<id:id>/reads", views.Reads.as_view()),
    path("me/notification-preferences", views.Preferences.as_view()),
    path("me/message-reads", views.AllReads.as_view()),
    path("me/address-retries", views.AddressRetries.as_view()),
]
