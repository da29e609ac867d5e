"""The checklist of an environment: computed from what was seen in AWS, or signed by a named person."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from environments import checklist as template
from environments import rules, selectors
from environments.models import ChecklistItem, Environment, RunStep
from environments.provisioning import graph
from environments.provisioning import plan as planning
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.steps import BY_KEY, STEPS
from environments.services import cloud, drift, known, stand_in
from environments.services.shared_reads import SharedReads
from environments.signals import environment_changed
from environments.states import ItemKind, ItemState, RunState, StepState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, Stale


def ensure(environment: Environment) -> None:
    """The environment has the items that its newest specification calls for, and no others. Signatures from before that
    specification vouch for other answers, so they are taken back. Call it in a transaction."""
    specification = environment.specifications.order_by("-version").first()
    if specification is None:
        return
    spec = Spec.of(specification.content)
    wanted = [item for item in template.ITEMS if item.applies(environment, spec)]
    _drop(environment.checklist_items.exclude(key__in=[item.key for item in wanted]))
    signed = environment.checklist_items.filter(kind=ItemKind.MANUAL, state=ItemState.GREEN)
    for outdated in signed.filter(changed_at__lt=specification.created_at).select_related("environment", "customer"):
        _write_signature(outdated, ItemState.OPEN, "", None, signed=False)
    for item in wanted:
        ChecklistItem.objects.update_or_create(
            environment=environment,
            key=item.key,
            defaults={
                "customer": environment.customer,
                "title": item.title,
                "group": item.group,
                "owner": item.owner,
                "kind": item.kind,
                "position": template.ITEMS.index(item),
            },
        )


def _drop(items: QuerySet[ChecklistItem]) -> None:
    for item in items.select_related("customer"):
        before = {"state": item.state, "note": item.note}
        record("checklist_item.dropped", item, by=None, customer=item.customer, before=before)
        item.delete()


def refresh(environment: Environment) -> None:
    """Compute every automatic item again from the steps of the latest run. Call it in the transaction of what changed."""
    ready = {step.key: step for step in _latest_steps(environment) if step.state == StepState.READY}
    seen = {key: _evidence_of(step) for key, step in ready.items()}
    _judge(environment, seen, {})


def _latest_steps(environment: Environment) -> Iterable[RunStep]:
    run = environment.runs.exclude(state=RunState.CANCELLED).order_by("-created_at").first()
    return run.steps.filter(removes=False) if run else []


def _evidence_of(step: RunStep) -> dict[str, Any]:
    return _seen(step.key, step.outputs, step.finished_at)


def _seen(key: str, outputs: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """Return what proves a step. Where a stand-in takes AWS's place, the evidence itself says what is not real."""
    return {"step": BY_KEY[key].done, "seen": dict(outputs), "at": at, "simulated": stand_in.simulated(key)}


def _judge(environment: Environment, seen: dict[str, dict[str, Any]], why_not: dict[str, str]) -> None:
    """Set every automatic item: green where all its steps that apply are among `seen`; red where it was green and is no longer
    true."""
    applying = _applying(environment)
    for item in environment.checklist_items.select_for_update().filter(kind=ItemKind.AUTOMATIC):
        steps = [key for key in template.BY_KEY[item.key].steps if key in applying]
        missing = [key for key in steps if key not in seen]
        if not missing and _is_old_news(item, [seen[key]["at"] for key in steps]):
            continue
        if missing:
            state = ItemState.OPEN if item.state == ItemState.OPEN else ItemState.RED
            evidence: dict[str, Any] = {
                "missing": [BY_KEY[key].title for key in missing],
                "why": _reasons(missing, why_not),
            }
        else:
            state, evidence = ItemState.GREEN, {"steps": [seen[key] for key in steps]}
        _set(item, state, evidence)


def _applying(environment: Environment) -> set[str]:
    """Return the keys of the steps that the newest answers call for."""
    specification = environment.specifications.order_by("-version").first()
    if specification is None:
        return set(BY_KEY)
    return {step.key for step in graph.needed(STEPS, Spec.of(specification.content))}


def _is_old_news(item: ChecklistItem, seen_at: list[datetime]) -> bool:
    """True where any of the evidence is from before the item was found to be no longer true."""
    return item.state == ItemState.RED and item.changed_at is not None and min(seen_at) <= item.changed_at


def _reasons(missing: list[str], why_not: dict[str, str]) -> list[str]:
    return [why_not[key] for key in missing if key in why_not]


