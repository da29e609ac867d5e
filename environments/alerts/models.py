"""Test alerts: messages to an environment's alert topic, each with a link by which whoever gets it says that it arrived."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from environments.alerts.states import AlertState
from environments.models import Environment
from portal.accounts.models import TenantModel, User
from portal.core import clock
from portal.core.ids import PrefixedIdField

LIFETIME = timedelta(days=7)
"""For so long the link of an alert confirms."""
LONGEST_NAME, LONGEST_ADDRESS = 120, 254


class TestAlert(TenantModel):
    """One message to the topic that the environment's alarms tell.

    `recipients`: who got it, as SNS lists them when it is published, each address with its subscription. `claimed_at`: when a
    worker took it; from then on it may have gone out. Its link is known to the message alone: `token_hash` is what is kept.
    `failure`: `code`, `message` and `remedy`, empty where nothing went wrong. `confirmed_name`, `confirmed_address`: who
    somebody with the link said they are. `simulated`: what is not real about it where a stand-in takes AWS's place."""

    id = PrefixedIdField("tal")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="test_alerts")
    topic = models.CharField(max_length=300)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    recipients = models.JSONField(default=dict, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=100, blank=True)
    failure = models.JSONField(default=dict, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    confirmed_address = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    simulated = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["environment"],
                condition=Q(replaced_at=None, confirmed_at=None),
                name="one_test_alert_waits_per_environment",
            ),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="test_alert_link_once"),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(sent_at=None, replaced_at=None, confirmed_at=None),
                name="test_alert_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"test alert of {self.environment}"

    @property
    def state(self) -> AlertState:
        if self.confirmed_at:
            return AlertState.CONFIRMED
        if self.failure:
            return AlertState.FAILED
        if self.replaced_at:
            return AlertState.REPLACED
        if self.expires_at <= clock.now():
            return AlertState.EXPIRED
        return AlertState.SENT if self.sent_at else AlertState.QUEUED
