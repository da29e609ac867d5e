"""Which test alerts may this person see."""

from django.db.models import QuerySet

from environments.alerts.models import TestAlert
from environments.models import Environment
from environments.selectors import Person


def of_environment(user: Person, environment: Environment) -> QuerySet[TestAlert]:
    """The test alerts of an environment, the newest first."""
    rows: QuerySet[TestAlert] = TestAlert.objects.visible_to(user).filter(environment=environment)
    return rows.select_related("customer", "environment__customer", "requested_by").order_by("-id")
