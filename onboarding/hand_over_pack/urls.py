"""Addresses of the hand-over pack's pages."""

from django.urls import path

from onboarding.hand_over_pack import views

urlpatterns = [
    path("environments/<str:id>/hand-over-pack/", views.page, name="hand_over_pack"),
    path("environments/<str:id>/hand-over-pack/download/", views.download, name="hand_over_pack_download"),
]
