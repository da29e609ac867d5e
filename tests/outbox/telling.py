"""Events of no app, and somebody who is told of them."""

import pytest

from portal.accounts.models import Customer, User
from portal.outbox import events, services
from portal.outbox.models import Notice, OutboxMessage
from portal.outbox.states import Channel, Kind

MONDAY_NOON = "2026-11-23T12:00:00+00:00"
MONDAY_NIGHT = "2026-11-23T22:30:00+00:00"
ASKED, NEWS, URGENT, DIGESTED = "trial.asked", "trial.news", "trial.urgent", "trial.digested"


class Trial:
    """What the trial events' app would answer: who may act, and which objects are done."""

    barred: set[str] = set()
    done: set[str] = set()


@pytest.fixture(autouse=True)
def trial(monkeypatch: pytest.MonkeyPatch) -> type[Trial]:
    Trial.barred, Trial.done = set(), set()
    monkeypatch.setattr(events, "_events", dict(events._events))
    events.register(
        events.Event(
            ASKED,
            title="Something is asked",
            because="you can do it",
            kind=Kind.TO_ACT,
            may_act=lambda person, customer: person.pk not in Trial.barred,
            needed=lambda notice: notice.about not in Trial.done,
        ),
        events.Event(NEWS, title="Something happened", because="it concerns you"),
        events.Event(URGENT, title="Something urgent happened", because="it concerns you", urgent=True),
        events.Event(DIGESTED, title="Something small happened", because="it concerns you", channel=Channel.DIGEST),
    )
    return Trial


def tell(
    person: User, event: str = NEWS, *, key: str = "one", customer: Customer | None = None, about: str = ""
) -> None:
    services.notify(
        person,
        event,
        "review_draft_expired",
        key=f"{event}:{key}",
        subject=f"{event} {key}",
        link="/onboardings/",
        customer=customer,
        context={"judged": 2, "title": "DNS"},
        to_act=event == ASKED,
        about=about,
    )


def mail_of(event: str = NEWS, key: str = "one") -> OutboxMessage:
    return OutboxMessage.objects.get(key__startswith=f"{event}:{key}:")


def notice_of(event: str = NEWS, key: str = "one") -> Notice:
    return Notice.objects.get(key__startswith=f"{event}:{key}:")
