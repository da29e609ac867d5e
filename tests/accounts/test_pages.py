"""The pages about customers, people, settings and tokens."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import ApiToken, Customer, Invitation, Membership, User
from portal.accounts.services import invitations, tokens
from portal.accounts.states import CustomerRole, StaffRole
from tests.factories import people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: str, **query: str) -> str:
    response = signed_in(user).get(reverse(name, args=args), query)
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


def post(user: User, address: str, /, *args: str, **data: str):
    return signed_in(user).post(reverse(address, args=args), data)


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# Customers.


def test_customer_list_is_for_the_providers_people():
    customer = people.customer("Acme")

    assert "Acme" in page(people.auditor(), "customer_list")
    assert signed_in(people.contact(customer)).get(reverse("customer_list")).status_code == 403
    assert "No customer fits" in page(people.auditor(), "customer_list", q="\x00nobody")


def test_customer_list_asks_the_database_the_same_for_10_and_1000_rows():
    client = signed_in(people.engineer())

    def grow(number: int) -> None:
        start = Customer.objects.count()
        Customer.objects.bulk_create(
            Customer(name=f"Customer no. {start + index}", slug=f"no-{start + index}") for index in range(number)
        )

    grow(10)
    few = statements(client, reverse("customer_list"))
    grow(990)

    assert statements(client, reverse("customer_list")) == few <= 10
    assert "1 to 50 of 1000" in client.get(reverse("customer_list")).content.decode()


def test_account_manager_creates_a_customer():
    response = post(people.account_manager(), "customer_new", name="Nordwind", time_zone="Europe/Berlin")

    assert response["Location"] == reverse("customer", args=[Customer.objects.get().pk])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "", "time_zone": "UTC"}, "Enter the customer&#x27;s name"),
        ({"name": "ACME", "time_zone": "UTC"}, "A customer with the name ACME exists already"),
        ({"name": "Kept", "time_zone": "Mars"}, "Enter a time zone such as Europe/Berlin, or UTC"),
    ],
)
def test_creating_a_customer_says_what_is_wrong(given: dict[str, str], sentence: str):
    people.customer("Acme")

    response = post(people.account_manager(), "customer_new", **given)

    assert response.status_code == 422
    assert response.content.decode().count(sentence) == 2


def test_only_account_managers_create_customers():
    assert post(people.engineer(), "customer_new", name="Nordwind", time_zone="UTC").status_code == 403
    assert signed_in(people.auditor()).get(reverse("customer_new")).status_code == 403


def test_customer_page_shows_its_people_to_them_and_to_nobody_else():
    customer = people.customer()
    contact = people.contact(customer, name="Ada Admin")

    assert "Ada Admin" in page(contact, "customer", customer.pk)
    assert "Ada Admin" in page(people.auditor(), "customer", customer.pk)
    stranger = signed_in(people.contact(people.customer()))
    assert stranger.get(reverse("customer", args=[customer.pk])).status_code == 404


# People.


def test_people_shows_a_customer_only_its_own():
    customer = people.customer()
    administrator = people.customer_administrator(customer)
    stranger = people.contact(people.customer(), name="Somebody Else")
    colleague = people.contact(customer, name="Col League")

    html = page(administrator, "people")

    assert "Col League" in html
    assert "Somebody Else" not in html
    assert "Send the invitation" in html
    assert "Send the invitation" not in page(colleague, "people")
    assert signed_in(stranger).get(reverse("people"), {"customer": customer.pk}).status_code == 404


def test_people_shows_staff_their_colleagues_or_a_customer():
    customer = people.customer("Acme")
    people.contact(customer, name="Ada Admin")
    manager = people.account_manager()
    engineer = people.staff(StaffRole.OPERATIONS_ENGINEER, name="Ishara Silva")

    assert "Ishara Silva" in page(manager, "people")
    assert "Send the invitation" not in page(manager, "people")
    assert "Ada Admin" in page(manager, "people", customer=customer.pk)
    assert "Send the invitation" in page(manager, "people", customer=customer.pk)
    assert "Send the invitation" not in page(engineer, "people", customer=customer.pk)
    assert "Send the invitation" in page(people.administrator(), "people")


def test_person_of_no_customer_is_told_so():
    user = people.contact(people.customer())
    Membership.objects.all().delete()

    assert signed_in(user).get(reverse("people")).status_code == 404


def test_people_ask_the_database_the_same_for_10_and_1000_rows():
    customer = people.customer()
    client = signed_in(people.customer_administrator(customer))

    def grow(number: int) -> None:
        start = User.objects.count()
        users = User.objects.bulk_create(
            User(email=f"many{start + index}@acme.example", full_name=f"Person {index}") for index in range(number)
        )
        Membership.objects.bulk_create(Membership(user=user, customer=customer, role="viewer") for user in users)

    grow(10)
    few = statements(client, reverse("people"))
    grow(990)

    assert statements(client, reverse("people")) == few <= 10


def test_administrator_invites_and_withdraws():
    customer = people.customer()
    administrator = people.customer_administrator(customer)

    response = post(
        administrator, "invitation_new", customer=customer.pk, email="Eve@acme.example", role=CustomerRole.CONTRIBUTOR
    )
    invitation = Invitation.objects.get()
    assert response["Location"] == f"{reverse('people')}?customer={customer.pk}"
    assert "eve@acme.example" in page(administrator, "people")

    post(administrator, "invitation_revoke", invitation.pk)
    assert "eve@acme.example" not in page(administrator, "people").replace("invitation of eve@acme.example", "")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": "", "role": "viewer"}, "Enter an e-mail address"),
        ({"email": "eve", "role": "viewer"}, "Enter an e-mail address in the form name@company.example"),
        ({"email": "eve@acme.example", "role": ""}, "Select a role"),
        ({"email": "eve@acme.example", "role": "king"}, "Select a role"),
    ],
)
def test_invitation_that_cannot_be_is_refused_beside_the_field(given: dict[str, str], sentence: str):
    customer = people.customer()

    response = post(people.customer_administrator(customer), "invitation_new", customer=customer.pk, **given)

    html = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in html
    assert html.count(sentence) >= 2
    assert not given["email"] or f'value="{given["email"]}"' in html


def test_invitation_of_a_member_is_refused_as_a_whole():
    customer = people.customer()
    colleague = people.contact(customer)

    response = post(
        people.customer_administrator(customer),
        "invitation_new",
        customer=customer.pk,
        email=colleague.email,
        role="viewer",
    )

    assert response.status_code == 422
    assert f"{colleague.email} is a member of {customer} already." in response.content.decode()


def test_only_managers_of_members_invite():
    customer = people.customer()
    given = {"customer": customer.pk, "email": "eve@acme.example", "role": "viewer"}

    assert post(people.contact(customer), "invitation_new", **given).status_code == 403
    assert post(people.engineer(), "invitation_new", **given).status_code == 403
    assert post(people.contact(people.customer()), "invitation_new", **given).status_code == 404
    assert post(people.account_manager(), "invitation_new", email="eve@p.example", role="auditor").status_code == 403
    assert not Invitation.objects.exists()


def test_administrator_changes_a_role_and_removes():
    customer = people.customer()
    administrator, colleague = people.customer_administrator(customer), people.contact(customer)
    membership = colleague.memberships.get()

    response = post(administrator, "member_role", membership.pk, role="viewer")
    membership.refresh_from_db()
    assert response.status_code == 302
    assert membership.role == "viewer"

    post(administrator, "member_remove", membership.pk)
    assert not colleague.memberships.exists()


def test_last_administrator_stays():
    administrator = people.customer_administrator(people.customer())

    response = post(administrator, "member_remove", administrator.memberships.get().pk)

    assert response.status_code == 409
    assert "is the last administrator" in response.content.decode()


def test_only_managers_change_members():
    customer = people.customer()
    colleague, membership = people.contact(customer), people.contact(customer).memberships.get()

    assert post(colleague, "member_role", membership.pk, role="administrator").status_code == 403
    assert post(colleague, "member_remove", membership.pk).status_code == 403
    stranger = people.customer_administrator(people.customer())
    assert post(stranger, "member_remove", membership.pk).status_code == 404
    assert signed_in(stranger).get(reverse("member_remove", args=[membership.pk])).status_code == 405


def test_portal_administrator_manages_the_providers_people():
    administrator, engineer = people.administrator(), people.engineer()
    assert post(people.account_manager(), "staff_role", engineer.pk, role="auditor").status_code == 403

    post(administrator, "staff_role", engineer.pk, role="auditor")
    engineer.refresh_from_db()
    assert engineer.staff_role == "auditor"

    assert post(people.account_manager(), "account_close", engineer.pk).status_code == 403
    post(administrator, "account_close", engineer.pk)
    engineer.refresh_from_db()
    assert not engineer.is_active
    assert "account closed" in page(administrator, "people")


# Accepting.


def offered(email: str = "eve@acme.example", customer: Customer | None = None) -> tuple[str, Invitation]:
    """An invitation and the path of its link."""
    at = customer or people.customer("Acme Insurance")
    invitation = invitations.invite(email=email, role="contributor", by=people.account_manager(), customer=at)
    invitation, token = invitations._create(
        email=invitation.email, role=invitation.role, by=invitation.invited_by, customer=at
    )
    return reverse("invitation_accept", args=[token]), invitation


def test_new_person_accepts_with_name_and_password_and_is_logged_in():
    path, _ = offered()
    client = Client()

    opened = client.get(path)
    assert opened.status_code == 200
    assert opened["Referrer-Policy"] == "same-origin"
    assert "no-store" in opened["Cache-Control"]
    assert "Join Acme Insurance" in opened.content.decode()

    response = client.post(path, {"full_name": "Eve Example", "password": "a long enough secret 7"})

    assert response["Location"] == reverse("home")
    assert response["Referrer-Policy"] == "same-origin"
    user = User.objects.get(email="eve@acme.example")
    assert client.session["_auth_user_id"] == user.pk
    assert user.memberships.get().role == "contributor"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"full_name": "", "password": "a long enough secret 7"}, "Enter your full name"),
        ({"full_name": "Eve", "password": ""}, "Enter a password"),
        ({"full_name": "Eve", "password": "short"}, "too short"),
    ],
)
def test_accepting_says_what_is_wrong_and_never_repeats_the_password(given: dict[str, str], sentence: str):
    path, _ = offered()

    response = Client().post(path, given)

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count(sentence) >= 2
    assert not given["password"] or f'value="{given["password"]}"' not in html


def test_person_with_an_account_confirms_with_its_password():
    user = people.contact(people.customer())
    path, _ = offered(user.email)
    client = Client()
    assert "This address has an account already" in client.get(path).content.decode()

    assert client.post(path, {"password": "wrong"}).status_code == 422
    assert client.post(path, {"password": people.PASSWORD}).status_code == 302

    assert user.memberships.count() == 2


def test_signed_in_person_joins_with_one_button():
    user = people.contact(people.customer())
    path, _ = offered(user.email)
    client = signed_in(user)
    assert "You are logged in as" in client.get(path).content.decode()

    assert client.post(path).status_code == 302
    assert user.memberships.count() == 2


def test_invitation_of_somebody_else_cannot_be_taken():
    path, invitation = offered()
    client = signed_in(people.contact(people.customer()))

    assert "This invitation is for somebody else" in client.get(path).content.decode()
    assert client.post(path).status_code == 403
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_link_that_is_over_says_why():
    path, invitation = offered()
    assert "does not exist" in _refusal("/invitations/no-such-token/", 404)

    Invitation.objects.filter(pk=invitation.pk).update(expires_at=invitation.created_at)
    assert "older than it may be" in _refusal(path, 409)

    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=invitation.created_at)
    assert "was withdrawn" in _refusal(path, 409)

    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=invitation.created_at)
    assert "was accepted already" in _refusal(path, 409)


def _refusal(path: str, status: int) -> str:
    response = Client().get(path)
    assert response.status_code == status
    assert response["Referrer-Policy"] == "same-origin"
    return response.content.decode()


# Settings and tokens.


def test_settings_without_a_token_offer_a_curl_line():
    user = people.contact(people.customer("Acme"))

    html = page(user, "settings")

    assert user.email in html
    assert "Acme" in html
    assert "curl -H" in html
    assert reverse("account_change_password") in html


def test_token_is_shown_once_and_kept_in_no_cache():
    user = people.contact(people.customer())
    given = {"name": "Nightly report", "days": "30", "scopes": ["environment:read", "audit:read"]}

    response = signed_in(user).post(reverse("token_new"), given)

    html = response.content.decode()
    token = ApiToken.objects.get()
    assert "no-store" in response["Cache-Control"]
    assert f"op_{token.prefix}_" in html
    assert token.scopes == ["environment:read", "audit:read"]
    after = page(user, "settings")
    assert "Nightly report" in after
    assert f"op_{token.prefix}_…" in after
    assert "environment:read" in after


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name for the token"),
        ({"days": "0"}, "Days must be from 1 to 365"),
        ({"days": "soon"}, "Days must be from 1 to 365"),
        ({"scopes": []}, "Select at least one scope"),
        ({"scopes": ["all"]}, "There is no scope all"),
    ],
)
def test_token_form_says_what_is_wrong_and_keeps_the_rest(changes: dict, sentence: str):
    given = {"name": "Kept words", "days": "30", "scopes": ["audit:read"], **changes}

    response = signed_in(people.engineer()).post(reverse("token_new"), given)

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count(sentence) == 2
    assert "name" in changes or "Kept words" in html
    assert not ApiToken.objects.exists()


def test_token_is_revoked_by_its_own_person_only():
    user = people.engineer()
    token, _ = tokens.issue(name="Mine", scopes=["audit:read"], days=1, by=user)

    assert post(people.administrator(), "token_revoke", token.pk).status_code == 404
    assert post(user, "token_revoke", token.pk).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at
    assert "No token yet" in page(user, "settings")


def test_settings_ask_the_database_the_same_for_10_and_1000_tokens():
    user = people.engineer()
    client = signed_in(user)

    def grow(number: int) -> None:
        start = ApiToken.objects.count()
        ApiToken.objects.bulk_create(
            ApiToken(
                user=user, name="t", prefix="p", digest=str(start + index), scopes=[], expires_at="2030-01-01T00:00Z"
            )
            for index in range(number)
        )

    grow(10)
    few = statements(client, reverse("settings"))
    grow(990)

    assert statements(client, reverse("settings")) == few <= 10
