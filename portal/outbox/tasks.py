"""What the worker does for the outbox."""

from typing import Any

from celery import shared_task

from portal.outbox import delivery, digests


@shared_task(name="outbox.deliver", ignore_result=True)
def deliver(**_: Any) -> None:
    delivery.deliver()


@shared_task(name="outbox.gather_digests", ignore_result=True)
def gather_digests(**_: Any) -> None:
    digests.gather()
