"""News from below: when an environment changes, the stage of its onboardings follows, and what can be checked only now is.
Who joins is given the sections that their address was asked for."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from environments.models import Environment
from environments.signals import environment_changed
from onboarding.models import Onboarding
from onboarding.services import asks, checks, onboardings
from portal.accounts.models import Customer, User
from portal.accounts.signals import member_joined


@receiver(environment_changed, dispatch_uid="onboarding.follow_environment")
def follow_environment(sender: Any, environment: Environment, **_: Any) -> None:
    """Once the news is committed, never within: a review locks the onboarding first and the environment's rows after it,
    and the other order would have the two wait for each other."""
    transaction.on_commit(lambda: _refresh(environment.pk), robust=True)  # no partial: Django logs a fault by its name


def _refresh(environment_id: str) -> None:
    for onboarding in Onboarding.objects.filter(environments=environment_id):
        onboardings.refresh_stage(onboarding)
        checks.follow(onboarding.pk)


@receiver(member_joined, dispatch_uid="onboarding.give_asked_sections")
def give_asked_sections(sender: Any, user: User, customer: Customer, **_: Any) -> None:
    asks.joined(user, customer)
