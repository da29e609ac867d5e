"""Two who hand over, take back and accept in the same moment."""

from functools import partial

import pytest
from django.db import connection

from onboarding.models import SectionAsk
from onboarding.services import asks
from portal.accounts.services import invitations
from portal.accounts.states import CustomerRole
from portal.core.errors import Conflict
from portal.outbox.models import OutboxMessage
from tests.at_once import outcomes
from tests.factories import onboardings, people

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the test database of SQLite is one connection"),
]


def test_two_who_ask_at_once_leave_one_ask_and_one_mail() -> None:
    onboarding = onboardings.onboarding()
    askers = [people.contact(onboarding.customer) for _ in range(4)]
    asked = [people.contact(onboarding.customer) for _ in askers]

    acts = [
        partial(asks.ask, onboardings.section(onboarding, "dns"), email=colleague.email, by=asker)
        for asker, colleague in zip(askers, asked, strict=True)
    ]
    ended = outcomes(acts)

    assert sum(isinstance(one, SectionAsk) for one in ended) == 1
    assert sum(isinstance(one, Conflict) for one in ended) == len(acts) - 1
    assert SectionAsk.objects.count() == OutboxMessage.objects.count() == 1


def test_accepting_while_it_is_taken_back_ends_either_way_without_waiting_for_each_other() -> None:
    onboarding = onboardings.onboarding()
    boss = people.contact(onboarding.customer, CustomerRole.ADMINISTRATOR)
    section = onboardings.section(onboarding, "dns")
    asks.ask(section, email="new@acme.example", by=boss)
    [mail] = OutboxMessage.objects.filter(recipient="new@acme.example")
    token = mail.text.partition("/invitations/")[2].partition("/")[0]

    ended = outcomes(
        [
            partial(invitations.accept, token, full_name="Nora", password=people.PASSWORD),
            partial(asks.take_back, onboardings.section(onboarding, "dns"), by=boss),
        ]
    )

    refused = [one for one in ended if isinstance(one, Exception)]
    assert all(isinstance(one, Conflict) for one in refused)
    assert len(refused) <= 1
