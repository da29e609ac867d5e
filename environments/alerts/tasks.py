"""Leaves: one service call each. Each may run twice or late."""

from celery import shared_task

from environments.alerts.services import publishing


@shared_task(name="alerts.publish")
def publish(alert: str, **_: object) -> None:
    publishing.publish(alert)


@shared_task(name="alerts.sweep")
def sweep(**_: object) -> None:
    publishing.sweep()
