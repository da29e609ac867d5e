"""The release of product URLs and credentials."""

from django.db import models
from django.db.models import F, Q

from environments.models import Environment
from onboarding.states import OPEN_HAND_OVERS, HandOverState
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField
from portal.vault.models import SealedSecret


class HandOver(TenantModel):
    """The release of product URLs and administrator credentials of one environment, by two people to a third.

    `frozen` is what the two released (checklist, recipient, URLs) and `digest` its hash. `claim_digest` is the hash of the
    key that the recipient's browser made: the same browser gets the same answer within two minutes, nobody else does.
    """

    id = PrefixedIdField("hov")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="hand_overs")
    state = models.CharField(max_length=16, choices=HandOverState.choices, default=HandOverState.REQUESTED)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    frozen = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    secret = models.ForeignKey(SealedSecret, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revealed_at = models.DateTimeField(null=True, blank=True)
    claim_digest = models.CharField(max_length=64, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(released_by=F("requested_by")), name="hand_over_two_people_release"),
            models.CheckConstraint(condition=~Q(recipient=F("requested_by")), name="hand_over_requester_not_recipient"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(recipient=F("released_by")),
                name="hand_over_approver_not_recipient",
            ),
            models.UniqueConstraint(
                fields=["environment"],
                condition=Q(state__in=OPEN_HAND_OVERS),
                name="one_open_hand_over_per_environment",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.environment}"
