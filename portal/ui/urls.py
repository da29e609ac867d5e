"""Addresses of this app's pages."""

from django.urls import path

from portal.ui import views

urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
