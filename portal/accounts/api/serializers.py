"""What the API says and takes about people and customers."""

from typing import Any

from rest_framework import serializers

from portal.accounts.models import ApiToken, Customer, Invitation, Membership, User
from portal.accounts.scopes import SCOPE_NAMES
from portal.accounts.states import CustomerRole, StaffRole
from portal.core.inputs import Input, NumberInput, TextInput, TextsInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url

_ROLES = sorted({*CustomerRole.values, *StaffRole.values})


class CustomerOutput(Output):
    """The organisation; what it owns carries its id."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    name = serializers.CharField()
    slug = serializers.CharField()
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Customer) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"customers/{row.pk}"),
            "web_url": web_url(f"customers/{row.pk}/"),
            "name": row.name,
            "slug": row.slug,
            "time_zone": row.time_zone,
            "created_at": row.created_at,
        }


class PersonOutput(Output):
    """A person. `staff_role` is empty for customers' people; what these are, their memberships say."""

    id = serializers.CharField()
    url = serializers.URLField()
    full_name = serializers.CharField()
    email = serializers.EmailField()
    job_title = serializers.CharField()
    staff_role = serializers.ChoiceField(StaffRole.choices, allow_blank=True)
    is_active = serializers.BooleanField()

    @staticmethod
    def render(row: User) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"people/{row.pk}"),
            "full_name": row.full_name,
            "email": row.email,
            "job_title": row.job_title,
            "staff_role": row.staff_role,
            "is_active": row.is_active,
        }


class MemberOutput(Output):
    """One person's role at one customer."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    customer = Reference()
    person = Reference()
    email = serializers.EmailField()
    role = serializers.ChoiceField(CustomerRole.choices)
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Membership) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"members/{row.pk}"),
            "web_url": web_url("people/"),
            "customer": reference("customers", row.customer_id, row.customer.name),
            "person": reference("people", row.user_id, str(row.user)),
            "email": row.user.email,
            "role": row.role,
            "created_at": row.created_at,
        }


class MeOutput(Output):
    """The person who calls, where they belong, and what the token that they call with may do (null in a session)."""

    person = PersonOutput()
    memberships = MemberOutput(many=True)
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)

    @staticmethod
    def render(row: dict[str, Any]) -> dict[str, Any]:
        return {
            "person": PersonOutput.render(row["person"]),
            "memberships": [MemberOutput.render(membership) for membership in row["memberships"]],
            "scopes": row["scopes"],
        }


class InvitationOutput(Output):
    """An offer to join that waits for its answer. The link is only in the mail."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(_ROLES)
    customer = Reference(allow_null=True)
    invited_by = Reference(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Invitation) -> dict[str, Any]:
        customer = row.customer
        return {
            "id": row.pk,
            "url": url(f"invitations/{row.pk}"),
            "web_url": web_url("people/"),
            "email": row.email,
            "role": row.role,
            "customer": reference("customers", customer.pk, customer.name) if customer else None,
            "invited_by": maybe_person(row.invited_by),
            "created_at": row.created_at,
            "expires_at": row.expires_at,
        }


class TokenOutput(Output):
    """An API token of the caller's, without its text."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(sorted(SCOPE_NAMES)))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: ApiToken) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"tokens/{row.pk}"),
            "web_url": web_url("settings/"),
            "name": row.name,
            "prefix": row.prefix,
            "scopes": row.scopes,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "last_used_at": row.last_used_at,
        }


class NewTokenOutput(TokenOutput):
    """A token just made. `token` is its text, in this answer and nowhere else."""

    token = serializers.CharField()

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        made, plaintext = row
        return {**TokenOutput.render(made), "token": plaintext}


class CustomerInput(Input):
    name = TextInput("the customer's name")
    time_zone = TextInput("a time zone", required=False, default="UTC")


class RoleInput(Input):
    role = TextInput("a role", max_length=32)


class StaffRoleInput(Input):
    staff_role = TextInput("a role", max_length=32)


class InvitationInput(Input):
    """Without a customer the invitation is to the provider's own people."""

    email = TextInput("an e-mail address")
    role = TextInput("a role", max_length=32)
    customer = TextInput("the customer's id", required=False, allow_null=True, default=None, max_length=64)


class TokenInput(Input):
    name = TextInput("a name for the token")
    scopes = TextsInput("the scopes")
    days = NumberInput("for how many days")
