"""Checks asked for and made at the same moment, on a database that lets them overlap."""

from typing import Any

import pytest
from django.db import connection

from onboarding.models import Check, Section
from onboarding.services import check_runs, checks
from portal.accounts.models import User
from portal.core.errors import TooMany
from portal.probes import ntp
from portal.probes.outcome import Outcome, Verdict
from tests.at_once import outcomes
from tests.factories import onboardings as factory
from tests.factories import people

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the test database of SQLite is one connection"),
]

SERVERS = ["ntp1.acme.example", "ntp2.acme.example", "ntp3.acme.example"]


@pytest.fixture
def author() -> User:
    return people.contact(people.customer())


@pytest.fixture
def section(author: User, settings: Any) -> Section:
    """A section of which nothing was checked yet: the limit held back what the save would have had checked."""
    settings.PROBES_PER_HOUR = 0
    onboarding = factory.onboarding(author.memberships.get().customer)
    factory.answer(onboarding, "ntp", {"choice": "own", "servers": SERVERS}, author)
    settings.PROBES_PER_HOUR = 10
    return factory.section(onboarding, "ntp")


def test_two_who_ask_at_once_have_each_check_made_once(section: Section, author: User) -> None:
    other = people.contact(section.customer)

    asked = outcomes([lambda: checks.request(section, by=author), lambda: checks.request(section, by=other)])

    assert sorted(len(found) for found in asked) == [0, 3]
    assert Check.objects.count() == 3


def test_two_who_ask_at_once_share_the_limit(section: Section, author: User, settings: Any) -> None:
    settings.PROBES_PER_HOUR = 1

    def ask(number: int) -> Check:
        return checks.request_one(section, key="ntp.tells_time", pointer=f"servers/{number}", by=author)

    asked = outcomes([lambda: ask(0), lambda: ask(1)])

    assert {type(found) for found in asked} == {Check, TooMany}
    assert Check.objects.count() == 1


def test_two_workers_at_once_make_a_check_once(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def tells_time(server: str, **_: object) -> Outcome:
        asked.append(server)
        return Outcome(Verdict.OK, "It answers.")

    monkeypatch.setattr(ntp, "tells_time", tells_time)
    check = checks.request_one(section, key="ntp.tells_time", pointer="servers/0", by=author)

    outcomes([lambda: check_runs.run(check.pk)] * 2)

    assert asked == ["ntp1.acme.example"]


def test_asking_and_saving_at_once_wait_for_nobody_forever(section: Section, author: User) -> None:
    """Both append to the customer's audit record; the lock that the limit needs does not keep the other out."""
    onboarding = section.onboarding

    ended = outcomes(
        [
            lambda: checks.request(section, by=author),
            lambda: factory.answer(onboarding, "dns", {"choice": "route53", "zone": "acme.internal"}, author),
        ]
    )

    assert [found for found in ended if isinstance(found, Exception)] == []
