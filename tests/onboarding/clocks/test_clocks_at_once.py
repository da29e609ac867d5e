"""Workers that look at the same clocks in the same moment take turns: nothing is made or told twice."""

from datetime import timedelta

import pytest

from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.services import looking
from onboarding.models import Onboarding
from onboarding.services import onboardings as services
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.at_once import outcomes
from tests.factories import onboardings
from tests.onboarding.clocks.stories import accepted

pytestmark = pytest.mark.django_db(transaction=True)


def settles(onboarding: Onboarding):
    return lambda: bool(services.refresh_stage(Onboarding.objects.get(pk=onboarding.pk)))


def test_an_onboarding_gets_one_clock():
    onboarding = onboardings.onboarding()
    Clock.objects.all().delete()

    assert outcomes([settles(onboarding), settles(onboarding), settles(onboarding)]) == [True, True, True]

    assert Clock.objects.count() == 1
    assert ClockPart.objects.count() == 1


def test_an_environment_of_two_onboardings_gets_one_finish_clock():
    onboarding, _, found = accepted(clock.now() - timedelta(hours=1))
    other = onboardings.onboarding(onboarding.customer)
    other.sections.update(state="approved")
    other.environments.set(onboarding.environments.all())
    found.delete()

    assert outcomes([settles(onboarding), settles(other)]) == [True, True]

    assert Clock.objects.filter(kind="finish").count() == 1


def test_a_breach_is_told_once():
    onboarding, _, found = accepted(clock.now() - timedelta(hours=1))
    began = clock.now() - timedelta(hours=30)
    Clock.objects.filter(pk=found.pk).update(started_at=began, look_at=clock.now())
    ClockPart.objects.filter(clock=found).update(started_at=began)

    def look() -> bool:
        looking.look()
        return True

    assert outcomes([look, look, settles(onboarding)]) == [True, True, True]

    assert AuditEvent.objects.filter(action="clock.breached").count() == 1
    mails = OutboxMessage.objects.filter(key__startswith="finish_clock_breached", recipient__contains="staff")
    assert mails.values("recipient").distinct().count() == mails.count() > 0
