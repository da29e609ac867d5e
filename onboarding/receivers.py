"""News from below: when an environment changes, the stage of its onboardings follows, and what can be checked only now is."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from environments.models import Environment
from environments.signals import environment_changed
from onboarding.models import Onboarding
from onboarding.services import checks, onboardings


@receiver(environment_changed, dispatch_uid="onboarding.follow_environment")
def follow_environment(sender: Any, environment: Environment, **_: Any) -> None:
    """Once the news is committed, never within: a review locks the onboarding first and the environment's rows after it,
    and the other order would have the two wait for each other."""
    transaction.on_commit(partial(_refresh, environment.pk), robust=True)


def _refresh(environment_id: str) -> None:
    for onboarding in Onboarding.objects.filter(environments=environment_id):
        onboardings.refresh_stage(onboarding)
        checks.follow(onboarding.pk)
