"""What this app does when something below it changes."""

from typing import Any

from django.dispatch import receiver

from onboarding.actions.services import following
from onboarding.models import Onboarding
from onboarding.signals import onboarding_changed


@receiver(onboarding_changed, dispatch_uid="customer_actions.follow")
def follow(sender: Any, onboarding: Onboarding, **_: Any) -> None:
    """News of an environment comes this way too: the onboarding's stage is derived again, with its row held."""
    following.follow(onboarding)
