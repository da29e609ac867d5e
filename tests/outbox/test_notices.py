"""Being told of something: once, in the portal, and by mail only while it still concerns the person."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from portal.accounts.models import Membership
from portal.core import clock
from portal.outbox import delivery, events, selectors
from portal.outbox.models import MessagePreferences, Notice, OutboxMessage, UndeliverableAddress
from portal.outbox.states import Channel, MailState
from tests.factories import people
from tests.outbox.telling import (
    ASKED,
    DIGESTED,
    MONDAY_NIGHT,
    MONDAY_NOON,
    NEWS,
    URGENT,
    Trial,
    mail_of,
    notice_of,
    tell,
)

pytestmark = pytest.mark.django_db
State = MailState


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(MONDAY_NOON, tick=False):
        yield


@pytest.fixture
def customer():
    return people.customer()


@pytest.fixture
def hanna(customer):
    return people.contact(customer)


def test_person_is_told_once_of_an_event_in_the_portal_and_by_mail(hanna, customer):
    for _ in range(2):
        tell(hanna, customer=customer)

    notice, message = Notice.objects.get(), OutboxMessage.objects.get()
    assert (notice.person, notice.customer, notice.link, notice.read_at) == (hanna, customer, "/onboardings/", None)
    assert (message.notice, message.recipient, message.state) == (notice, hanna.email, State.DUE)
    assert delivery.deliver() == 1
    assert delivery.deliver() == 0
    assert mail.outbox[0].to == [hanna.email]


def test_mail_says_why_it_comes_and_where_that_is_chosen(hanna):
    tell(hanna)

    message = mail_of()
    for words in (message.text, message.html):
        assert "You get this because it concerns you." in words
        assert "/settings/messages/" in words


def test_event_that_no_app_registered_is_a_defect(hanna):
    with pytest.raises(events.UnknownEvent, match=r"trial\.unheard"):
        tell(hanna, "trial.unheard")

    assert not Notice.objects.exists()


def test_news_waits_for_the_working_hours_of_the_customers_zone(hanna, customer):
    customer.time_zone = "Asia/Colombo"
    customer.save()
    tell(hanna, customer=customer)

    with time_machine.travel(MONDAY_NIGHT, tick=False):
        assert delivery.deliver() == 0

    message = mail_of()
    assert (message.state, message.attempts) == (State.DUE, 0)
    assert message.next_at.isoformat() == "2026-11-24T02:30:00+00:00"
    with time_machine.travel(message.next_at, tick=False):
        assert delivery.deliver() == 1


@pytest.mark.parametrize("event", [ASKED, URGENT])
def test_what_asks_to_act_or_is_urgent_waits_for_no_hour(hanna, event):
    with time_machine.travel(MONDAY_NIGHT, tick=False):
        tell(hanna, event)

        assert delivery.deliver() == 1


@pytest.mark.parametrize(
    ("event", "channel", "state"),
    [
        (NEWS, Channel.AT_ONCE, State.DELIVERED),
        (NEWS, Channel.DIGEST, State.HELD),
        (NEWS, Channel.PORTAL, State.DROPPED),
        (ASKED, Channel.PORTAL, State.DROPPED),
        (DIGESTED, None, State.HELD),
    ],
)
def test_person_chooses_how_they_hear_of_an_event(hanna, event, channel, state):
    MessagePreferences.objects.create(person=hanna, channels={event: channel} if channel else {})
    tell(hanna, event)

    delivery.deliver()

    assert mail_of(event).state == state
    assert selectors.count_unread(hanna) == 1, "the portal always shows it"


def closed(person, **_):
    person.is_active = False
    person.save()
    return "the account is closed"


def left(person, **_):
    Membership.objects.filter(user=person).delete()
    return "no longer belongs to the customer"


def barred(person, **_):
    Trial.barred.add(person.pk)
    return "can no longer act"


def done(person, **_):
    Trial.done.add("act_1")
    return "no longer needed"


def unreachable(person, message):
    UndeliverableAddress.objects.create(email=person.email, reason="x", message=message, since=clock.now())
    return "the address takes no mail"


@pytest.mark.parametrize("change", [closed, left, barred, done, unreachable])
def test_mail_is_dropped_when_its_person_cannot_or_need_not_act_any_more(hanna, customer, change):
    tell(hanna, ASKED, customer=customer, about="act_1")
    why = change(hanna, message=mail_of(ASKED))

    assert delivery.deliver() == 0

    message = mail_of(ASKED)
    assert (message.state, message.last_error, message.attempts) == (State.DROPPED, why, 0)
    assert mail.outbox == []


def test_news_that_was_read_in_the_portal_is_not_mailed_but_what_asks_to_act_is(hanna):
    for event in (NEWS, ASKED):
        tell(hanna, event)
    Notice.objects.update(read_at=clock.now())

    assert delivery.deliver() == 1

    assert (mail_of(NEWS).last_error, mail_of(ASKED).state) == ("read in the portal", State.DELIVERED)


def test_who_left_a_customer_sees_nothing_of_it_any_more(hanna, customer):
    tell(hanna, customer=customer)
    tell(hanna, key="of nobody's")
    assert selectors.count_unread(hanna) == 2

    left(hanna)

    assert [notice.key for notice in selectors.notices(hanna)] == [notice_of(key="of nobody's").key]
    assert selectors.count_unread(hanna) == 1


def test_messages_are_one_persons_own(hanna, customer):
    tell(hanna, customer=customer)

    for other in (people.contact(customer), people.administrator()):
        assert not selectors.notices(other).exists()


def test_count_stops_where_nobody_needs_the_number(hanna):
    Notice.objects.bulk_create(
        Notice(key=str(n), person=hanna, event=NEWS, subject="S", link="/", created_at=clock.now()) for n in range(103)
    )

    assert selectors.count_unread(hanna) == selectors.MOST_COUNTED


def test_ruling_never_overrules_who_took_the_message_meanwhile(hanna):
    tell(hanna, ASKED, about="act_1")
    late = mail_of(ASKED)
    OutboxMessage.objects.update(attempts=1, next_at=clock.now() + timedelta(minutes=2))
    Trial.done.add("act_1")

    assert not delivery._is_to_go(late)

    assert mail_of(ASKED).state == State.DUE
