"""Test alerts that arrived, without the message and its link."""

from django.db import transaction

from environments.alerts import models
from environments.models import Environment
from environments.services import checklist, known
from portal.core import clock
from tests.factories import people


def arrived(environment: Environment) -> models.TestAlert:
    """Return a test alert that was sent to what stands now and confirmed; the checklist is judged by it."""
    outputs, now = known.outputs(environment), clock.now()
    made = models.TestAlert.objects.create(
        customer=environment.customer,
        environment=environment,
        topic=outputs.get("alert_topic", {}).get("topic_arn", "arn:aws:sns:eu-west-1:400000000000:alerts"),
        recipients=outputs.get("alert_recipients", {}).get("subscriptions", {}),
        requested_by=people.engineer(),
        requested_at=now,
        claimed_at=now,
        sent_at=now,
        confirmed_at=now,
        expires_at=now + models.LIFETIME,
    )
    with transaction.atomic():
        checklist.refresh(environment)
    return made
