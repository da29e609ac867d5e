"""Leaves: load by id, one service call. Each may run twice or late."""

from typing import Any

from celery import shared_task
from django.db import transaction

from onboarding.portfolio import standing
from onboarding.services import onboardings


@shared_task(name="reports.refresh_portfolio", ignore_result=True)
def refresh_portfolio(**_: Any) -> None:
    """What time alone moved, the rows of the portfolio say too."""
    for onboarding in standing.out_of_date():
        with transaction.atomic():
            onboardings.lock(onboarding)
            standing.refresh(onboarding)
