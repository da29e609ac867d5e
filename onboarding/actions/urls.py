"""Addresses of this app's pages."""

from django.urls import path

from onboarding.actions.views import actions, link

urlpatterns = [
    path("actions/", actions.actions, name="actions"),
    path("actions/<str:id>/", actions.action, name="action"),
    path("actions/<str:id>/look/", actions.look, name="action_look"),
    path("actions/<str:id>/new-request/", actions.ask_again, name="action_ask_again"),
    path("look/<str:token>/", link.link, name="action_link"),
]
