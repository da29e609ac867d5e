"""Who is told when a person is needed: the customer when a run waits for them, the engineers when it stops, or AWS drifted."""

from django.conf import settings
from django.db.models import QuerySet

from environments.models import DriftCheck, Run, RunStep
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
            ended = step.finished_at and step.finished_at.isoformat()
            _tell_engineers(run, f"{BY_KEY[step.key].title.lower()} stopped", step.error, f"{step.pk}:{ended}")


def tell_of_defect(run: Run) -> None:
    """Tell the engineers that the run stopped as a whole, at no step."""
    _tell_engineers(run, "the run stopped", run.error, f"{run.pk}:{run.epoch}")


def tell_of_drift(check: DriftCheck) -> None:
    """Tell the engineers that AWS was found other than approved; once for each state in which it is found."""
    steps = [found["title"] for found in check.findings]
    for person in _engineers():
        email(
            "drift_found",
            person.email,
            key=f"drift:{check.pk}:{person.pk}",
            subject=f"{check.environment}: AWS differs from what is approved",
            customer=check.customer,
            context={
                "person": person,
                "environment": check.environment,
                "steps": steps,
                "link": f"{settings.PORTAL_URL}/environments/{check.environment_id}/drift/",
            },
        )


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


def _tell_engineers(run: Run, what: str, error: dict[str, str], key: str) -> None:
    for person in _engineers():
        email(
            "run_stopped",
            person.email,
            key=f"stopped:{key}:{person.pk}",
            subject=f"{run.environment}: {what}",
            customer=run.customer,
            context={
                "person": person,
                "environment": run.environment,
                "error": error,
                "link": f"{settings.PORTAL_URL}/runs/{run.pk}/",
            },
        )


def _engineers() -> QuerySet[User]:
    return User.objects.filter(is_active=True, staff_role=StaffRole.OPERATIONS_ENGINEER)


def _since(step: RunStep) -> str:
    return step.waiting_since.isoformat() if step.waiting_since else ""
