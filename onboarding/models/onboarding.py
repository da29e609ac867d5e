"""The project of bringing a customer live."""

from django.db import models

from environments.models import Environment
from onboarding.states import Stage
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class Onboarding(TenantModel):
    """One project of bringing a customer live."""

    id = PrefixedIdField("onb")
    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.INTAKE)
    stage_since = models.DateTimeField()
    account_manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    target_on = models.DateField(null=True, blank=True)
    environments = models.ManyToManyField(Environment, related_name="onboardings", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
