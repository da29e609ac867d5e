"""News from the intake: a frozen specification says how an environment is backed up."""

from typing import Any

from django.dispatch import receiver

from backups.services import policies
from environments.models import Specification
from environments.signals import specification_frozen


@receiver(specification_frozen, dispatch_uid="backups.adopt_policy")
def adopt_policy(sender: Any, specification: Specification, **_: Any) -> None:
    policies.adopt(specification)
