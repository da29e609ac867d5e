"""Leaves: load by id, one service call. Each may run twice or late."""

from celery import shared_task

from environments.availability.services import reading, turns


@shared_task(name="availability.schedule")
def schedule(**_: object) -> None:
    turns.schedule()


@shared_task(name="availability.read")
def read(environment: str, **_: object) -> None:
    reading.read(environment)
