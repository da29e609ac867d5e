"""Leaves: load by id, one service call. Each may run twice or late."""

from typing import Any

from celery import shared_task

from onboarding.services import check_runs, checks, conditions, hand_overs, overdue_reviews


@shared_task(name="onboarding.expire_hand_overs", ignore_result=True)
def expire_hand_overs(**_: Any) -> None:
    hand_overs.expire_due()


@shared_task(name="onboarding.approve_by_condition", ignore_result=True)
def approve_by_condition(**_: Any) -> None:
    conditions.approve_waiting()


@shared_task(name="onboarding.look_at_reviews", ignore_result=True)
def look_at_reviews(**_: Any) -> None:
    overdue_reviews.look()


@shared_task(name="onboarding.run_check", ignore_result=True)
def run_check(check: str, **_: Any) -> None:
    check_runs.run(check)


@shared_task(name="onboarding.follow_checks", ignore_result=True)
def follow_checks(**_: Any) -> None:
    checks.follow_left_out()


@shared_task(name="onboarding.sweep_checks", ignore_result=True)
def sweep_checks(**_: Any) -> None:
    check_runs.sweep()
