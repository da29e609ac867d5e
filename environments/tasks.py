"""Leaves: load by id, one service call. Each may run twice or late."""

from celery import shared_task

from environments.services import checklist, drift, plans, runs


@shared_task(name="environments.compute_plan")
def compute_plan(plan: str, **_: object) -> None:
    plans.compute(plan)


@shared_task(name="environments.advance_run")
def advance_run(run: str, **_: object) -> None:
    runs.advance(run)


@shared_task(name="environments.verify")
def verify(environment: str, **_: object) -> None:
    checklist.verify(environment)


@shared_task(name="environments.check_drift")
def check_drift(account: str, region: str, **_: object) -> None:
    checklist.verify_all(account, region)


@shared_task(name="environments.schedule_drift_checks")
def schedule_drift_checks(**_: object) -> None:
    drift.schedule()


@shared_task(name="environments.sweep")
def sweep(**_: object) -> None:
    runs.sweep()
