import pytest
from django.contrib.auth.models import AnonymousUser

from portal.accounts import selectors
from portal.accounts.models import Customer
from portal.accounts.services import customers, invitations
from portal.accounts.states import CustomerRole
from portal.audit.models import AuditEvent
from portal.core.errors import Forbidden, Invalid, NotFound
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_account_manager_creates_a_customer():
    manager = people.account_manager()

    customer = customers.create(name="  Acme   Süd & Co. ", by=manager, time_zone="Europe/Berlin")

    assert (customer.name, customer.slug, customer.time_zone) == ("Acme Süd & Co.", "acme-sud-co", "Europe/Berlin")
    event = AuditEvent.objects.get()
    assert (event.action, event.chain, event.actor) == ("customer.created", customer.pk, manager)


def test_slugs_differ_where_names_are_alike():
    manager = people.account_manager()

    slugs = [
        customers.create(name=name, by=manager).slug for name in ("Acme!", "Acme?", "Acme", "日本", "株式", "x" * 120)
    ]

    assert slugs == ["acme", "acme-2", "acme-3", "customer", "customer-2", "x" * 36]


def test_name_is_taken_in_any_capitals():
    manager = people.account_manager()
    customers.create(name="Acme", by=manager)

    with pytest.raises(Invalid) as caught:
        customers.create(name="ACME", by=manager)

    assert [problem.pointer for problem in caught.value.problems] == ["name"]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [({"name": ""}, "name"), ({"name": "a\nb"}, "name"), ({"name": "A", "time_zone": "Mars/Base"}, "time_zone")],
)
def test_values_that_cannot_be_are_refused(values, pointer):
    with pytest.raises(Invalid) as caught:
        customers.create(**values, by=people.account_manager())

    assert [problem.pointer for problem in caught.value.problems] == [pointer]


@pytest.mark.parametrize("who", ["engineer", "approver", "auditor"])
def test_others_do_not_create_customers(who):
    with pytest.raises(Forbidden):
        customers.create(name="Acme", by=getattr(people, who)())
    assert not Customer.objects.exists()


def test_each_sees_their_own(django_assert_num_queries):
    ours, theirs = people.customer("Ours"), people.customer("Theirs")
    contact, stranger = people.contact(ours), people.contact(theirs)
    invitations.invite(email="a@b.example", role=CustomerRole.VIEWER, by=people.account_manager(), customer=theirs)

    assert list(selectors.customers(contact)) == [ours]
    assert list(selectors.customers(people.auditor())) == [ours, theirs]
    assert list(selectors.customers(AnonymousUser())) == list(selectors.customers(None)) == []
    assert [row.user for row in selectors.members(contact, ours)] == [contact]
    assert not selectors.members(contact, theirs).exists()
    assert not selectors.staff(contact).exists()
    assert not selectors.invitations(people.customer_administrator(ours)).exists()
    for find, id in (
        (selectors.customer, theirs.pk),
        (selectors.membership, stranger.memberships.get().pk),
        (selectors.person, stranger.pk),
        (selectors.invitation, theirs.invitations.get().pk),
        (selectors.customer, "cus_unknown"),
    ):
        with pytest.raises(NotFound):
            find(contact, id)


def test_members_are_listed_in_one_query(django_assert_num_queries):
    customer = people.customer()
    reader = people.contact(customer)
    for _ in range(3):
        people.viewer(customer)

    with django_assert_num_queries(1):
        assert len([str(row) for row in selectors.members(reader, customer)]) == 4


def test_second_contact_is_an_administrator_before_a_contributor():
    customer = people.customer()
    recipient = people.contact(customer)
    assert selectors.second_contact(customer, besides=recipient) is None

    people.viewer(customer)
    people.contact(people.customer())
    contributor = people.contact(customer)
    assert selectors.second_contact(customer, besides=recipient) == contributor

    administrator = people.customer_administrator(customer)
    assert selectors.second_contact(customer, besides=recipient) == administrator
