"""What customers ask for after or beside their onboarding."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from environments.models import Environment
from onboarding.models import Onboarding
from onboarding.requests.catalogue import kind_title
from onboarding.requests.states import OPEN_REQUESTS, Coverage, RequestState
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class ServiceRequest(TenantModel):
    """One wish of a customer's, of a kind of the catalogue.

    `coverage` and `reason` are what the person was shown when they sent it, or what staff said when they routed or declined it;
    the catalogue may change later. `answer` is what came of it. `owner` is who of the provider's people does it.
    """

    id = PrefixedIdField("srq")
    onboarding = models.ForeignKey(
        Onboarding, on_delete=models.PROTECT, null=True, blank=True, related_name="service_requests"
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, null=True, blank=True, related_name="service_requests"
    )
    kind = models.CharField(max_length=40)
    details = models.TextField()
    coverage = models.CharField(max_length=16, choices=Coverage.choices)
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.OPEN)
    reason = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OPEN_REQUESTS, ended_at__isnull=True)
                | ~Q(state__in=OPEN_REQUESTS) & Q(ended_at__isnull=False),
                name="request_ends_with_its_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(RequestState.DECLINED, RequestState.ROUTED)) | ~Q(reason=""),
                name="request_is_refused_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["customer", "state"], name="request_of_customer")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The kind in words, with the environment it is about."""
        words = kind_title(self.kind)
        return f"{words}: {self.environment.name}" if self.environment else words
