"""Who is told when a person is needed: the customer when a run waits for them, the engineers when it stops, or AWS drifted."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from environments import events
from environments.models import DriftCheck, Environment, Run, RunStep
from environments.provisioning.steps import BY_KEY
from environments.states import Owner, StepState
from portal.accounts.models import User
from portal.accounts.states import CustomerRole, StaffRole
from portal.outbox import selectors as outbox
from portal.outbox.services import notify
from portal.ui import times


def tell(run: Run) -> None:
    """Leave the messages that the run's state calls for; each event is told to each person once."""
    for step in run.steps.all():
        if step.state == StepState.WAITING and step.waits_on == Owner.CUSTOMER:
            _tell_customer(run, step)
        elif step.state == StepState.FAILED:
            ended = step.finished_at and step.finished_at.isoformat()
            _tell_engineers(
                run, f"{BY_KEY[step.key].title.lower()} stopped", step.error, f"{step.pk}:{ended}", about=step.pk
            )


def tell_of_defect(run: Run) -> None:
    """Tell the engineers that the run stopped as a whole, at no step."""
    _tell_engineers(run, "the run stopped", run.error, f"{run.pk}:{run.epoch}")


def tell_of_drift(check: DriftCheck) -> None:
    """Tell the engineers that AWS was found other than approved; once for each state in which it is found."""
    environment = check.environment
    for person in _engineers():
        _send(
            events.DRIFTED,
            "drift_found",
            person,
            environment,
            f"drift:{check.pk}",
            subject=f"{environment}: AWS differs from what is approved",
            path=f"environments/{environment.pk}/drift/",
            steps=[found["title"] for found in check.findings],
        )


def _tell_customer(run: Run, step: RunStep) -> None:
    editors = User.objects.filter(
        is_active=True,
        memberships__customer=run.customer_id,
        memberships__role__in=(CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR),
    )
    for person in editors:
        _send(
            events.WAITS,
            "customer_action",
            person,
            run.environment,
            f"waits:{step.pk}:{_since(step)}",
            subject=f"We are waiting for you: {BY_KEY[step.key].title.lower()} for {run.environment}",
            path=f"actions/?step={step.pk}",
            about=step.pk,
            reason=step.reason,
            deadline=_in_their_zone(person, step.give_up_at),
        )


def _in_their_zone(person: User, deadline: datetime | None) -> str:
    """Return the moment as the reader's clock shows it, with weekday and zone; empty where nothing ends."""
    if deadline is None:
        return ""
    with timezone.override(outbox.zone(outbox.preferences(person))):
        return times.absolute(deadline)


def _tell_engineers(run: Run, what: str, error: dict[str, str], key: str, *, about: str = "") -> None:
    for person in _engineers():
        _send(
            events.STOPPED,
            "run_stopped",
            person,
            run.environment,
            f"stopped:{key}",
            subject=f"{run.environment}: {what}",
            path=f"runs/{run.pk}/",
            about=about,
            error=error,
        )


def _send(
    event: str,
    template: str,
    person: User,
    environment: Environment,
    key: str,
    *,
    subject: str,
    path: str,
    about: str = "",
    **more: Any,
) -> None:
    """Ask a person to act, once for each key. `path`: where in the portal they see what it is about."""
    notify(
        person,
        event,
        template,
        key=key,
        subject=subject,
        link=f"/{path}",
        customer=environment.customer,
        context={"environment": environment, **more},
        to_act=True,
        about=about,
    )


def _engineers() -> QuerySet[User]:
    return User.objects.filter(is_active=True, staff_role=StaffRole.OPERATIONS_ENGINEER)


def _since(step: RunStep) -> str:
    return step.waiting_since.isoformat() if step.waiting_since else ""
