"""The checklist of an environment, computed from what was seen in AWS. What people sign is in `checklist_signatures`, which
items there are in `checklist_versions`; both are reached from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from environments import rules, selectors
from environments.checklist import age, messages
from environments.models import ChecklistItem, Environment
from environments.provisioning import graph
from environments.provisioning import plan as planning
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.steps import BY_KEY, STEPS
from environments.services import cloud, drift, known, regressions, stand_in
from environments.services.checklist_signatures import confirm, sign, unsign
from environments.services.checklist_versions import ensure
from environments.services.shared_reads import SharedReads
from environments.signals import checklist_regressed, environment_changed
from environments.states import REMOVING, ItemKind, ItemState, RunState, StepState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, Forbidden

__all__ = ["confirm", "ensure", "refresh", "request_verification", "sign", "unsign", "verify", "verify_all"]


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of the steps. `seen`: the evidence of those that are as specified; `why_not`: of others, in words;
    `unknown`: those that nobody looked at. `at`: when the look began; what was found later by another one counts more.
    `is_told`: what is no longer true is news, and not what somebody wanted."""

    seen: dict[str, dict[str, Any]]
    why_not: dict[str, str]
    unknown: frozenset[str]
    at: datetime
    is_told: bool = True


def refresh(environment: Environment) -> None:
    """Compute every automatic item again from the steps of the latest run. Call it in the transaction of what changed.

    A run of older answers proves nothing of the newer ones, and a step that the run did not come to yet neither. What the run
    saw counts from then on, not from its end: where that is too long ago by now, AWS is looked at again at once.
    """
    run = environment.runs.exclude(state=RunState.CANCELLED).order_by("-created_at").select_related("plan").first()
    if run is None or not selectors.is_current(run.plan):
        return
    steps = list(run.steps.filter(removes=False))
    seen = {
        step.key: _seen(step.key, step.outputs, step.finished_at) for step in steps if step.state == StepState.READY
    }
    unknown = frozenset(step.key for step in steps if step.state in (StepState.PENDING, StepState.RUNNING))
    _judge(environment, _Look(seen, {}, unknown, clock.now(), is_told=run.plan.purpose not in REMOVING))
    if run.state == RunState.FINISHED and age.due(environment).exists():
        drift.ask(environment)


