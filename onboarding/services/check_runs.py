"""Making a check: claimed by one conditional UPDATE, made outside any transaction, kept only by whoever holds it."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from environments.provisioning.ports import CallFailed, Failure
from onboarding.checks import called_for
from onboarding.checks import known as facts
from onboarding.checks.definition import Known, NotYet, Wanted
from onboarding.models import Check, Onboarding
from onboarding.services import checks
from onboarding.services.check_means import TaskMeans
from onboarding.states import CheckState, CheckVerdict, Stage
from portal.audit.services import record
from portal.core import clock, queue
from portal.probes.outcome import Outcome
from portal.vault.errors import VaultError
from portal.vault.models import SealedSecret

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""After so many workers that did not come back, the check itself is the likely cause."""

_WAIT_LEAST = timedelta(seconds=30)
_WAIT_SHARE = 20
"""A role that is missed for long is looked for ever more rarely: after a twentieth of the time that has passed."""

_AT_ONCE = 200

Found = tuple[str, str, str, dict[str, object]]
"""Verdict, message, remedy and facts."""


def run(check_id: str) -> None:
    """Make this check if nobody else does. What it raises becomes its result: it says nothing of the answer."""
    check = _claim(check_id)
    if check is None:
        return
    known = facts.of(check.section.onboarding)
    wanted = _wanted(check, known)
    if wanted is None:
        found: Found = (CheckVerdict.UNKNOWN, "The answer was taken away before it was checked.", "", {})
    else:
        Check.objects.filter(pk=check.pk, attempt=check.attempt).update(inputs_digest=wanted.digest)
        found = _made(check, wanted, known)
    _finish(check, found)


def _claim(check_id: str) -> Check | None:
    free = Check.objects.filter(pk=check_id, state=CheckState.QUEUED)
    if not free.update(state=CheckState.RUNNING, started_at=clock.now(), attempt=F("attempt") + 1):
        return None
    rows = Check.objects.select_related("customer", "section", "section__onboarding", "section__onboarding__customer")
    return rows.get(pk=check_id)


def _wanted(check: Check, known: Known) -> Wanted | None:
    found = called_for(check.section.key, known)
    return next((one for one in found if (one.key, one.pointer) == (check.key, check.pointer)), None)


def _made(check: Check, wanted: Wanted, known: Known) -> Found:
    try:
        outcome: Outcome = wanted.run(TaskMeans(check, known))
    except NotYet as missing:
        return CheckVerdict.WAITING, missing.message, missing.remedy, {}
    except CallFailed as failed:
        return CheckVerdict.UNKNOWN, *_explained(failed), {}
    except (VaultError, SealedSecret.DoesNotExist):
        return CheckVerdict.UNKNOWN, "The stored password cannot be opened.", "Enter the password again and save.", {}
    except Exception:
        log.exception("a check stopped", extra={"check": check.pk, "key": check.key})
        remedy = f"Check again. If that does not help, write to {settings.SUPPORT_EMAIL}."
        return CheckVerdict.UNKNOWN, "The check itself stopped, by a fault of the portal's.", remedy, {}
    return str(outcome.verdict), outcome.message, outcome.remedy, dict(outcome.facts)


def _explained(failed: CallFailed) -> tuple[str, str]:
    action = failed.operation or "the call"
    if failed.failure == Failure.DENIED:
        return (
            f"AWS denied {action}: the role does not let us in any more, or may not read this.",
            "Deploy the current template in this account, then check again.",
        )
    if failed.failure == Failure.NOT_SIMULATED:
        return f"The AWS stand-in cannot do {action}.", "This is checked on AWS only."
    if failed.failure == Failure.RETRYABLE:
        return f"AWS did not answer {action}.", "Check again in a few minutes."
    return f"AWS refused {action}: {failed.code}.", "Check again. If it stays so, tell your account manager."


