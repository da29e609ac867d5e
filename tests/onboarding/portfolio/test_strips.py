"""Whose turn it was in the last thirty days, as the rows of the portfolio draw it."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from environments.states import Owner
from onboarding.clocks.models import Clock, ClockPart
from onboarding.models import Onboarding
from onboarding.portfolio import strips
from portal.core import clock
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def turned(onboarding: Onboarding, *turns: tuple[str, float]) -> None:
    """Have these parties had their turn, each for so many days; the last one has it still."""
    whole = Clock.objects.get(onboarding=onboarding, kind=Clock.Kind.ONBOARDING)
    whole.parts.all().delete()
    start = clock.now() - timedelta(days=sum(days for _, days in turns))
    Clock.objects.filter(pk=whole.pk).update(started_at=start)
    for owner, days in turns:
        _part(whole, owner, start, start + timedelta(days=days))
        start += timedelta(days=days)
    ClockPart.objects.filter(clock=whole).order_by("-started_at")[0].delete()
    _part(whole, turns[-1][0], start - timedelta(days=turns[-1][1]), None)


def _part(whole: Clock, owner: str, start: datetime, end: datetime | None) -> None:
    ClockPart.objects.create(
        customer=whole.customer, clock=whole, owner=owner, cause="test", sentence="Why.", started_at=start, ended_at=end
    )


def strip(onboarding: Onboarding) -> strips.Strip:
    return strips.of([onboarding.pk])[onboarding.pk]


def test_each_stretch_is_in_its_partys_lane_as_long_as_it_lasted() -> None:
    onboarding = onboardings.onboarding()
    turned(onboarding, (Owner.CUSTOMER, 6), (Owner.PROVIDER, 3), (Owner.AWS, 1))

    found = strip(onboarding)

    assert [(bar.owner, bar.x, bar.width) for bar in found.bars] == [
        ("customer", 20.0, 6.0),
        ("provider", 26.0, 3.0),
        ("aws", 29.0, 1.0),
    ]
    assert len({bar.y for bar in found.bars}) == 3
    assert dict(found.days) == {"customer": "6 d", "provider": "3 d", "aws": "1 d"}


def test_what_was_longer_ago_is_cut_off() -> None:
    onboarding = onboardings.onboarding()
    turned(onboarding, (Owner.PROVIDER, 40), (Owner.CUSTOMER, 28))

    found = strip(onboarding)

    assert [(bar.owner, bar.x, bar.width) for bar in found.bars] == [("provider", 0.0, 2.0), ("customer", 2.0, 28.0)]
    assert dict(found.days) == {"customer": "28 d", "provider": "2 d"}


def test_stretches_of_one_party_in_a_row_are_one_bar() -> None:
    onboarding = onboardings.onboarding()
    turned(onboarding, (Owner.CUSTOMER, 2), (Owner.CUSTOMER, 3), (Owner.PROVIDER, 1))

    assert [(bar.owner, bar.x, bar.width) for bar in strip(onboarding).bars] == [
        ("customer", 24.0, 5.0),
        ("provider", 29.0, 1.0),
    ]


def test_what_lasted_for_minutes_is_still_seen() -> None:
    onboarding = onboardings.onboarding()
    turned(onboarding, (Owner.CUSTOMER, 0.002), (Owner.PROVIDER, 0.001))

    found = strip(onboarding)

    assert [bar.owner for bar in found.bars] == ["customer", "provider"]
    assert all(bar.x >= 0 and bar.x + bar.width <= strips.DAYS and bar.width > 0.5 for bar in found.bars)
    assert dict(found.days) == {"customer": "under 1 d", "provider": "under 1 d"}


def test_row_draws_it_and_says_it_in_words() -> None:
    onboarding = onboardings.onboarding()
    turned(onboarding, (Owner.CUSTOMER, 6), (Owner.PROVIDER, 3))
    client = Client()
    client.force_login(people.engineer())

    page = client.get("/onboardings/").content.decode()

    assert '<rect class="strip__bar" data-party="customer" x="21.0"' in page
    assert '<span class="nowrap">Customer 6 d</span>' in page
    assert '<span class="nowrap">WSO2 3 d</span>' in page
