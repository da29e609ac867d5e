"""Whatever changes in an onboarding settles its clocks, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from onboarding.clocks.services.settle import settle
from onboarding.models import Onboarding
from onboarding.signals import onboarding_changed


@receiver(onboarding_changed, dispatch_uid="clocks.settle")
def follow(sender: Any, onboarding: Onboarding, **_: Any) -> None:
    settle(onboarding)
