"""Addresses of the hand-over pack in the API."""

from django.urls import path

from onboarding.hand_over_pack.api import views

urlpatterns = [
    path("environments/<id:id>/hand-over-pack", views.HandOverPack.as_view()),
    path("environments/<id:id>/hand-over-pack/downloads", views.HandOverPackDownloads.as_view()),
]
