"""Milestones that people reach outside AWS and record here, in their order, each with its evidence."""

from contextlib import suppress
from datetime import date

from django.db import transaction

from environments import rules
from environments.models import Environment, Milestone, Run
from environments.provisioning.specification import Spec
from environments.provisioning.steps import direct_connect
from environments.services import known, plans, steering
from environments.signals import environment_changed
from environments.states import RunState
from portal.accounts.models import User
from portal.audit.services import record as audit
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

LENGTH = 500


def applies(environment: Environment) -> bool:
    """Return whether the newest approved answers call for a Direct Connect line."""
    specification = environment.specifications.order_by("-version").first()
    return specification is not None and direct_connect.uses_direct_connect(Spec.of(specification.content))


def record(environment: Environment, key: str, *, done_on: date, evidence: str, note: str = "", by: User) -> Milestone:
    """Record that the next milestone was reached, and wake what waits for it.

    Raises `Forbidden`; `Conflict` where it is not the next one; `Invalid` without evidence, or with a day to come.
    """
    _require_people(environment, by)
    evidence, note = evidence.strip(), note.strip()
    _require_sound(done_on, evidence, note)
    with transaction.atomic():
        plans.lock(environment.pk)
        if not applies(environment):
            raise Conflict("This environment has no Direct Connect line.", remedy="Look at the approved answers.")
        _require_next(environment, key)
        made = Milestone.objects.create(
            customer=environment.customer,
            environment=environment,
            key=key,
            done_on=done_on,
            evidence=evidence,
            note=note,
            recorded_by=by,
            recorded_at=clock.now(),
        )
        after = {"milestone": key, "done_on": done_on.isoformat(), "evidence": evidence, "note": note}
        audit("milestone.recorded", environment, by=by, customer=environment.customer, after=after)
        environment_changed.send(sender=Environment, environment=environment)
    _wake(environment)
    return made


def take_back(environment: Environment, key: str, *, by: User) -> None:
    """Take the latest milestone back: it was recorded in error. Raises `Forbidden`, `Conflict` where another is the latest."""
    _require_people(environment, by)
    with transaction.atomic():
        plans.lock(environment.pk)
        recorded = known.milestones(environment)
        latest = next((one.key for one in reversed(direct_connect.MILESTONES) if one.key in recorded), "")
        if key != latest:
            raise Conflict("Only the latest milestone can be taken back.", remedy="Take back those after it first.")
        Milestone.objects.filter(environment=environment, key=key).delete()
        before = {"milestone": key, "done_on": recorded[key].isoformat()}
        audit("milestone.taken_back", environment, by=by, customer=environment.customer, before=before)
        environment_changed.send(sender=Environment, environment=environment)


def _require_people(environment: Environment, by: User) -> None:
    if not rules.may_record_milestone(by, environment.customer):
        raise Forbidden("Milestones are recorded by the customer's contributors and the provider's engineers.")


def _require_sound(done_on: date, evidence: str, note: str) -> None:
    problems = []
    if done_on > clock.now().date():
        problems.append(FieldProblem("done_on", "Enter a day that has come", "in_the_future"))
    if not evidence:
        problems.append(FieldProblem("evidence", "Enter what proves it, such as a reference", "required"))
    for name, words in (("evidence", evidence), ("note", note)):
        if len(words) > LENGTH:
            problems.append(FieldProblem(name, f"Enter at most {LENGTH} characters", "too_long"))
    if problems:
        raise Invalid(problems)


def _require_next(environment: Environment, key: str) -> None:
    recorded = known.milestones(environment)
    following = next((one for one in direct_connect.MILESTONES if one.key not in recorded), None)
    if following is None or key != following.key:
        what = f"The next milestone is: {following.title}." if following else "Every milestone is recorded."
        raise Conflict(f"This milestone is not the next one. {what}", remedy="Reload the page to see how it stands.")


def _wake(environment: Environment) -> None:
    """Have a run that waits look now; one that a worker has at this moment looks again by itself."""
    for run in Run.objects.filter(environment=environment, state=RunState.WAITING):
        with suppress(Conflict):
            steering.look_again(run, by=None)
