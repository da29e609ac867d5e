import pytest
from django.contrib.auth.models import AnonymousUser

from portal.accounts.states import StaffRole
from portal.audit import selectors
from portal.audit import services as audit
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return people.customer("Ours")


@pytest.fixture
def events(ours):
    theirs = people.customer("Theirs canary")
    return {
        "ours": audit.record("customer.created", ours, by=None, customer=ours),
        "theirs": audit.record("customer.created", theirs, by=None, customer=theirs),
        "provider": audit.record("user.deactivated", people.engineer(), by=None, customer=None),
    }


@pytest.mark.parametrize("role", StaffRole.values)
def test_people_of_the_provider_read_all(events, role):
    assert set(selectors.events(people.staff(role))) == set(events.values())


def test_administrator_of_a_customer_reads_its_own_events(events, ours):
    assert list(selectors.events(people.customer_administrator(ours))) == [events["ours"]]


def test_others_read_nothing(events, ours):
    closed = people.customer_administrator(ours)
    closed.is_active = False

    for person in (people.contact(ours), people.viewer(ours), closed, AnonymousUser(), None):
        assert not selectors.events(person).exists()


def test_filter_of_another_customer_shows_an_administrator_nothing(events, ours):
    found = selectors.events(people.customer_administrator(ours), customer=events["theirs"].customer_id)

    assert not found.exists()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"action": "user"}, {"provider"}),
        ({"action": "customer.created"}, {"ours", "theirs"}),
        ({"subject_type": "user"}, {"provider"}),
        ({"request_id": "unknown"}, set()),
        ({}, {"ours", "theirs", "provider"}),
    ],
)
def test_filters_narrow(events, filters, found):
    assert set(selectors.events(people.auditor(), **filters)) == {events[name] for name in found}
