"""What the scheduler starts."""

from typing import Any

from celery import shared_task

from onboarding.services import hand_overs


@shared_task(name="onboarding.expire_hand_overs", ignore_result=True)
def expire_hand_overs(**_: Any) -> None:
    hand_overs.expire_due()
