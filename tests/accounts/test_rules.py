"""Who may, as one table: roles across, acts down."""

import pytest
from django.contrib.auth.models import AnonymousUser

from portal.accounts import rules
from portal.accounts.models import Membership
from portal.accounts.states import CustomerRole
from tests.factories import people

pytestmark = pytest.mark.django_db

CAST = {
    "manager": lambda customer: people.account_manager(),
    "engineer": lambda customer: people.engineer(),
    "approver": lambda customer: people.approver(),
    "auditor": lambda customer: people.auditor(),
    "administrator": lambda customer: people.administrator(),
    "their administrator": people.customer_administrator,
    "their contributor": people.contact,
    "their viewer": people.viewer,
    "another customer's administrator": lambda customer: people.customer_administrator(people.customer()),
    "nobody": lambda customer: AnonymousUser(),
    "the portal": lambda customer: None,
}
STAFF = {"manager", "engineer", "approver", "auditor", "administrator"}
WORKERS = {"manager", "engineer", "administrator"}
EDITORS = {"their administrator", "their contributor"}
MAY = {
    rules.may_create_customer: {"manager", "administrator"},
    rules.may_open_onboarding: {"manager", "administrator"},
    rules.may_review: WORKERS,
    rules.may_request_plan: WORKERS,
    rules.may_provision: {"engineer", "administrator"},
    rules.may_verify: WORKERS | {"approver"},
    rules.may_sign_for_provider: WORKERS,
    rules.may_release_first: WORKERS,
    rules.may_release_second: {"approver"},
    rules.may_manage_staff: {"administrator"},
    rules.may_read_audit: STAFF | {"their administrator", "another customer's administrator"},
}
MAY_AT = {
    rules.may_see_customer: STAFF | EDITORS | {"their viewer"},
    rules.may_edit_intake: WORKERS | EDITORS,
    rules.may_act_in_customer_account: EDITORS,
    rules.may_receive_hand_over: EDITORS,
    rules.may_withdraw_hand_over: WORKERS | {"approver", "their administrator"},
    rules.may_manage_members: {"manager", "administrator", "their administrator"},
}


@pytest.mark.parametrize("rule", MAY, ids=lambda rule: rule.__name__)
def test_who_may(rule):
    customer = people.customer()

    assert {name for name, make in CAST.items() if rule(make(customer))} == MAY[rule]


@pytest.mark.parametrize("rule", MAY_AT, ids=lambda rule: rule.__name__)
def test_who_may_at_a_customer(rule):
    customer = people.customer()

    assert {name for name, make in CAST.items() if rule(make(customer), customer)} == MAY_AT[rule]


@pytest.mark.parametrize("rule", [*MAY, *MAY_AT], ids=lambda rule: rule.__name__)
def test_closed_account_may_nothing(rule):
    customer = people.customer()

    for make in CAST.values():
        person = make(customer)
        if person and person.is_authenticated:
            person.is_active = False
        args = (person,) if rule in MAY else (person, customer)
        assert not rule(*args)


def test_roles_at_all_customers_take_one_query(django_assert_num_queries):
    customers = [people.customer() for _ in range(3)]
    user = people.contact(customers[0])
    Membership.objects.create(user=user, customer=customers[1], role=CustomerRole.VIEWER)

    with django_assert_num_queries(1):
        roles = [rules.role_at(user, customer) for customer in customers for _ in range(2)]

    assert roles == ["contributor"] * 2 + ["viewer"] * 2 + [None] * 2
