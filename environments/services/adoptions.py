"""Adopting what was there before us: a person decides, and only where it is as specified."""

from typing import Any

from django.db import transaction

from environments import rules
from environments.models import Adoption, Plan
from environments.provisioning.plan import BLOCKED
from environments.provisioning.step import ADOPT
from environments.services import plans
from environments.states import PlanState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, Forbidden


def adoptable(plan: Plan) -> list[dict[str, Any]]:
    """Return what stands in the plan's way and could be adopted: step, kind, name and AWS id of each resource."""
    return [
        {"step": found["step"], **{key: change[key] for key in ("kind", "name", "aws_id")}}
        for found in plan.findings
        if found["action"] == BLOCKED and _fits(found)
        for change in found["changes"]
    ]


def adopt(plan: Plan, aws_id: str, *, by: User) -> Plan:
    """Use a resource of the customer's that is as specified instead of making one, and have a new plan made.

    It stays the customer's: it gets none of our tags, and a tear-down leaves it. Raises `Forbidden`, `Conflict` where this plan
    is not blocked by it.
    """
    if not rules.may_provision(by):
        raise Forbidden("Adopting what is there is for the provider's operations engineers.")
    with transaction.atomic():
        plans.lock(plan.environment_id)
        found = next((one for one in adoptable(plan) if one["aws_id"] == aws_id), None)
        if plan.state != PlanState.BLOCKED or found is None:
            raise Conflict(
                "This plan does not wait for a decision about that resource.",
                remedy="Make a new plan and look at what stands in its way.",
            )
        adoption, _ = Adoption.objects.get_or_create(
            environment=plan.environment,
            aws_id=aws_id,
            defaults={
                "customer": plan.customer,
                "step": found["step"],
                "kind": found["kind"],
                "name": found["name"],
                "adopted_by": by,
            },
        )
        record("resource.adopted", adoption, by=by, customer=plan.customer, after={"aws_id": aws_id, **found})
        return plans.request(plan.environment, by=by)


def _fits(found: dict[str, Any]) -> bool:
    """Return whether all that is in the way may be adopted: none of it differs from what is specified."""
    changes = found["changes"]
    return bool(changes) and all(one["action"] == ADOPT and not one["differences"] for one in changes)
