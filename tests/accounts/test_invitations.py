import re
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from portal.accounts import selectors
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.services import invitations
from portal.accounts.states import CustomerRole, StaffRole
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from portal.outbox.models import OutboxMessage
from tests import at_once
from tests.factories import people

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


@pytest.fixture
def customer():
    return people.customer("Acme")


@pytest.fixture
def administrator(customer):
    return people.customer_administrator(customer)


def invite(customer, by, email="hanna@acme.example", role=CustomerRole.CONTRIBUTOR) -> Invitation:
    return invitations.invite(email=email, role=role, by=by, customer=customer)


def token_of(invitation: Invitation) -> str:
    message = OutboxMessage.objects.get(key=f"invitation:{invitation.pk}")
    return re.search(r"/invitations/([^/\s]+)/", message.text).group(1)


def test_accepted_invitation_is_an_account_with_its_role(customer, administrator):
    invitation = invite(customer, administrator, email=" Hanna@Acme.Example ")

    user = invitations.accept(token_of(invitation), full_name="  Hanna   Lindqvist ", password=PASSWORD)

    assert (user.email, user.full_name, user.check_password(PASSWORD)) == (
        "hanna@acme.example",
        "Hanna Lindqvist",
        True,
    )
    assert list(user.memberships.values_list("customer", "role")) == [(customer.pk, "contributor")]
    assert list(AuditEvent.objects.order_by("sequence").values_list("action", "actor")) == [
        ("invitation.sent", administrator.pk),
        ("invitation.accepted", user.pk),
    ]


def test_token_is_in_the_mail_and_nowhere_else(customer, administrator):
    invitation = invite(customer, administrator)
    token = token_of(invitation)

    assert len(token) >= 43
    for model in (Invitation, AuditEvent, User, Membership):
        assert token not in str(list(model.objects.values()))
    assert invitation.token_digest != token
    assert OutboxMessage.objects.get().one_time_link


def test_invitation_works_once(customer, administrator):
    token = token_of(invite(customer, administrator))
    invitations.accept(token, full_name="Hanna", password=PASSWORD)

    with pytest.raises(Conflict, match="accepted already"):
        invitations.accept(token, full_name="Mallory", password=PASSWORD)

    assert User.objects.filter(email="hanna@acme.example").count() == 1


def test_invitation_works_for_72_hours(customer, administrator):
    token = token_of(invite(customer, administrator))

    with time_machine.travel(clock.now() + timedelta(hours=71, minutes=59)):
        assert invitations.find(token)
    with time_machine.travel(clock.now() + timedelta(hours=72, seconds=1)), pytest.raises(Conflict, match="older"):
        invitations.find(token)


def test_unknown_token_is_not_found(customer, administrator):
    invite(customer, administrator)

    with pytest.raises(NotFound):
        invitations.find("x" * 43)


def test_revoked_invitation_is_useless(customer, administrator):
    invitation = invite(customer, administrator)

    invitations.revoke(invitation, by=administrator)

    with pytest.raises(Conflict, match="withdrawn"):
        invitations.find(token_of(invitation))
    with pytest.raises(Conflict):
        invitations.revoke(invitation, by=administrator)


def test_second_invitation_of_an_address_replaces_the_first(customer, administrator):
    first, second = invite(customer, administrator), invite(customer, administrator)

    assert list(selectors.invitations(administrator)) == [second]
    with pytest.raises(Conflict):
        invitations.find(token_of(first))


def test_weak_password_is_refused_with_every_reason(customer, administrator):
    token = token_of(invite(customer, administrator))

    with pytest.raises(Invalid) as caught:
        invitations.accept(token, full_name="Hanna", password="hanna")

    assert {problem.pointer for problem in caught.value.problems} == {"password"}
    assert len(caught.value.problems) >= 1
    assert invitations.find(token)


def test_token_cannot_become_nothing_of_a_password(customer, administrator):
    token = token_of(invite(customer, administrator))

    with pytest.raises(Invalid):
        invitations.accept(token, full_name="Hanna", password="")


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Hanna\x00", "Hanna\nBcc: all"])
def test_name_that_cannot_be_is_refused(customer, administrator, name):
    token = token_of(invite(customer, administrator))

    with pytest.raises(Invalid) as caught:
        invitations.accept(token, full_name=name, password=PASSWORD)

    assert [problem.pointer for problem in caught.value.problems] == ["full_name"]


