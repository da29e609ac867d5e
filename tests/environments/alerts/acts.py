"""What is done about test alerts, by people and the worker."""

import re
from typing import Any

from environments.alerts import models as alerts
from environments.alerts.services import publishing, sending
from environments.models import Environment
from tests.environments.conftest import Behind
from tests.factories import people


def sent(environment: Environment, **who: Any) -> alerts.TestAlert:
    """Return a test alert that a worker has dealt with."""
    alert = sending.send(environment, by=who.get("by") or people.engineer())
    publishing.publish(alert.pk)
    alert.refresh_from_db()
    return alert


def token_in(cloud: Behind) -> str:
    """Return the token in the newest message that the topic got."""
    text = cloud.cloud.rows("sns", "message")[-1]["Message"]
    found = re.search(r"/test-alerts/([\w-]+)/", text)
    assert found, text
    return found[1]