def _finish(check: Check, found: Found) -> None:
    """Keep what was found, unless another worker has taken the check over since; then have checked what depends on it."""
    verdict, message, remedy, given = found
    mine = Check.objects.filter(pk=check.pk, state=CheckState.RUNNING, attempt=check.attempt)
    waited_before = check.verdict == "" and check.message != "" and verdict == CheckVerdict.WAITING
    with transaction.atomic():
        kept = mine.update(
            state=CheckState.DONE,
            verdict=verdict,
            message=message,
            remedy=remedy,
            facts=given,
            finished_at=clock.now(),
        )
        if not kept:
            return
        if not waited_before:
            after = {"key": check.key, "pointer": check.pointer, "verdict": verdict}
            record("check.finished", check, by=None, customer=check.customer, after=after)
        checks.follow_later(check.section.onboarding)


def sweep() -> None:
    """Give out anew what no worker has begun or come back from, and look again for roles that were missing."""
    now = clock.now()
    lost = Check.objects.filter(state=CheckState.RUNNING, started_at__lt=now - settings.CHECK_LEASE)
    for check in lost.select_related("customer", "section", "section__onboarding")[:_AT_ONCE]:
        _take_back(check)
    unbegun = Check.objects.filter(state=CheckState.QUEUED, queued_at__lt=now - settings.RUN_SWEEP)
    for id in unbegun.values_list("pk", flat=True)[:_AT_ONCE]:
        queue.enqueue("onboarding.run_check", check=id)
    _look_for_roles()


def _take_back(check: Check) -> None:
    if check.attempt >= MOST_ATTEMPTS:
        remedy = f"Check again. If that does not help, write to {settings.SUPPORT_EMAIL}."
        _finish(
            check, (CheckVerdict.UNKNOWN, f"{MOST_ATTEMPTS} workers began this check and none ended it.", remedy, {})
        )
        return
    mine = Check.objects.filter(pk=check.pk, state=CheckState.RUNNING, attempt=check.attempt)
    if mine.update(state=CheckState.QUEUED, started_at=None):
        queue.enqueue("onboarding.run_check", check=check.pk)


def _look_for_roles() -> None:
    """The same row is tried again: how often nobody was there is no history. Those that are not due yet use up nothing of what
    one sweep may give out."""
    for check in islice((check for check in _missed() if _is_due(check)), _AT_ONCE):
        _try_again(check)


def look_for_role(onboarding: Onboarding) -> None:
    """Look now whatever of this onboarding waits for a role. Call it in a transaction."""
    waiting = Check.objects.filter(state=CheckState.DONE, verdict=CheckVerdict.WAITING)
    for check in waiting.filter(section__onboarding=onboarding):
        _try_again(check)


def _try_again(check: Check) -> None:
    mine = Check.objects.filter(pk=check.pk, state=CheckState.DONE, verdict=CheckVerdict.WAITING)
    try:
        with transaction.atomic():
            taken = mine.update(state=CheckState.QUEUED, verdict="", finished_at=None, attempt=0)
    except IntegrityError:  # somebody asked for it anew, and that try is under way
        return
    if taken:
        queue.enqueue("onboarding.run_check", check=check.pk)


def _missed() -> Iterable[Check]:
    waiting = Check.objects.filter(state=CheckState.DONE, verdict=CheckVerdict.WAITING)
    waiting = waiting.exclude(section__onboarding__stage__in=(Stage.CANCELLED, Stage.LIVE))
    rows = waiting.filter(finished_at__lte=clock.now() - _WAIT_LEAST).order_by("finished_at")
    return list(rows.only("pk", "queued_at", "finished_at"))


def _is_due(check: Check) -> bool:
    return check.finished_at is not None and clock.now() - check.finished_at >= _pause(check)


def _pause(check: Check) -> timedelta:
    waited = (check.finished_at or check.queued_at) - check.queued_at
    return max(_WAIT_LEAST, waited / _WAIT_SHARE)
