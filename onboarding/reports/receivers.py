"""The portfolio's columns and the stays in each stage follow an onboarding, in the transaction of what changed it."""

from typing import Any

from django.dispatch import receiver

from environments.models import Environment
from environments.signals import environment_changed
from onboarding.clocks.models import Clock
from onboarding.clocks.signals import clock_corrected
from onboarding.models import Onboarding
from onboarding.portfolio import standing
from onboarding.reports.services import failures, stays
from onboarding.signals import onboarding_changed


@receiver(onboarding_changed, dispatch_uid="reports.follow_onboarding")
def follow_onboarding(sender: Any, onboarding: Onboarding, **_: Any) -> None:
    standing.refresh(onboarding)
    stays.follow(onboarding)


@receiver(clock_corrected, dispatch_uid="reports.follow_correction")
def follow_correction(sender: Any, clock: Clock, **_: Any) -> None:
    stays.count_again(clock.onboarding)


@receiver(environment_changed, dispatch_uid="reports.follow_environment")
def follow_environment(sender: Any, environment: Environment, **_: Any) -> None:
    failures.note(environment)
