"""The project of bringing a customer live."""

from datetime import UTC, datetime

from django.db import models

from environments.models import Environment
from environments.states import Owner
from onboarding.states import Stage
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField

NO_ORDER = datetime(9999, 12, 31, tzinfo=UTC)
"""Where nothing runs out: behind everything that does. A date rather than NULL, so that one index gives the order."""


class Onboarding(TenantModel):
    """One project of bringing a customer live.

    The last five fields are the portfolio's, written by `onboarding/portfolio/standing.py` and derived from everything else:
    `due_at` and `due_for` say what runs out next, `order_at` is that moment or the end of the target date, `waiting_on` is the
    party whose turn its clock says it is (empty where it is over), and `search_text` has, in lower case, what people look for
    it by.
    """

    id = PrefixedIdField("onb")
    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.INTAKE)
    stage_since = models.DateTimeField()
    account_manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    target_on = models.DateField(null=True, blank=True)
    environments = models.ManyToManyField(Environment, related_name="onboardings", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_for = models.CharField(max_length=80, blank=True)
    order_at = models.DateTimeField(default=NO_ORDER)
    waiting_on = models.CharField(max_length=16, choices=Owner.choices, blank=True)
    search_text = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["order_at", "-id"], name="onboarding_in_order"),
            models.Index(fields=["stage", "order_at", "-id"], name="onboarding_by_stage"),
            models.Index(fields=["account_manager", "order_at", "-id"], name="onboarding_by_manager"),
            models.Index(fields=["waiting_on", "order_at", "-id"], name="onboarding_by_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
