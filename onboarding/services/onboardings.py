"""Opening an onboarding, cancelling it, and the stage that follows from the facts."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models.functions import Length

from environments.services import withdrawals
from onboarding import rules, stages
from onboarding.models import Onboarding, Section
from onboarding.sections import SECTIONS
from onboarding.signals import onboarding_changed
from onboarding.states import Stage
from portal.accounts.models import Customer, User
from portal.accounts.states import StaffRole
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

_ATTEMPTS = 20


def open(
    customer: Customer, *, title: str, account_manager: User, by: User | None, target_on: date | None = None
) -> Onboarding:
    """A new onboarding with its empty sections stands, under the year's next reference.

    Raises `Forbidden`, or `Invalid` naming title, account manager or target date.
    """
    if by and not rules.may_open(by):
        raise Forbidden("Only an account manager opens an onboarding.")
    problems = _problems(title, account_manager, target_on)
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        onboarding = _with_reference(
            Onboarding(
                customer=customer,
                title=" ".join(title.split()),
                account_manager=account_manager,
                target_on=target_on,
                stage_since=clock.now(),
            )
        )
        Section.objects.bulk_create(
            Section(customer=customer, onboarding=onboarding, key=section.key, position=position)
            for position, section in enumerate(SECTIONS)
        )
        after = {
            "reference": onboarding.reference,
            "title": onboarding.title,
            "account_manager": account_manager.email,
            "target_on": target_on,
        }
        record("onboarding.opened", onboarding, by=by, customer=customer, after=after)
        changed(onboarding)
    return onboarding


def _problems(title: str, account_manager: User, target_on: date | None) -> list[FieldProblem]:
    problems = []
    words = " ".join(title.split())
    if not words:
        problems.append(FieldProblem("title", "Enter a title, such as “Integration platform”", "missing"))
    elif len(words) > 120:
        problems.append(FieldProblem("title", f"Title must be at most 120 characters; this is {len(words)}."))
    if account_manager.staff_role not in (StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR):
        problems.append(
            FieldProblem("account_manager", f"{account_manager} is no account manager. Select another person.")
        )
    if target_on and target_on < clock.now().date():
        problems.append(FieldProblem("target_on", f"{target_on:%d %B %Y} has passed. Enter a day to come."))
    return problems


def _with_reference(onboarding: Onboarding) -> Onboarding:
    """Save under the next free reference of the year. Two that open at once take turns: the second tries the next."""
    for _ in range(_ATTEMPTS):
        onboarding.reference = _next_reference(clock.now().year)
        try:
            with transaction.atomic():
                onboarding.save(force_insert=True)
        except IntegrityError:
            continue
        return onboarding
    raise Conflict("Many onboardings are being opened at this moment.", remedy="Try again.")


def _next_reference(year: int) -> str:
    prefix = f"ONB-{year}-"
    taken = Onboarding.objects.filter(reference__startswith=prefix)
    last = taken.order_by(Length("reference").desc(), "-reference").values_list("reference", flat=True).first()
    number = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{number:04d}"


def cancel(onboarding: Onboarding, *, by: User | None) -> Onboarding:
    """The onboarding is over, and so are the active runs and open plans of its environments; what stands in AWS stays.

    An environment that another open onboarding has too goes on for that one. Raises `Forbidden`, or `Conflict` when live or
    cancelled.
    """
    if by and not rules.may_cancel(by, onboarding):
        raise Forbidden("Only an account manager cancels an onboarding.")
    with transaction.atomic():
        lock(onboarding)
        if onboarding.stage in (Stage.LIVE, Stage.CANCELLED):
            raise Conflict(f"You cannot cancel this onboarding: it is {onboarding.get_stage_display().lower()}.")
        before = onboarding.stage
        _move(onboarding, Stage.CANCELLED)
        record(
            "onboarding.cancelled",
            onboarding,
            by=by,
            customer=onboarding.customer,
            before={"stage": before},
            after={"stage": onboarding.stage},
        )
        _withdraw_environments(onboarding, by)
        changed(onboarding)
    return onboarding


def _withdraw_environments(onboarding: Onboarding, by: User | None) -> None:
    others = Onboarding.objects.exclude(pk=onboarding.pk).exclude(stage__in=(Stage.LIVE, Stage.CANCELLED))
    mine = onboarding.environments.select_related("customer").order_by("pk")
    for environment in mine.exclude(onboardings__in=others):
        withdrawals.withdraw(environment, by=by)


def refresh_stage(onboarding: Onboarding) -> Onboarding:
    """The stage says what the facts say; `stage_since` is the moment it became so. A cancelled one stays cancelled."""
    with transaction.atomic():
        lock(onboarding)
        before, stage = onboarding.stage, stages.derive(onboarding)
        if stage != before:
            _move(onboarding, stage)
            record(
                "onboarding.stage_changed",
                onboarding,
                by=None,
                customer=onboarding.customer,
                before={"stage": before},
                after={"stage": stage},
            )
        changed(onboarding)
    return onboarding


def lock(onboarding: Onboarding) -> None:
    """Hold the onboarding's row until the transaction ends, and read it afresh.

    Every act on a section holds it before the section's own row, so that two acts never wait for each other.
    """
    onboarding.refresh_from_db(from_queryset=Onboarding.objects.select_for_update())


def changed(onboarding: Onboarding) -> None:
    """Tell who follows an onboarding that it changed. Call it with its row held."""
    onboarding_changed.send(sender=Onboarding, onboarding=onboarding)


def _move(onboarding: Onboarding, stage: str) -> None:
    onboarding.stage, onboarding.stage_since = stage, clock.now()
    onboarding.save(update_fields=["stage", "stage_since"])
