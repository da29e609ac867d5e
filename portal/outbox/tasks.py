"""What the worker does for the outbox."""

from typing import Any

from celery import shared_task

from portal.outbox import delivery


@shared_task(name="outbox.deliver", ignore_result=True)
def deliver(**_: Any) -> None:
    delivery.deliver()
