"""Who is told that an environment misses its target: the account manager, once in a month."""

from django.urls import reverse

from environments.availability import events, selectors
from environments.availability.models import HealthWatch
from environments.availability.selectors import Measured
from portal.audit.services import record
from portal.outbox.services import notify


def tell_if_missed(watch: HealthWatch) -> None:
    """Tell of a target that the last 30 days miss, unless it was told in this month. Call it in the transaction of the reading
    that shows it."""
    measured = selectors.of_environment(watch.environment)
    if not measured.is_missed or measured.until is None:
        return
    month = f"{measured.until:%Y-%m}"
    if watch.told_month == month:
        return
    watch.told_month = month
    watch.save(update_fields=["told_month"])
    after = {"month": month, "target": str(measured.target), "measured": str(measured.percent)}
    record("availability.below_target", watch.environment, by=None, customer=watch.customer, after=after)
    _tell_managers(measured, month)


def _tell_managers(measured: Measured, month: str) -> None:
    environment = measured.environment
    for person in measured.handed_over.managers:
        notify(
            person,
            events.BELOW_TARGET,
            "availability_below_target",
            key=f"availability:{environment.pk}:{month}",
            subject=f"{environment}: {measured.percent} % available, {measured.target} % agreed",
            link=reverse("environment", args=[environment.pk]),
            customer=environment.customer,
            context={"environment": environment, "measured": measured, "days": selectors.USUAL_DAYS},
        )
