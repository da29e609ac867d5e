"""One digest per person and day."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail

from portal.accounts.models import Membership
from portal.outbox import delivery, digests, one_click
from portal.outbox.models import MessagePreferences, OutboxMessage
from portal.outbox.states import Channel, MailState
from tests import at_once
from tests.factories import people
from tests.outbox.telling import ASKED, DIGESTED, Trial, mail_of, tell

pytestmark = pytest.mark.django_db
State = MailState
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


@pytest.fixture
def hanna():
    return people.contact(people.customer())


@pytest.fixture
def at():
    """Go to a moment, Monday 09:00 UTC to begin with."""
    with time_machine.travel(MONDAY, tick=False) as travel:
        yield travel.move_to


def hold(person, *keys, event=DIGESTED, **more):
    for key in keys:
        tell(person, event, key=key, **more)
    delivery.deliver()


def digests_of_all():
    return OutboxMessage.objects.filter(key__startswith="digest:")


def test_what_is_held_becomes_one_mail(hanna, at):
    hold(hanna, "one", "two")

    assert (digests.gather(), digests.gather()) == (1, 0)
    assert delivery.deliver() == 1

    (sent,) = mail.outbox
    assert sent.subject == "WSO2 onboarding: 2 messages"
    for words in (sent.body, sent.alternatives[0].content):
        assert f"{DIGESTED} one" in words
        assert f"{DIGESTED} two" in words
    assert sent.extra_headers["List-Unsubscribe"] == f"<{one_click.address(hanna)}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail_of(DIGESTED).digest == digests_of_all().get()


def test_second_digest_of_a_day_waits_for_the_next(hanna, at):
    hold(hanna, "one")
    digests.gather()
    hold(hanna, "two")
    assert digests.gather() == 0

    at(MONDAY + timedelta(days=1))

    assert digests.gather() == 1
    assert digests_of_all().count() == 2


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2026-11-23T06:59:00+00:00", 0),  # 07:59 in Berlin
        ("2026-11-23T07:00:00+00:00", 1),
        ("2026-11-28T09:00:00+00:00", 0),  # a Saturday
        ("2026-11-23T23:30:00+00:00", 0),  # half past midnight of the next day
    ],
)
def test_digest_comes_at_the_persons_hour_on_their_working_days(hanna, at, moment, number):
    MessagePreferences.objects.create(person=hanna, time_zone="Europe/Berlin")
    hold(hanna, "one")

    at(datetime.fromisoformat(moment))

    assert digests.gather() == number


def test_what_no_longer_concerns_the_person_stays_out(hanna, at):
    customer = hanna.memberships.get().customer
    MessagePreferences.objects.create(person=hanna, channels={ASKED: Channel.DIGEST})
    hold(hanna, "kept")
    hold(hanna, "of the customer", customer=customer)
    hold(hanna, "done", event=ASKED, about="act_1")
    Trial.done.add("act_1")
    Membership.objects.filter(user=hanna).delete()

    digests.gather()
    delivery.deliver()

    (sent,) = mail.outbox
    assert f"{DIGESTED} kept" in sent.body
    assert "of the customer" not in sent.body
    assert "done" not in sent.body
    assert {mail_of(ASKED, "done").state, mail_of(DIGESTED, "of the customer").state} == {State.DROPPED}


def test_digest_is_looked_at_again_when_it_leaves(hanna, at):
    customer = hanna.memberships.get().customer
    hold(hanna, "kept")
    hold(hanna, "of the customer", customer=customer)
    digests.gather()
    Membership.objects.filter(user=hanna).delete()

    delivery.deliver()

    (sent,) = mail.outbox
    assert sent.subject == "WSO2 onboarding: 1 message"
    assert "of the customer" not in sent.body + sent.alternatives[0].content


def test_digest_with_nothing_left_is_not_sent(hanna, at):
    hold(hanna, "of the customer", customer=hanna.memberships.get().customer)
    digests.gather()
    Membership.objects.filter(user=hanna).delete()

    assert delivery.deliver() == 0

    found = digests_of_all().get()
    assert (found.state, found.last_error) == (State.DROPPED, "nothing of it is left to tell")


def test_digest_that_was_turned_off_keeps_everything_in_the_portal(hanna, at):
    hold(hanna, "one")
    MessagePreferences.objects.create(person=hanna, digest_off=True)

    assert digests.gather() == 0

    assert mail_of(DIGESTED).state == State.DROPPED


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_write_one_digest(hanna, at):
    hold(hanna, "one", "two", "three")

    assert sum(at_once.outcomes([digests.gather] * 4)) == 1

    assert digests_of_all().get().gathered.count() == 3
