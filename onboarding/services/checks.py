"""Having answers checked against the real world, and a person's word where the portal cannot look.

A check is one task for the worker. Nothing here stands against saving or submitting: what is found is shown to author and
reviewer.
"""

from collections.abc import Iterable

from django.db import transaction

from onboarding import check_results, rules
from onboarding.check_results import Result
from onboarding.models import Check, Onboarding, Section
from onboarding.services import check_limits as limits
from onboarding.states import CheckState, CheckVerdict, Stage
from onboarding.validators import ValueProblem, email_address
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound

_LONGEST_NOTE = 500
_OVER = (Stage.CANCELLED, Stage.LIVE)


def request(section: Section, *, by: User) -> list[Check]:
    """Every check of the section that can be made is queued, and those under way go on; return the queued ones.

    Those for which the hour's limit leaves no room are left out. Raises `Forbidden`, `Conflict` where there is nothing to
    check, `TooMany` where there is no room for any.
    """
    _require_asker(by, section)
    with transaction.atomic():
        results = _held(section)
        able = [one for one in results if not one.waits_for and not one.under_way]
        if not able and not any(one.under_way for one in results):
            raise _nothing_to_check(results)
        return _queue_some(section, able, by=by)


def request_one(section: Section, *, key: str, pointer: str, by: User, recipient: str = "") -> Check:
    """One check is queued, or goes on where it is under way; a test message goes to `recipient`.

    Raises `Forbidden`, `NotFound` where the answers do not call for it, `Conflict` where another must be well first, `Invalid`
    for the recipient, `TooMany`.
    """
    _require_asker(by, section)
    with transaction.atomic():
        found = next((one for one in _held(section) if one.place[1:] == (key, pointer)), None)
        if found is None:
            raise NotFound
        if recipient:
            recipient = _recipient(found, recipient)
        if found.under_way:
            return found.under_way
        if found.waits_for:
            raise Conflict(f"This is checked once something else is well: {found.waits_for}.")
        if not limits.left(section.customer, found.wanted.how):
            raise limits.refusal(section.customer, found.wanted.how)
        return _queue(section, found, by=by, recipient=recipient)


def confirm(check: Check, *, note: str, by: User) -> Check:
    """A named person says that they checked what the portal may not reach, and how; that stands until the answer changes.

    Raises `Forbidden`, `Conflict` where the portal itself can look or the answer has changed since, `Invalid` without a note.
    """
    section = check.section
    if not rules.may_check(by, section):
        raise Forbidden(
            "Confirming is for the customer's contributors and the provider's staff who work on the intake."
        )
    note = note.strip()
    if not note:
        raise Invalid([FieldProblem("note", "Enter how you checked it, and what you saw", "missing")])
    if len(note) > _LONGEST_NOTE:
        message = f"The note must be at most {_LONGEST_NOTE} characters long; this is {len(note)}."
        raise Invalid([FieldProblem("note", message, "too_long")])
    with transaction.atomic():
        found = next((one for one in _held(section) if one.place[1:] == (check.key, check.pointer)), None)
        if found is None or found.check is None or found.check.pk != check.pk or not found.may_be_confirmed:
            raise Conflict(
                "This result is no longer the latest, or the portal can check it by itself.",
                remedy="Reload the page and look at what stands there now.",
            )
        now = clock.now()
        confirmed = Check.objects.create(
            customer=section.customer,
            section=section,
            key=check.key,
            pointer=check.pointer,
            inputs_digest=found.wanted.digest,
            state=CheckState.DONE,
            verdict=CheckVerdict.OK,
            message=note,
            how=Check.How.PERSON,
            asked_by=by,
            queued_at=now,
            finished_at=now,
        )
        after = {"key": check.key, "pointer": check.pointer, "note": note}
        record("check.confirmed", confirmed, by=by, customer=section.customer, after=after)
    return confirmed


def follow_later(onboarding: Onboarding) -> None:
    """Have what changed checked by itself once this transaction is committed; a fault there undoes nothing."""
    transaction.on_commit(lambda: follow(onboarding.pk), robust=True)  # no partial: Django logs a fault by its name


def follow(onboarding_id: str) -> list[Check]:
    """Queue every check of complete sections that was never made for the answers as they are now, as far as the limit goes."""
    onboarding = Onboarding.objects.select_related("customer").get(pk=onboarding_id)
    if onboarding.stage in _OVER:
        return []
    with transaction.atomic():
        limits.hold(onboarding.customer)
        known = check_results.facts.of(onboarding)
        results = check_results.of(onboarding, known)
        due = {key: [one for one in found if one.is_due] for key, found in results.items() if key in known.complete}
        sections = Section.objects.select_related("customer").filter(
            onboarding=onboarding, key__in=[key for key, found in due.items() if found]
        )
        return [check for section in sections for check in _queue_some(section, due[section.key], by=None)]


def follow_left_out() -> None:
    """Queue what the hour's limit left out, as far as there is room by now."""
    onboardings = Onboarding.objects.filter(customer__in=limits.were_full()).exclude(stage__in=_OVER)
    for onboarding_id in onboardings.order_by("pk").values_list("pk", flat=True):
        follow(onboarding_id)


def _held(section: Section) -> list[Result]:
    """Return the section's results while nobody else asks for checks of this customer."""
    limits.hold(section.customer)
    return check_results.of(section.onboarding).get(section.key, [])


def _queue_some(section: Section, results: Iterable[Result], *, by: User | None) -> list[Check]:
    """Queue as many as the limit leaves room for. Raises `TooMany` where a person asks and there is room for none."""
    room = {how: limits.left(section.customer, how) for how in (Check.How.PORTAL, Check.How.AWS)}
    queued, left_out = [], None
    for one in results:
        if room[Check.How(one.wanted.how)] > 0:
            room[Check.How(one.wanted.how)] -= 1
            queued.append(_queue(section, one, by=by))
        else:
            left_out = one
    if left_out and not queued and by is not None:
        raise limits.refusal(section.customer, left_out.wanted.how)
    return queued


def _queue(section: Section, result: Result, *, by: User | None, recipient: str = "") -> Check:
    check = Check.objects.create(
        customer=section.customer,
        section=section,
        key=result.wanted.key,
        pointer=result.wanted.pointer,
        inputs_digest=result.wanted.digest,
        how=result.wanted.how,
        recipient=recipient,
        asked_by=by,
        queued_at=clock.now(),
    )
    after = {"key": check.key, "pointer": check.pointer, **({"recipient": recipient} if recipient else {})}
    record("check.requested", check, by=by, customer=section.customer, after=after)
    queue.enqueue("onboarding.run_check", check=check.pk)
    return check


def _recipient(result: Result, recipient: str) -> str:
    if not result.wanted.sends:
        raise Invalid([FieldProblem("recipient", "This check sends no message. Leave the address out.", "not_asked")])
    try:
        return email_address(recipient.strip())
    except ValueProblem as problem:
        raise Invalid([FieldProblem("recipient", problem.message, problem.code)]) from None


def _require_asker(by: User, section: Section) -> None:
    if not rules.may_check(by, section):
        raise Forbidden(
            "Checking again is for the customer's contributors and the provider's staff who work on the intake."
        )
    if section.onboarding.stage == Stage.CANCELLED:
        raise Conflict("This onboarding is cancelled, so nothing of it is checked any more.")


def _nothing_to_check(results: list[Result]) -> Conflict:
    waits = next((one.waits_for for one in results if one.waits_for), "")
    if waits:
        return Conflict(f"Something else must be well before this can be checked: {waits}.")
    return Conflict("These answers hold nothing that could be checked yet.", remedy="Answer the section first.")
