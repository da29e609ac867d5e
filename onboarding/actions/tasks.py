"""Leaves: one service call each. Each may run twice or late."""

from typing import Any

from celery import shared_task

from onboarding.actions.services import reminders


@shared_task(name="onboarding.remind_of_actions", ignore_result=True)
def remind_of_actions(**_: Any) -> None:
    reminders.follow_lost_news()
    reminders.remind_of_due()
