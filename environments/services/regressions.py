"""Who is told that an automatic item is no longer true: the engineers, and whoever else is named from above."""

from collections.abc import Iterable, Sequence

from environments import events
from environments.models import ChecklistItem, Environment
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.outbox.services import notify


def tell_engineers(environment: Environment, items: Sequence[ChecklistItem]) -> None:
    """Tell the engineers. Call it in the transaction in which the items turned red."""
    tell(environment, items, User.objects.filter(is_active=True, staff_role=StaffRole.OPERATIONS_ENGINEER))


def tell(environment: Environment, items: Sequence[ChecklistItem], people: Iterable[User]) -> None:
    """Tell each of these people in one message of all the items that turned red in one look; once for each time that they do.
    Call it in that transaction."""
    first = items[0]
    for person in people:
        notify(
            person,
            events.REGRESSED,
            "checklist_regressed",
            key=f"regressed:{first.pk}:{first.revision}",
            subject=f"{environment}: no longer true: {first.title}",
            link=f"/environments/{environment.pk}/checklist/",
            customer=environment.customer,
            context={
                "environment": environment,
                "items": [{"title": item.title, "why": "; ".join(item.evidence.get("why", []))} for item in items],
            },
            to_act=True,
        )
