"""The link in a test alert, by which whoever got it says so without logging in.

Its token is 256 random bits that stand in the message alone; kept is their digest. It is good for one alert, for seven days,
once, and ends when a newer alert is sent.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from environments.alerts import events
from environments.alerts.models import LONGEST_ADDRESS, LONGEST_NAME, TestAlert
from environments.alerts.services import looking
from environments.alerts.states import AlertState
from environments.services import plans
from portal.accounts.services import one_time
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Invalid, NotFound
from portal.outbox.services import notify


def opened(token: str) -> TestAlert:
    """Return the alert that the link confirms.

    Raises `NotFound` for a link that was not made here, `Conflict` for one that is used, replaced or has ended.
    """
    rows = TestAlert.objects.select_related("environment__customer", "requested_by")
    alert = rows.filter(token_hash=one_time.digest(token)).first()
    if alert is None:
        raise NotFound("This link is not one of ours, or not whole.")
    if alert.confirmed_at:
        raise Conflict("Somebody has confirmed this test alert already.", remedy="Nothing is left to do.")
    if alert.replaced_at:
        raise Conflict("A newer test alert was sent.", remedy="Open the link in the newest one.")
    if alert.expires_at <= clock.now():
        raise Conflict("This link has ended: it was good for 7 days.", remedy="Ask for another test alert.")
    return alert


def confirm(token: str, *, name: str = "", address: str = "") -> TestAlert:
    """Keep that the alert arrived, tell who sent it, and have the checklist judged.

    `name`, `address`: who the person says they are, if they do. Raises as `opened`, and `Invalid`.
    """
    name, address = _one_line(name), _one_line(address)
    _require_sound(name, address)
    found = opened(token)
    with transaction.atomic():
        plans.lock(found.environment_id)
        return arrived(opened(token), name=name, address=address)


def arrived(alert: TestAlert, *, name: str = "", address: str = "") -> TestAlert:
    """Keep that this alert arrived. Call it with the environment's row held, for an alert that waits for it."""
    before = alert.state
    alert.confirmed_at, alert.confirmed_name, alert.confirmed_address = clock.now(), name, address
    alert.save(update_fields=["confirmed_at", "confirmed_name", "confirmed_address"])
    record(
        "test_alert.confirmed",
        alert,
        by=None,
        customer=alert.environment.customer,
        before={"state": before},
        after={"state": AlertState.CONFIRMED, "name": name, "address": address},
    )
    _tell(alert)
    looking.ask(alert.environment)
    return alert


def _require_sound(name: str, address: str) -> None:
    problems = []
    if len(name) > LONGEST_NAME:
        problems.append(FieldProblem("name", f"Enter at most {LONGEST_NAME} characters", "too_long"))
    if address:
        try:
            validate_email(address)
        except ValidationError:
            problems.append(FieldProblem("address", "Enter an e-mail address, or nothing"))
    if len(address) > LONGEST_ADDRESS:
        problems.append(FieldProblem("address", f"Enter at most {LONGEST_ADDRESS} characters", "too_long"))
    if problems:
        raise Invalid(problems)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _tell(alert: TestAlert) -> None:
    """Tell who sent it, in the portal."""
    sender = alert.requested_by
    if not sender.is_active:
        return
    notify(
        sender,
        events.CONFIRMED,
        "test_alert_confirmed",
        key=f"test_alert_confirmed:{alert.pk}",
        subject=f"{alert.environment}: the test alert arrived",
        link=f"/environments/{alert.environment_id}/checklist/",
        customer=alert.environment.customer,
        context={"alert": alert},
    )
