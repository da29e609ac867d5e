"""How many checks a customer may have made in an hour: what is asked of others' servers, and what is read in AWS."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from onboarding.models import Check
from portal.accounts.models import Customer
from portal.core import clock
from portal.core.errors import TooMany

_WINDOW = timedelta(hours=1)
_LIMITED = (Check.How.PORTAL, Check.How.AWS)


def hold(customer: Customer) -> None:
    """Let nobody else ask for checks of this customer until the transaction ends, so that two cannot take the same place.

    Rows that refer to the customer can still be written: whoever holds the end of the audit chain meanwhile would wait for us
    otherwise, and we for them.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


def left(customer: Customer, how: str) -> int:
    """Return how many more may be asked for now."""
    return max(0, _allowed(how) - _counted(customer, how).count())


def free_at(customer: Customer, how: str) -> datetime | None:
    """Return when the next may be asked for; None: now."""
    if left(customer, how):
        return None
    taken = list(_counted(customer, how).order_by("-queued_at").values_list("queued_at", flat=True)[: _allowed(how)])
    return (taken[-1] if taken else clock.now()) + _WINDOW


def were_full() -> list[str]:
    """Return the ids of customers who had as many checks as they may within the last two hours: what was left out then may
    have room by now."""
    counted = Check.objects.filter(how__in=_LIMITED, queued_at__gt=clock.now() - 2 * _WINDOW).order_by()
    rows = counted.values_list("customer", "how").annotate(Count("pk"))
    return sorted({customer for customer, how, number in rows if number >= _allowed(how)})


def refusal(customer: Customer, how: str) -> TooMany:
    """Return what says that the limit is reached, and until when."""
    free = free_at(customer, how) or clock.now()
    seconds = max(1, round((free - clock.now()).total_seconds()))
    what = "checks in AWS" if how == Check.How.AWS else "checks over the network"
    minutes = -(-seconds // 60)
    return TooMany(
        f"{customer} has had {_allowed(how)} {what} within an hour, which is the limit. The next is free in "
        f"{minutes} {'minute' if minutes == 1 else 'minutes'}.",
        retry_after_seconds=seconds,
    )


def _allowed(how: str) -> int:
    allowed: int = settings.AWS_CHECKS_PER_HOUR if how == Check.How.AWS else settings.PROBES_PER_HOUR
    return allowed


def _counted(customer: Customer, how: str):  # type: ignore[no-untyped-def]
    return Check.objects.filter(customer=customer, how=how, queued_at__gt=clock.now() - _WINDOW)
