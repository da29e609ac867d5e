"""Drift: what differs in AWS from the approved answers, found on a schedule or on demand. Repair is a plan like any other."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from environments.models import ChecklistItem, DriftCheck, Environment
from environments.provisioning import plan as planning
from environments.services import notices
from environments.services.shared_reads import SharedReads
from environments.states import ItemKind, PlanPurpose, RunState
from portal.audit.services import record
from portal.core import clock, queue


def note(environment: Environment, planned: Sequence[planning.PlannedStep]) -> DriftCheck:
    """Keep what a check found, and tell the engineers of what differs; where it is as before, keep only that it was looked at
    again. Call it in a transaction."""
    found = planning.findings([step for step in planned if step.action != planning.KEEP])
    now = clock.now()
    latest = environment.drift_checks.order_by("-found_at", "-id").first()
    if latest and latest.findings == found:
        latest.checked_at = now
        latest.save(update_fields=["checked_at"])
        return latest
    made = DriftCheck.objects.create(
        customer=environment.customer, environment=environment, findings=found, found_at=now, checked_at=now
    )
    if found:
        notices.tell_of_drift(made)
    if found or latest:
        after = {"steps": [one["step"] for one in found]}
        verb = "environment.drifted" if found else "environment.as_approved"
        record(verb, environment, by=None, customer=environment.customer, after=after)
    return made


def look_again(environment: Environment) -> None:
    """Have an environment that differed compared anew, now that a run has ended that may have mended it. Call it in a
    transaction."""
    latest = environment.drift_checks.order_by("-found_at", "-id").first()
    if latest and latest.findings:
        ask(environment)


def ask(environment: Environment) -> None:
    """Have AWS looked at as soon as a worker can. Call it in a transaction."""
    Environment.objects.filter(pk=environment.pk).update(check_requested_at=clock.now())
    queue.enqueue("environments.verify", environment=environment.pk)


def schedule() -> int:
    """Hint at a check of every account and Region in which one is due; return how many these are."""
    places = set(due().values_list("aws_account_id", "region"))
    for account, region in sorted(places):
        queue.enqueue("environments.check_drift", account=account, region=region)
    return len(places)


def due() -> QuerySet[Environment]:
    """Return the provisioned environments whose latest check is older than the interval, or of whose checklist an item is to be
    looked at again."""
    now = clock.now()
    before = now - settings.DRIFT_INTERVAL
    finished = Q(runs__state=RunState.FINISHED, runs__plan__purpose=PlanPurpose.PROVISION)
    found: QuerySet[Environment] = Environment.objects.filter(finished, torn_down_at=None).distinct()
    items = ChecklistItem.objects.filter(environment=OuterRef("pk"), kind=ItemKind.AUTOMATIC, due_at__lte=now)
    checked = DriftCheck.objects.filter(environment=OuterRef("pk"), checked_at__gt=before)
    return found.filter(~Exists(checked) | Exists(items)).order_by("pk")


def shared_by(environments: Iterable[Environment]) -> SharedReads:
    """Return the reads that these environments, all of one account and Region, can have in common."""
    rows = list(environments)
    return SharedReads(
        {
            f"tag:{settings.PROVIDER_TAG_PREFIX}:env": [row.pk for row in rows],
            "vpc-id": [row.vpc_id for row in rows if row.vpc_id],
        },
        prefix=f"{settings.PROVIDER_TAG_PREFIX}-".lower() if len(rows) > 1 else "",
    )
