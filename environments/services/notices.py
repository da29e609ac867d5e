"""Who is told when a run needs a person: the customer when it waits for them, the engineers when it stops."""

from django.conf import settings

from environments.models import Run, RunStep
from environments.provisioning.steps import BY_KEY
from environments.states import Owner, StepState
from portal.accounts.models import User
from portal.accounts.states import CustomerRole, StaffRole
from portal.outbox.services import email


def tell(run: Run) -> None:
    """Leave the messages that the run's state calls for; each event is told to each person once."""
    for step in run.steps.all():
        if step.state == StepState.WAITING and step.waits_on == Owner.CUSTOMER:
            _tell_customer(run, step)
        elif step.state == StepState.FAILED:
            _tell_engineers(run, step)


def _tell_customer(run: Run, step: RunStep) -> None:
    editors = User.objects.filter(
        is_active=True,
        memberships__customer=run.customer_id,
        memberships__role__in=(CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR),
    )
    for person in editors:
        email(
            "customer_action",
            person.email,
            key=f"waits:{step.pk}:{_since(step)}:{person.pk}",
            subject=f"We are waiting for you: {BY_KEY[step.key].title.lower()} for {run.environment}",
            customer=run.customer,
            context={
                "person": person,
                "environment": run.environment,
                "reason": step.reason,
                "deadline": step.give_up_at,
                "link": f"{settings.PORTAL_URL}/actions/",
            },
        )


def _tell_engineers(run: Run, step: RunStep) -> None:
    for person in User.objects.filter(is_active=True, staff_role=StaffRole.OPERATIONS_ENGINEER):
        email(
            "run_stopped",
            person.email,
            key=f"stopped:{step.pk}:{step.finished_at and step.finished_at.isoformat()}:{person.pk}",
            subject=f"{run.environment}: {BY_KEY[step.key].title.lower()} stopped",
            customer=run.customer,
            context={
                "person": person,
                "environment": run.environment,
                "error": step.error,
                "link": f"{settings.PORTAL_URL}/runs/{run.pk}/",
            },
        )


def _since(step: RunStep) -> str:
    return step.waiting_since.isoformat() if step.waiting_since else ""