def _seen(key: str, outputs: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """Return what proves a step. Where a stand-in takes AWS's place, the evidence itself says what is not real."""
    return {"step": BY_KEY[key].done, "seen": dict(outputs), "at": at, "simulated": stand_in.simulated(key)}


def _judge(environment: Environment, look: _Look) -> None:
    """Set every automatic item: green where all its steps that apply are seen and its messages arrive; red where it was green
    and is no longer true. What turned red is told."""
    applying = _applying(environment)
    items = environment.checklist_items.select_for_update(of=("self",)).select_related(
        "template_item", "customer", "environment"
    )
    regressed = []
    for item in items.filter(kind=ItemKind.AUTOMATIC):
        asked = item.template_item.steps if item.template_item else []
        steps = [key for key in asked if key in applying]
        before = item.state
        _judge_one(item, steps, look)
        if item.state == ItemState.RED != before:
            regressed.append(item)
    if regressed and look.is_told:
        regressions.tell_engineers(environment, regressed)
        checklist_regressed.send(sender=Environment, environment=environment, items=regressed)


def _judge_one(item: ChecklistItem, steps: list[str], look: _Look) -> None:
    if item.checked_at is not None and look.at < item.checked_at:
        return  # a look that began later was judged already
    missing = [key for key in steps if key not in look.seen]
    if steps and not missing and not _is_old_news(item, [look.seen[key]["at"] for key in steps]):
        _judge_messages(item, [look.seen[key] for key in steps], look)
    elif missing and (item.state != ItemState.GREEN or not look.unknown.issuperset(missing)):
        evidence = {"missing": [BY_KEY[key].title for key in missing], "why": _reasons(missing, look.why_not)}
        _set(item, _not_true(item), evidence, look.at)


def _judge_messages(item: ChecklistItem, steps: list[dict[str, Any]], look: _Look) -> None:
    """Set an item whose steps are all seen by the messages that have to arrive besides."""
    asked = item.template_item.messages if item.template_item else []
    seen = {key: proof["seen"] for key, proof in look.seen.items()}
    found = {key: messages.find(key, item.environment, seen) for key in asked}
    lacking = {key: one for key, one in found.items() if isinstance(one, messages.NotReceived)}
    if lacking:
        evidence = {
            "missing": [messages.title(key) for key in lacking],
            "why": [one.why for one in lacking.values() if one.why],
        }
        _set(item, _not_true(item), evidence, look.at)
    else:
        received = [_received(one) for one in found.values() if isinstance(one, messages.Received)]
        shown = {"steps": steps, **({"messages": received} if received else {})}
        _set(item, ItemState.GREEN, shown, look.at, min(proof["at"] or look.at for proof in steps))


def _received(message: messages.Received) -> dict[str, Any]:
    """Return what proves a message in the form of what proves a step."""
    return {"step": message.words, "seen": dict(message.seen), "at": message.at, "simulated": message.simulated}


def _not_true(item: ChecklistItem) -> ItemState:
    return ItemState.RED if item.state != ItemState.OPEN else ItemState.OPEN


def _applying(environment: Environment) -> set[str]:
    """Return the keys of the steps that the newest answers call for."""
    specification = environment.specifications.order_by("-version").first()
    if specification is None:
        return set(BY_KEY)
    return {step.key for step in graph.needed(STEPS, Spec.of(specification.content))}


def _is_old_news(item: ChecklistItem, seen_at: list[datetime]) -> bool:
    """True where any of the evidence is from before the item was found to be no longer true, or was opened anew."""
    return item.state != ItemState.GREEN and item.changed_at is not None and min(seen_at) <= item.changed_at


def _reasons(missing: list[str], why_not: dict[str, str]) -> list[str]:
    return [why_not[key] for key in missing if key in why_not]


def _set(
    item: ChecklistItem, state: ItemState, evidence: dict[str, Any], at: datetime, seen_at: datetime | None = None
) -> None:
    """`seen_at`: when AWS was seen so, where that was before the look that tells it."""
    now = clock.now()
    before, item.checked_at, item.due_at = item.state, at, _due_at(item, state, seen_at or at)
    item.evidence = _plain({**evidence, "at": at})
    fields = ["evidence", "checked_at", "due_at"]
    if before != state:
        item.state, item.changed_at, item.revision = state, now, item.revision + 1
        fields += ["state", "changed_at", "revision"]
        action = "checklist_item.regressed" if state == ItemState.RED else "checklist_item.changed"
        after = {"state": state, **({"why": evidence["why"] or evidence["missing"]} if state == ItemState.RED else {})}
        record(action, item, by=None, customer=item.customer, before={"state": before}, after=after)
    item.save(update_fields=fields)


def _due_at(item: ChecklistItem, state: ItemState, seen_at: datetime) -> datetime:
    """Return when the item is looked at again. What somebody saw true later than the steps of a run counts for longer."""
    due = seen_at + age.interval(item)
    is_still_true = item.state == state == ItemState.GREEN
    return max(due, item.due_at) if is_still_true and item.due_at else due


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def request_verification(environment: Environment, *, by: User) -> None:
    """Have AWS observed again and the automatic items computed from that. Raises `Forbidden`, `Conflict` before a first run."""
    if not rules.may_verify(by, environment.customer):
        raise Forbidden("Checking again is for the provider's staff and the customer's contributors.")
    if not environment.runs.exists():
        raise Conflict("Nothing is provisioned yet, so there is nothing to check.")
    with transaction.atomic():
        drift.ask(environment)
        record("environment.check_requested", environment, by=by, customer=environment.customer)


def verify_all(account: str, region: str) -> None:
    """Observe the environments of an account and Region of which a check is due, with the reads that they have in common made
    once. One that AWS does not answer for keeps none of the others waiting; the first such `CallFailed` is raised at the
    end."""
    due = list(drift.due().filter(aws_account=account, region=region))
    shared = drift.shared_by(due)
    failures: list[CallFailed] = []
    for environment in due:
        try:
            verify(environment.pk, shared)
        except CallFailed as failed:
            failures.append(failed)
    if failures:
        raise failures[0]


def verify(environment_id: str, shared: SharedReads | None = None) -> None:
    """Observe every step in AWS, changing nothing there; compute the automatic items from what is seen, and keep what
    differs once something was provisioned.

    A call that AWS does not answer leaves the check requested, and the sweep has it made again.
    """
    environment = Environment.objects.select_related("customer").get(pk=environment_id)
    specification = environment.specifications.order_by("-version").first()
    if specification is None:
        return
    began = clock.now()
    spec = Spec.of(specification.content)
    found = planning.make(
        graph.program(STEPS, spec, known.standing(environment)), cloud.looking(environment, spec, shared)
    )
    kept = [step for step in found if step.action == planning.KEEP and not step.removes]
    seen = {step.step: _seen(step.step, step.outputs, began) for step in kept}
    why_not = {step.step: "; ".join(step.details) or step.reason for step in found if step.step not in seen}
    with transaction.atomic():
        _hold(environment)
        if environment.specifications.filter(version__gt=specification.version).exists():
            return  # answers were approved meanwhile: what was seen says nothing of them, and the next look follows
        _judge(environment, _Look(seen, why_not, frozenset(), began))
        if selectors.is_watched(environment):
            drift.note(environment, found)
        asked = Environment.objects.filter(pk=environment_id, check_requested_at=environment.check_requested_at)
        asked.update(check_requested_at=None)
        environment_changed.send(sender=Environment, environment=environment)


def _hold(environment: Environment) -> None:
    """Hold the environment's row until the transaction ends: its items are judged by one look after the other."""
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
