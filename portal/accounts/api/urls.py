"""Addresses of people, customers and tokens in the API."""

from django.urls import path

from portal.accounts.api import views

urlpatterns = [
    path("me", views.Me.as_view()),
    path("customers", views.Customers.as_view()),
    path("customers/<id:id>", views.Customer.as_view()),
    path("people/<id:id>", views.Person.as_view()),
    path("people/<id:id>/closures", views.Closures.as_view()),
    path("staff", views.Staff.as_view()),
    path("members", views.Members.as_view()),
    path("members/<id:id>", views.Member.as_view()),
    path("invitations", views.Invitations.as_view()),
    path("invitations/<id:id>", views.Invitation.as_view()),
    path("tokens", views.Tokens.as_view()),
    path("tokens/<id:id>", views.Token.as_view()),
]
