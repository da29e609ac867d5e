"""News from below: when an environment changes, the stage of its onboardings follows."""

from typing import Any

from django.dispatch import receiver

from environments.models import Environment
from environments.signals import environment_changed
from onboarding.models import Onboarding
from onboarding.services import onboardings


@receiver(environment_changed, dispatch_uid="onboarding.follow_environment")
def follow_environment(sender: Any, environment: Environment, **_: Any) -> None:
    for onboarding in Onboarding.objects.filter(environments=environment):
        onboardings.refresh_stage(onboarding)
