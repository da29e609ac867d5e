"""News of checklists: who owns the relationship hears of what is no longer true, and a hand-over that waits is closed."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from environments.models import ChecklistItem, Environment
from environments.services import regressions
from environments.signals import checklist_regressed, environment_changed
from onboarding.services import hand_overs
from onboarding.states import Stage
from portal.accounts.models import User


@receiver(checklist_regressed, dispatch_uid="onboarding.tell_account_managers")
def tell_account_managers(sender: Any, environment: Environment, items: list[ChecklistItem], **_: Any) -> None:
    onboardings = environment.onboardings.exclude(stage=Stage.CANCELLED)
    people = User.objects.filter(is_active=True, pk__in=onboardings.values("account_manager"))
    regressions.tell(environment, items, people)


@receiver(environment_changed, dispatch_uid="onboarding.close_hand_overs")
def close_hand_overs(sender: Any, environment: Environment, **_: Any) -> None:
    """Once the news is committed: a release holds the hand-over's row first and the audit chain after it, and whoever brings
    the news has held the chain already. Should it be lost, the release itself refuses."""
    transaction.on_commit(lambda: hand_overs.withdraw_untrue(environment.pk), robust=True)