@pytest.mark.parametrize("email", ["", "hanna", "hanna@", "a@b.example\r\nBcc: x@y.example", "a" * 250 + "@b.example"])
def test_address_that_cannot_be_is_refused(customer, administrator, email):
    with pytest.raises(Invalid) as caught:
        invite(customer, administrator, email=email)

    assert [problem.pointer for problem in caught.value.problems] == ["email"]


def test_role_of_the_provider_cannot_be_given_at_a_customer(customer, administrator):
    with pytest.raises(Invalid):
        invite(customer, administrator, role=StaffRole.OPERATIONS_ENGINEER)


def test_person_of_another_customer_joins_with_their_own_password(customer, administrator):
    other = people.customer()
    user = people.contact(other)
    token = token_of(invite(customer, administrator, email=user.email.upper()))

    with pytest.raises(Invalid):
        invitations.accept(token, full_name="Mallory", password="not their password")
    accepted = invitations.accept(token, full_name="Mallory", password=people.PASSWORD)

    assert accepted == user
    assert User.objects.get(pk=user.pk).full_name == user.full_name
    assert set(user.memberships.values_list("customer", flat=True)) == {other.pk, customer.pk}


def test_person_who_is_signed_in_joins_without_a_password(customer, administrator):
    user = people.contact(people.customer())
    token = token_of(invite(customer, administrator, email=user.email))

    with pytest.raises(Forbidden):
        invitations.join(token, by=people.contact(customer))
    invitations.join(token, by=user)

    assert user.memberships.filter(customer=customer).exists()


def test_wrong_passwords_of_an_existing_account_are_limited(customer, administrator):
    user = people.contact(people.customer())
    token = token_of(invite(customer, administrator, email=user.email))
    for _ in range(5):
        with pytest.raises(Invalid):
            invitations.accept(token, full_name="", password="guess")

    with pytest.raises(TooMany):
        invitations.accept(token, full_name="", password=people.PASSWORD)


def test_member_is_not_invited_again(customer, administrator):
    with pytest.raises(Conflict, match="member"):
        invite(customer, administrator, email=people.viewer(customer).email)


def test_nobody_is_on_both_sides(customer):
    boss = people.administrator()

    with pytest.raises(Conflict):
        invite(customer, boss, email=people.engineer().email)
    with pytest.raises(Conflict):
        invite(None, boss, email=people.contact(customer).email, role=StaffRole.RELEASE_APPROVER)


def test_new_colleague_of_the_provider_gets_the_role():
    invitation = invite(None, people.administrator(), email="new@wso2.example", role=StaffRole.RELEASE_APPROVER)

    user = invitations.accept(token_of(invitation), full_name="New", password=PASSWORD)

    assert (user.staff_role, user.memberships.count()) == (StaffRole.RELEASE_APPROVER, 0)


@pytest.mark.parametrize("who", ["contact", "viewer", "engineer", "auditor", "approver"])
def test_others_cannot_invite(customer, who):
    by = getattr(people, who)(*([customer] if who in ("contact", "viewer") else []))

    with pytest.raises(Forbidden):
        invite(customer, by)
    with pytest.raises(Forbidden):
        invite(None, by, role=StaffRole.ADMINISTRATOR)
    assert not Invitation.objects.exists()


def test_administrator_of_another_customer_cannot_invite(customer):
    with pytest.raises(Forbidden):
        invite(customer, people.customer_administrator(people.customer()))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_make_one_account():
    customer = people.customer()
    token = token_of(invite(customer, people.customer_administrator(customer)))
    accept = partial(invitations.accept, token, full_name="Hanna", password=PASSWORD)

    outcomes = at_once.outcomes([accept] * 4)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Conflict", "Conflict", "User"]
    assert User.objects.filter(email="hanna@acme.example").count() == 1


def test_first_administrator_comes_by_a_link_printed_once():
    out = StringIO()

    call_command("create_administrator", "--email", "boss@wso2.example", stdout=out)

    token = out.getvalue().strip().rstrip("/").rsplit("/", 1)[-1]
    user = invitations.accept(token, full_name="Boss", password=PASSWORD)
    assert (user.staff_role, user.is_superuser) == (StaffRole.ADMINISTRATOR, False)
    assert not OutboxMessage.objects.exists()


def test_second_administrator_does_not_come_by_command():
    people.administrator()

    with pytest.raises(CommandError, match="has an administrator already"):
        call_command("create_administrator", "--email", "boss@wso2.example")
