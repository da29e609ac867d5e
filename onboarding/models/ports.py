"""The customer's firewall: what they say to have opened."""

from django.db import models

from onboarding.models.onboarding import Onboarding
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class PortOpening(TenantModel):
    """A person says that one row of the port matrix is opened in the customer's firewall. `row` is its key."""

    id = PrefixedIdField("pop")
    onboarding = models.ForeignKey(Onboarding, on_delete=models.CASCADE, related_name="port_openings")
    row = models.CharField(max_length=16)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["onboarding", "row"], name="port_opened_once")]

    def __str__(self) -> str:
        return f"{self.row} of {self.onboarding}"
