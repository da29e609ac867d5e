"""Addresses of this app's pages."""

from django.urls import path

from portal.outbox.views import mailbox, messages, preferences

urlpatterns = [
    path("messages/", messages.inbox, name="messages"),
    path("messages/read/", messages.read_all, name="messages_read"),
    path("messages/<str:id>/read/", messages.read, name="message_read"),
    path("settings/messages/", preferences.edit, name="message_preferences"),
    path("settings/messages/address/", preferences.try_address_again, name="address_retry"),
    path("digest/off/<str:token>/", preferences.digest_off, name="digest_off"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<str:id>/", mailbox.message, name="mailbox_message"),
]
