"""Handing onboardings over to another account manager, one or many by one act."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse

from onboarding import rules
from onboarding.models import Onboarding
from onboarding.services import onboardings as services
from onboarding.states import Stage
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.audit.services import record
from portal.core.errors import FieldProblem, Forbidden, Invalid
from portal.outbox.services import notify

MOST_AT_ONCE = 200
EVENT = "onboarding_assigned"
"""What the new account manager is told of."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One onboarding that stays with whom it is, and why."""

    onboarding: Onboarding
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each onboarding that was asked for: `unchanged` were that person's already. `records` are the
    ids of the audit events."""

    account_manager: User
    assigned: list[Onboarding] = field(default_factory=list)
    unchanged: list[Onboarding] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    records: list[str] = field(default_factory=list)


def assign(onboardings: Sequence[Onboarding], *, account_manager: User, by: User) -> Outcome:
    """These onboardings are `account_manager`'s from now on. Each is audited; the new manager is told of all of them at once.

    Those that cannot move stay, and the outcome says why: the others move nevertheless. Raises `Forbidden`, or `Invalid` that
    names `account_manager` or `onboardings`.
    """
    if not rules.may_assign(by):
        raise Forbidden("Only an account manager hands an onboarding over.")
    if problems := _problems(onboardings, account_manager):
        raise Invalid(problems)
    outcome = Outcome(account_manager)
    with transaction.atomic():
        for onboarding in sorted(onboardings, key=lambda row: row.pk):
            _assign(onboarding, outcome, by)
        if outcome.assigned and account_manager != by:
            _tell(outcome, by)
    return outcome


def _problems(onboardings: Sequence[Onboarding], account_manager: User) -> list[FieldProblem]:
    problems = []
    if not onboardings:
        problems.append(FieldProblem("onboardings", "Select at least one onboarding", "missing"))
    if len(onboardings) > MOST_AT_ONCE:
        problems.append(FieldProblem("onboardings", f"Select at most {MOST_AT_ONCE} onboardings at once"))
    if not may_own(account_manager):
        message = f"{account_manager} is no account manager. Select another person."
        problems.append(FieldProblem("account_manager", message))
    return problems


def may_own(person: User) -> bool:
    """True for whom an onboarding can belong to."""
    return person.is_active and person.staff_role in (StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)


def _assign(onboarding: Onboarding, outcome: Outcome, by: User) -> None:
    services.lock(onboarding)
    before, after = onboarding.account_manager, outcome.account_manager
    if before == after:
        outcome.unchanged.append(onboarding)
        return
    if onboarding.stage == Stage.CANCELLED:
        message = f"{onboarding.reference} stays with {before}: it is cancelled."
        outcome.refused.append(Refused(onboarding, "cancelled", message))
        return
    onboarding.account_manager = after
    onboarding.save(update_fields=["account_manager"])
    event = record(
        "onboarding.assigned",
        onboarding,
        by=by,
        customer=onboarding.customer,
        before={"account_manager": before.email},
        after={"account_manager": after.email},
    )
    outcome.assigned.append(onboarding)
    outcome.records.append(event.pk)


def _tell(outcome: Outcome, by: User) -> None:
    """One message for all of them; the first record names the act."""
    rows, person = outcome.assigned, outcome.account_manager
    only = rows[0] if len(rows) == 1 else None
    link = reverse("onboarding", args=[only.pk]) if only else f"{reverse('onboarding_list')}?owner={person.pk}"
    subject = f"{only.reference} is yours" if only else f"{len(rows)} onboardings are yours"
    notify(
        person,
        EVENT,
        "onboardings_assigned",
        key=f"{EVENT}:{outcome.records[0]}",
        subject=subject,
        link=link,
        customer=only.customer if only else None,
        context={"rows": rows, "by": by},
    )
