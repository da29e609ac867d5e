"""Addresses of this app's pages."""

from django.urls import path

from portal.accounts.views import acceptance, customers, invitations, memberships, people, staff, tokens

urlpatterns = [
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customers.new, name="customer_new"),
    path("customers/<str:id>/", customers.detail, name="customer"),
    path("people/", people.people, name="people"),
    path("memberships/<str:id>/role/", memberships.role, name="member_role"),
    path("memberships/<str:id>/remove/", memberships.remove, name="member_remove"),
    path("people/<str:id>/role/", staff.role, name="staff_role"),
    path("people/<str:id>/close/", staff.close, name="account_close"),
    path("invitations/new/", invitations.new, name="invitation_new"),
    path("invitations/<str:id>/revoke/", invitations.revoke, name="invitation_revoke"),
    path("invitations/<str:token>/", acceptance.accept, name="invitation_accept"),
    path("settings/", tokens.settings_page, name="settings"),
    path("settings/tokens/new/", tokens.new, name="token_new"),
    path("settings/tokens/<str:id>/revoke/", tokens.revoke, name="token_revoke"),
]
