"""Who is told that a finish clock is nearly over, or over: the engineers and the account manager, each once. Of a breach that
was withdrawn the account manager is told."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from onboarding.clocks.models import Clock
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.core import clock as time
from portal.outbox.services import notify
from portal.ui.drawings.gantt import duration

_SUBJECTS = {
    "warned": "{environment}: the day to provision it is nearly over",
    "breached": "{environment}: the day to provision it is over",
}


def tell(clock: Clock, what: str, used: timedelta) -> None:
    """Leave the message of one event. The moment is in its key: a correction can make another one of it."""
    moment = clock.breached_at if what == "breached" else clock.warned_at
    due_at = clock.breached_at or clock.due_at
    for person in _readers(clock):
        notify(
            person,
            f"finish_clock_{what}",
            f"finish_clock_{what}",
            key=f"finish_clock_{what}:{clock.pk}:{moment.isoformat() if moment else ''}",
            subject=_SUBJECTS[what].format(environment=clock.environment),
            link=reverse("timeline", args=[clock.onboarding_id]),
            customer=clock.customer,
            context={
                "clock": clock,
                "environment": clock.environment,
                "used": duration(used),
                "allowed": duration(clock.allowed or timedelta()),
                "due_at": due_at,
            },
            to_act=True,
            about=clock.pk,
        )


def tell_withdrawn(clock: Clock, breached_at: datetime, reason: str, used: timedelta) -> None:
    """Leave the message that a breach is none any more. The same one can be withdrawn again later: the moment is in the key."""
    notify(
        clock.onboarding.account_manager,
        "finish_clock_breach_withdrawn",
        "finish_clock_breach_withdrawn",
        key=f"finish_clock_breach_withdrawn:{clock.pk}:{time.now().isoformat()}",
        subject=f"{clock.environment}: its day to provision is not over after all",
        link=reverse("timeline", args=[clock.onboarding_id]),
        customer=clock.customer,
        context={
            "environment": clock.environment,
            "breached_at": breached_at,
            "reason": reason,
            "used": duration(used),
            "allowed": duration(clock.allowed or timedelta()),
        },
        about=clock.pk,
    )


def _readers(clock: Clock) -> QuerySet[User]:
    people = User.objects.filter(is_active=True)
    manager = Q(pk=clock.onboarding.account_manager_id)
    return people.filter(manager | Q(staff_role=StaffRole.OPERATIONS_ENGINEER)).order_by("pk")
