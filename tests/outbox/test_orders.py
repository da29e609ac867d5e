"""Random orders of everything that can happen to messages: none goes out twice or is lost, none to somebody who cannot act."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.accounts.models import Membership, User
from portal.core import clock
from portal.outbox import delivery, digests, preferences, reading
from portal.outbox.models import Notice, OutboxMessage
from portal.outbox.states import Channel, MailState
from tests.factories import people
from tests.outbox.telling import ASKED, DIGESTED, MONDAY_NOON, NEWS, URGENT, Trial, tell

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
State = MailState
EVENTS = [ASKED, NEWS, URGENT, DIGESTED]
SETTLING = timedelta(days=8)
STEP = timedelta(hours=3)


class Death(BaseException):
    """The worker is gone: nothing catches it."""


class Server(BaseEmailBackend):
    """Takes mail, has its client die where it is told to, and notes what it should not have been given."""

    dies_at = ""
    taken: Counter[str] = Counter()
    died_after: Counter[str] = Counter()
    wrong: list[str] = []

    def open(self) -> None:
        self._die("claimed")

    def send_messages(self, messages: Any) -> int:
        self._die("handed over")
        for letter in messages:
            message = OutboxMessage.objects.get(pk=letter.extra_headers["Message-ID"][1:].partition("@")[0])
            Server.wrong += wrong_with(message, letter.body)
            Server.taken[message.pk] += 1
            if Server.dies_at == "taken":
                Server.died_after[message.pk] += 1
        self._die("taken")
        return len(messages)

    def _die(self, point: str) -> None:
        if Server.dies_at == point:
            raise Death


def wrong_with(message: OutboxMessage, body: str) -> list[str]:
    """Return what of it its person may not be told at this moment."""
    gathered = message.gathered.filter(state=State.GATHERED)
    notices = [message.notice] if message.notice else [mail.notice for mail in gathered if mail.notice]
    person = User.objects.get(pk=message.person_id)
    found = [why for notice in notices for why in wrong_to_tell(notice, person)]
    if not message.notice and body.count("trial.") != len(notices):
        found.append(f"{len(notices)} notices, and the digest says: {body}")
    return found


def wrong_to_tell(notice: Notice, person: User) -> list[str]:
    reasons = {
        "closed": not person.is_active,
        "left": not Membership.objects.filter(user=person, customer=notice.customer).exists(),
        "barred": notice.to_act and person.pk in Trial.barred,
        "done": notice.event == ASKED and notice.about in Trial.done,
        "read": notice.read_at is not None and not notice.to_act,
    }
    return [f"{notice}: {why}" for why, holds in reasons.items() if holds]


class World:
    """Two people of one customer, and what happens to them. `touched`: whose mail may have good reasons not to be sent."""

    def __init__(self, travel: Any) -> None:
        self.customer = people.customer()
        self.people = [people.contact(self.customer) for _ in range(2)]
        self.travel, self.told, self.touched = travel, 0, set[str]()

    def tell(self, who: int, event: int) -> None:
        self.told += 1
        for _ in range(2):
            tell(
                self._who(who), EVENTS[event % 4], key=str(self.told), customer=self.customer, about=f"act_{self.told}"
            )

    def deliver(self, who: int, point: int) -> None:
        Server.dies_at = ["", "claimed", "handed over", "taken"][point % 4]
        try:
            delivery.deliver()
        except Death:
            pass
        finally:
            Server.dies_at = ""

    def gather(self, who: int, number: int) -> None:
        """Every second time the worker dies before the transaction ends."""
        with transaction.atomic():
            digests.gather()
            if number % 2:
                transaction.set_rollback(True)

    def prefer(self, who: int, number: int) -> None:
        channel = Channel.values[number % 3]
        preferences.change(self._who(who), {"channels": {EVENTS[number % 4]: channel}})
        if channel == Channel.PORTAL:
            self.touched.add(self._who(who).pk)

    def turn_digest(self, who: int, number: int) -> None:
        preferences.change(self._touch(who), {"digest_off": bool(number % 2)})

    def bar(self, who: int, number: int) -> None:
        (Trial.barred.add if number % 2 else Trial.barred.discard)(self._touch(who).pk)

    def leave(self, who: int, number: int) -> None:
        person = self._touch(who)
        Membership.objects.filter(user=person).delete()
        if number % 2:
            Membership.objects.create(user=person, customer=self.customer, role="viewer")

    def close(self, who: int, number: int) -> None:
        User.objects.filter(pk=self._touch(who).pk).update(is_active=bool(number % 2))

    def finish(self, who: int, number: int) -> None:
        act = f"act_{number % (self.told + 1)}"
        Trial.done.add(act)
        self.touched |= set(Notice.objects.filter(about=act).values_list("person", flat=True))

    def read(self, who: int, number: int) -> None:
        notice = Notice.objects.filter(person=self._who(who)).order_by("pk")[number % 5 : number % 5 + 1].first()
        if notice:
            self.touched.add(notice.person_id)
            reading.read(notice)

    def wait(self, who: int, hours: int) -> None:
        self.travel.move_to(clock.now() + timedelta(hours=hours % 31, minutes=3))

    def settle(self) -> None:
        end = clock.now() + SETTLING
        while clock.now() < end:
            self.travel.move_to(clock.now() + STEP)
            digests.gather()
            delivery.deliver()

    def _who(self, who: int) -> User:
        return User.objects.get(pk=self.people[who % 2].pk)

    def _touch(self, who: int) -> User:
        self.touched.add(self.people[who % 2].pk)
        return self._who(who)


ACTS = ["tell", "deliver", "gather", "prefer", "turn_digest", "bar", "leave", "close", "finish", "read", "wait"]
ORDERS = st.lists(
    st.tuples(
        st.sampled_from([*ACTS, "tell", "tell", "deliver", "deliver", "wait"]), st.integers(0, 1), st.integers(0, 30)
    ),
    min_size=5,
    max_size=30,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=ORDERS)
def test_any_order_tells_each_once_and_only_who_may_be_told(order, monkeypatch) -> None:
    monkeypatch.setattr(delivery, "get_connection", Server)
    Server.taken, Server.died_after, Server.dies_at, Server.wrong = Counter(), Counter(), "", []
    Trial.barred, Trial.done = set(), set()
    with time_machine.travel(datetime.fromisoformat(MONDAY_NOON), tick=False) as travel, transaction.atomic():
        world = World(travel)
        for act, who, number in order:
            getattr(world, act)(who, number)
        world.settle()
        check(world)
        transaction.set_rollback(True)


def check(world: World) -> None:
    assert Server.wrong == []
    assert Notice.objects.count() == OutboxMessage.objects.exclude(notice=None).count() == world.told
    assert not OutboxMessage.objects.filter(state__in=(State.DUE, State.HELD, State.FAILED)).exists()
    for message in OutboxMessage.objects.select_related("digest"):
        copies = Server.taken[message.pk]
        sent = message.state == State.DELIVERED
        assert copies <= sent + Server.died_after[message.pk], "a copy more only where nobody could know"
        assert copies >= sent
        assert message.state != State.DROPPED or message.last_error
        if message.notice_id and message.person_id not in world.touched:
            assert (message.digest or message).state == State.DELIVERED
    days = Counter(OutboxMessage.objects.filter(key__startswith="digest:").values_list("key", flat=True))
    assert set(days.values()) <= {1}