def _set(item: ChecklistItem, state: ItemState, evidence: dict[str, Any]) -> None:
    now = clock.now()
    before, item.checked_at = item.state, now
    item.evidence = {**evidence, "at": now.isoformat()}
    item.evidence = _plain(item.evidence)
    fields = ["evidence", "checked_at"]
    if before != state:
        item.state, item.changed_at, item.revision = state, now, item.revision + 1
        fields += ["state", "changed_at", "revision"]
        action = "checklist_item.regressed" if state == ItemState.RED else "checklist_item.changed"
        record(action, item, by=None, customer=item.customer, before={"state": before}, after={"state": state})
    item.save(update_fields=fields)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def sign(item: ChecklistItem, *, note: str, revision: int, by: User) -> ChecklistItem:
    """A named person of the owner's side says that it is true, and how they know.

    Raises `Forbidden`, `Conflict` for an automatic or signed item, `Stale`, `Invalid` without a note.
    """
    with transaction.atomic():
        item = _open_for(item, revision, by)
        if item.state == ItemState.GREEN:
            raise Conflict("This item is signed already.", remedy="Take the signature back first to sign it again.")
        if not note.strip():
            raise Invalid([FieldProblem("note", "Enter how you know that this is true", "missing")])
        return _write_signature(item, ItemState.GREEN, note.strip(), by, signed=True)


def unsign(item: ChecklistItem, *, revision: int, by: User) -> ChecklistItem:
    """Take a signature back: the item is open again. Raises `Forbidden`, `Conflict`, `Stale`."""
    with transaction.atomic():
        item = _open_for(item, revision, by)
        if item.state != ItemState.GREEN:
            raise Conflict("This item is not signed.")
        return _write_signature(item, ItemState.OPEN, "", by, signed=False)


def _open_for(item: ChecklistItem, revision: int, by: User) -> ChecklistItem:
    item = (
        ChecklistItem.objects.select_for_update(of=("self",)).select_related("environment", "customer").get(pk=item.pk)
    )
    if not rules.may_sign(by, item):
        side = "customer's own people" if item.owner == "customer" else "provider's engineers and account managers"
        raise Forbidden(f"This item is signed by the {side}.")
    if item.kind == ItemKind.AUTOMATIC:
        raise Conflict(
            "This item is computed from what is seen in AWS; nobody signs it.", remedy="Check again instead."
        )
    if item.revision != revision:
        raise Stale("Somebody changed this item since you opened it.", revision=item.revision, current=item.state)
    return item


def _write_signature(
    item: ChecklistItem, state: ItemState, note: str, by: User | None, *, signed: bool
) -> ChecklistItem:
    before, now = item.state, clock.now()
    item.state, item.note, item.signed_by = state, note, by if signed else None
    item.changed_at = item.checked_at = now
    item.revision += 1
    item.save(update_fields=["state", "note", "signed_by", "changed_at", "checked_at", "revision"])
    action = "checklist_item.signed" if signed else "checklist_item.signature_withdrawn"
    record(action, item, by=by, customer=item.customer, before={"state": before}, after={"state": state, "note": note})
    environment_changed.send(sender=Environment, environment=item.environment)
    return item


def request_verification(environment: Environment, *, by: User) -> None:
    """Have AWS observed again and the automatic items computed from that. Raises `Forbidden`, `Conflict` before a first run."""
    if not rules.may_verify(by, environment.customer):
        raise Forbidden("Checking again is for the provider's staff and the customer's contributors.")
    if not environment.runs.exists():
        raise Conflict("Nothing is provisioned yet, so there is nothing to check.")
    with transaction.atomic():
        Environment.objects.filter(pk=environment.pk).update(check_requested_at=clock.now())
        record("environment.check_requested", environment, by=by, customer=environment.customer)
        queue.enqueue("environments.verify", environment=environment.pk)


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
    spec = Spec.of(specification.content)
    found = planning.make(
        graph.program(STEPS, spec, known.standing(environment)), cloud.looking(environment, spec, shared)
    )
    now = clock.now()
    kept = [step for step in found if step.action == planning.KEEP and not step.removes]
    seen = {step.step: _seen(step.step, step.outputs, now) for step in kept}
    why_not = {step.step: "; ".join(step.details) or step.reason for step in found if step.step not in seen}
    with transaction.atomic():
        _judge(environment, seen, why_not)
        if selectors.is_watched(environment):
            drift.note(environment, found)
        asked = Environment.objects.filter(pk=environment_id, check_requested_at=environment.check_requested_at)
        asked.update(check_requested_at=None)
        environment_changed.send(sender=Environment, environment=environment)
