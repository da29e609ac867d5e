"""People, customers and tokens."""

from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import selectors
from portal.accounts.api import serializers
from portal.accounts.services import customers, invitations, memberships, tokens, users
from portal.core.queries import Param
from portal.core.rest import ANY_TOKEN, SESSION_ONLY, Endpoint, operation, referred, scopes_of

_CUSTOMER = Param("customer", "Only of this customer.", kind="id")


class Me(Endpoint):
    @operation(scope=ANY_TOKEN, gives=serializers.MeOutput)
    def get(self, request: Request) -> Response:
        """Tell who calls."""
        own = selectors.memberships(self.person).filter(user=self.person)
        scopes = scopes_of(request) if request.auth else None
        return self.answer({"person": self.person, "memberships": own, "scopes": scopes})


class Customers(Endpoint):
    @operation(scope="customer:read", gives=serializers.CustomerOutput, many=True)
    def get(self, request: Request) -> Response:
        """List the customers you may see."""
        return self.page(selectors.customers(self.person))

    @operation(scope="customer:write", takes=serializers.CustomerInput, gives=serializers.CustomerOutput, status=201)
    def post(self, request: Request) -> Response:
        """Create a customer."""
        made = customers.create(**self.given, by=self.person)
        return self.answer(made, location=f"customers/{made.pk}")


class Customer(Endpoint):
    @operation(scope="customer:read", gives=serializers.CustomerOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one customer."""
        return self.answer(selectors.customer(self.person, id))


class Person(Endpoint):
    @operation(scope="members:read", gives=serializers.PersonOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one person: a colleague, or for the provider's people anybody."""
        return self.answer(selectors.person(self.person, id))

    @operation(scope="members:write", takes=serializers.StaffRoleInput, gives=serializers.PersonOutput)
    def patch(self, request: Request, id: str) -> Response:
        """Give one of the provider's people another role."""
        found = selectors.person(self.person, id)
        return self.answer(users.change_staff_role(found, role=self.given["staff_role"], by=self.person))


class Closures(Endpoint):
    @operation(scope="members:write", gives=serializers.PersonOutput)
    def post(self, request: Request, id: str) -> Response:
        """Close a person's account: sessions and tokens end with their next request."""
        return self.answer(users.deactivate(selectors.person(self.person, id), by=self.person))


class Staff(Endpoint):
    @operation(scope="members:read", gives=serializers.PersonOutput, many=True)
    def get(self, request: Request) -> Response:
        """List the provider's people. Only they see each other here."""
        return self.page(selectors.staff(self.person))


class Members(Endpoint):
    @operation(scope="members:read", gives=serializers.MemberOutput, many=True, params=(_CUSTOMER,))
    def get(self, request: Request) -> Response:
        """List who belongs to the customers you may see."""
        rows = selectors.memberships(self.person)
        wanted = self.query["customer"]
        return self.page(rows.filter(customer=wanted) if wanted else rows)


class Member(Endpoint):
    @operation(scope="members:read", gives=serializers.MemberOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one membership."""
        return self.answer(selectors.membership(self.person, id))

    @operation(scope="members:write", takes=serializers.RoleInput, gives=serializers.MemberOutput)
    def patch(self, request: Request, id: str) -> Response:
        """Give a member another role."""
        member = selectors.membership(self.person, id)
        return self.answer(memberships.change_role(member, role=self.given["role"], by=self.person))

    @operation(scope="members:write", status=204)
    def delete(self, request: Request, id: str) -> Response:
        """Remove a member from the customer."""
        memberships.remove(selectors.membership(self.person, id), by=self.person)
        return self.answer(None)


class Invitations(Endpoint):
    @operation(scope="members:read", gives=serializers.InvitationOutput, many=True, params=(_CUSTOMER,))
    def get(self, request: Request) -> Response:
        """List the invitations that wait for their answer."""
        rows = selectors.invitations(self.person)
        wanted = self.query["customer"]
        return self.page(rows.filter(customer=wanted) if wanted else rows)

    @operation(scope="members:write", takes=serializers.InvitationInput, gives=serializers.InvitationOutput, status=201)
    def post(self, request: Request) -> Response:
        """Invite somebody by e-mail."""
        wanted = self.given["customer"]
        customer = wanted and referred(
            lambda: selectors.customer(self.person, wanted), pointer="customer", what="customer"
        )
        made = invitations.invite(
            email=self.given["email"], role=self.given["role"], customer=customer or None, by=self.person
        )
        return self.answer(made, location=f"invitations/{made.pk}")


class Invitation(Endpoint):
    @operation(scope="members:read", gives=serializers.InvitationOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one invitation."""
        return self.answer(selectors.invitation(self.person, id))

    @operation(scope="members:write", status=204)
    def delete(self, request: Request, id: str) -> Response:
        """Revoke an invitation: its link is useless from now on."""
        invitations.revoke(selectors.invitation(self.person, id), by=self.person)
        return self.answer(None)


class Tokens(Endpoint):
    """Tokens make no tokens: one with few scopes would make itself one with all."""

    @operation(scope=SESSION_ONLY, gives=serializers.TokenOutput, many=True)
    def get(self, request: Request) -> Response:
        """List your API tokens."""
        return self.page(selectors.tokens(self.person))

    @operation(
        scope=SESSION_ONLY,
        takes=serializers.TokenInput,
        gives=serializers.NewTokenOutput,
        status=201,
        unrepeatable=True,
    )
    def post(self, request: Request) -> Response:
        """Make an API token of your own. Its text is in this answer only."""
        made = tokens.issue(**self.given, by=self.person)
        return self.answer(made, location=f"tokens/{made[0].pk}")


class Token(Endpoint):
    @operation(scope=SESSION_ONLY, gives=serializers.TokenOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one of your tokens."""
        return self.answer(selectors.token(self.person, id))

    @operation(scope=SESSION_ONLY, status=204)
    def delete(self, request: Request, id: str) -> Response:
        """Revoke one of your tokens: its next call is refused."""
        tokens.revoke(selectors.token(self.person, id), by=self.person)
        return self.answer(None)
