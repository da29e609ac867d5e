"""Which run comes next, so that no customer stands before all others.

A run is due when its time has come and no worker has it. Workers hold at most `RUN_SLOTS_PER_CUSTOMER` runs of one customer at
the same time (0: as many as there are). A run beyond that stays due: the end of another run of its customer hints at it, and so
does every sweep.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, Now, RowNumber

from environments.models import Run
from environments.states import WORKABLE_RUNS, RunState
from portal.accounts.models import Customer
from portal.core import queue

_LATELY = timedelta(hours=1)


def due() -> QuerySet[Run]:
    """The runs that a worker may take, as the database's clock has it."""
    unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Run.objects.filter(unleased, state__in=WORKABLE_RUNS, next_at__lte=Now())


def claimable(run_id: str) -> QuerySet[Run]:
    """The run, where it is due and its customer has a slot. Call it in the transaction of the claim.

    Two runs of one customer are claimed one after the other: both would count the same slot as free.
    """
    rows = due().filter(pk=run_id)
    if not settings.RUN_SLOTS_PER_CUSTOMER:
        return rows
    owner = Run.objects.filter(pk=run_id).values("customer_id")
    Customer.objects.select_for_update(no_key=True).filter(pk__in=Subquery(owner)).values_list("pk").first()
    return rows.alias(held=_held()).filter(held__lt=settings.RUN_SLOTS_PER_CUSTOMER)


def fairest(run_id: str) -> str:
    """The run that a worker takes on a hint at this one: of the customers of whom workers hold the fewest, and have begun the
    fewest lately, the one that is due longest. The hinted one is then left to the hint at that other.

    Without it, whoever asked for many at once would come before whoever asked for one a moment later.
    """
    in_line = due().alias(held=_held(), begun=_begun()).order_by("held", "begun", "next_at", "pk")
    return str(in_line.values_list("pk", flat=True).first() or run_id)


def _held() -> Any:
    """How many runs of the same customer a worker has now."""
    return _count(Run.objects.filter(customer=OuterRef("customer"), state=RunState.RUNNING, lease_until__gte=Now()))


def _begun() -> Any:
    """How many runs of the same customer were begun in the last hour."""
    return _count(Run.objects.filter(customer=OuterRef("customer"), started_at__gte=Now() - _LATELY))


def _count(rows: QuerySet[Run]) -> Any:
    return Coalesce(Subquery(rows.order_by().values("customer").annotate(n=Count("pk")).values("n")), Value(0))


def in_turn(runs: QuerySet[Run]) -> QuerySet[Run]:
    """One run of every customer, then the next of every customer: among each customer's the one that is due longest."""
    turn: Any = Window(RowNumber(), partition_by=[F("customer")], order_by=[F("next_at").asc(), F("pk").asc()])
    return runs.alias(turn=turn).order_by("turn", "next_at", "pk")


def hint_after_commit(customer_id: str) -> None:
    """A worker may have given a slot of this customer back: hint at the run that waits for one longest.

    Looked up after the commit, so that no run slips between: one that becomes due later sees the slot free by itself.
    """
    if settings.RUN_SLOTS_PER_CUSTOMER:
        transaction.on_commit(lambda: _hint(customer_id), robust=True)


def _hint(customer_id: str) -> None:
    waiting = due().filter(customer=customer_id).order_by("next_at", "pk").values_list("pk", flat=True).first()
    if waiting:
        queue.enqueue("environments.advance_run", run=waiting)
