from functools import partial

import pytest

from portal.accounts import rules
from portal.accounts.models import Membership, User
from portal.accounts.services import memberships, users
from portal.accounts.states import CustomerRole, StaffRole
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from tests import at_once
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return people.customer("Acme")


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def test_changed_role_counts_from_the_next_request(customer):
    boss, viewer = people.customer_administrator(customer), people.viewer(customer)

    memberships.change_role(membership_of(viewer), role=CustomerRole.CONTRIBUTOR, by=boss)

    assert rules.may_edit_intake(User.objects.get(pk=viewer.pk), customer)
    event = AuditEvent.objects.get()
    assert (event.action, event.before, event.after) == (
        "membership.role_changed",
        {"role": "viewer"},
        {"role": "contributor"},
    )


def test_removed_person_sees_nothing_from_the_next_request_on(customer):
    boss, member = people.customer_administrator(customer), people.contact(customer)

    memberships.remove(membership_of(member), by=boss)

    assert rules.role_at(User.objects.get(pk=member.pk), customer) is None
    with pytest.raises(Conflict):
        memberships.remove(Membership(pk="mem_gone", customer=customer, user=member), by=boss)


def test_same_role_again_records_nothing(customer):
    boss, member = people.customer_administrator(customer), people.contact(customer)

    memberships.change_role(membership_of(member), role=CustomerRole.CONTRIBUTOR, by=boss)

    assert not AuditEvent.objects.exists()


def test_role_that_does_not_exist_is_refused(customer):
    boss = people.customer_administrator(customer)

    with pytest.raises(Invalid):
        memberships.change_role(membership_of(people.viewer(customer)), role="owner", by=boss)


@pytest.mark.parametrize(
    "act",
    [
        lambda membership, by: memberships.remove(membership, by=by),
        lambda membership, by: memberships.change_role(membership, role=CustomerRole.VIEWER, by=by),
    ],
    ids=["remove", "change role"],
)
def test_last_administrator_stays(customer, act):
    boss = people.customer_administrator(customer)
    closed = people.customer_administrator(customer)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    for by in (boss, people.administrator(), people.account_manager()):
        with pytest.raises(Conflict, match="last administrator"):
            act(membership_of(boss), by)


@pytest.mark.parametrize("who", ["contact", "viewer"])
def test_members_do_not_manage_each_other(customer, who):
    by, other = getattr(people, who)(customer), people.viewer(customer)

    with pytest.raises(Forbidden):
        memberships.remove(membership_of(other), by=by)
    with pytest.raises(Forbidden):
        memberships.change_role(membership_of(by), role=CustomerRole.ADMINISTRATOR, by=by)


def test_administrator_of_another_customer_manages_nobody_here(customer):
    with pytest.raises(Forbidden):
        memberships.remove(membership_of(people.viewer(customer)), by=people.customer_administrator(people.customer()))


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one():
    customer = people.customer()
    first, second = people.customer_administrator(customer), people.customer_administrator(customer)
    acts = [
        partial(memberships.remove, membership_of(first), by=second),
        partial(memberships.remove, membership_of(second), by=first),
    ]
    for person in (first, second):
        rules.role_at(person, customer)  # both were let in before either acted

    outcomes = at_once.outcomes(acts)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    assert Membership.objects.filter(customer=customer).count() == 1


def test_closed_account_ends_sessions_and_tokens(client, customer):
    user = people.contact(customer)

    users.deactivate(user, by=people.administrator())

    assert not client.login(email=user.email, password=people.PASSWORD)
    with pytest.raises(Conflict):
        users.deactivate(user, by=people.administrator())


def test_only_administrators_of_the_portal_close_accounts(customer):
    user = people.contact(customer)

    for by in (people.account_manager(), people.customer_administrator(customer), user):
        with pytest.raises(Forbidden):
            users.deactivate(user, by=by)


def test_administrator_changes_a_colleague_but_never_themself(customer):
    boss, colleague = people.administrator(), people.engineer()

    assert users.change_staff_role(colleague, role=StaffRole.AUDITOR, by=boss).staff_role == "auditor"
    with pytest.raises(Conflict):
        users.change_staff_role(boss, role=StaffRole.RELEASE_APPROVER, by=boss)
    with pytest.raises(Conflict):
        users.deactivate(boss, by=boss)
    with pytest.raises(Conflict):
        users.change_staff_role(people.contact(customer), role=StaffRole.AUDITOR, by=boss)
    with pytest.raises(Forbidden):
        users.change_staff_role(colleague, role=StaffRole.AUDITOR, by=people.engineer())
