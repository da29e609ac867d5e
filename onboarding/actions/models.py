"""What only the customer can do, row by row, with what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from environments.models import Environment, RunStep
from onboarding.actions.states import UNDONE, ActionState
from onboarding.models import Onboarding, Section
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class CustomerAction(TenantModel):
    """One request for one thing that only the customer can do. It follows what it is about, and is never written by hand.

    `subject` is that thing: the id of a section, a hand-over or a checklist item, or an environment's id with the key of a
    step, and of a milestone where the step has several. The requests of one subject are numbered; `previous` is the one
    before. `due_at`: when waiting ends, None where nothing expires. `reminders_told` counts the steps of the ladder that were
    taken, `remind_at` is when the next one is due, None after the last; after an end without it being done, those that ask for
    a new request. `asked_again_at`: when somebody had that done.
    """

    id = PrefixedIdField("act")
    onboarding = models.ForeignKey(Onboarding, on_delete=models.CASCADE, related_name="customer_actions")
    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, null=True, blank=True, related_name="customer_actions"
    )
    section = models.ForeignKey(Section, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    step = models.ForeignKey(RunStep, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=80)
    number = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=ActionState.choices, default=ActionState.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    reminders_told = models.PositiveSmallIntegerField(default=0)
    remind_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)
    previous = models.OneToOneField("self", on_delete=models.RESTRICT, null=True, blank=True, related_name="successor")
    asked_again_at = models.DateTimeField(null=True, blank=True)
    asked_again_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="action_number_once_per_subject"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state=ActionState.OPEN), name="one_open_action_per_subject"
            ),
            models.CheckConstraint(
                condition=Q(state=ActionState.OPEN, ended_at__isnull=True)
                | ~Q(state=ActionState.OPEN) & Q(ended_at__isnull=False),
                name="action_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ActionState.OPEN, *UNDONE)) | Q(remind_at__isnull=True),
                name="action_reminds_while_wanted",
            ),
        ]
        indexes = [
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="action_to_remind_of"),
            models.Index(fields=["customer", "state", "due_at"], name="action_of_customer"),
            models.Index(fields=["state", "ended_at"], name="action_ended"),
            models.Index(fields=["state", "id"], name="action_in_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == ActionState.OPEN

    @property
    def is_of_loss(self) -> bool:
        """Return whether it asks for something that stood once: no step of a run waits for it, the checklist misses it."""
        return self.step_id is None and (":" in self.subject or self.kind == "lost_item")


class ActionReminder(TenantModel):
    """One step of an action's ladder, taken once: whom it told, by their names then. `stage` counts from 1."""

    class To(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        ACCOUNT_MANAGER = "account_manager", "Account manager"

    id = PrefixedIdField("rem")
    action = models.ForeignKey(CustomerAction, on_delete=models.CASCADE, related_name="reminders")
    stage = models.PositiveSmallIntegerField()
    to = models.CharField(max_length=16, choices=To.choices)
    people = models.JSONField(default=list)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "stage"], name="reminder_stage_once_per_action")]
        ordering = ["stage"]

    def __str__(self) -> str:
        return f"reminder {self.stage} of {self.action}"
