"""Leaves: load by id, one service call. Each may run twice or late."""

from typing import Any

from celery import shared_task

from onboarding.clocks.services import looking


@shared_task(name="onboarding.look_at_clocks", ignore_result=True)
def look_at_clocks(**_: Any) -> None:
    looking.look()
