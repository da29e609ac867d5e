"""Whose turn it is in one onboarding: what the customer owes, and what the provider owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from environments.models import ChecklistItem, Environment, Plan, Run, RunStep
from environments.services import steering
from environments.states import ACTIVE_RUNS, ItemKind, ItemState, Owner, PlanState, RunState, StepState
from onboarding import selectors
from onboarding.clocks.models import Clock
from onboarding.models import HandOver, Onboarding, Section
from onboarding.sections import definition, not_known
from onboarding.states import OPEN_HAND_OVERS, HandOverState, SectionState, Stage
from portal.audit.models import AuditEvent

_TO_ANSWER = (SectionState.EMPTY, SectionState.DRAFT)


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing somebody owes, the page it is done on, and when it is due, where something ends then."""

    label: str
    detail: str
    url_name: str
    args: tuple[str, ...] = ()
    due_at: datetime | None = None
    since: datetime | None = None

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


@dataclass(frozen=True, slots=True)
class Turns:
    customer: list[Turn]
    provider: list[Turn]


def of(onboarding: Onboarding) -> Turns:
    """Return what is owed in an onboarding that came from `selectors.onboarding`. Six statements, however much it is."""
    if onboarding.stage in (Stage.CANCELLED, Stage.LIVE):
        return Turns([], [])
    sections, environments = list(onboarding.sections.all()), list(onboarding.environments.all())
    turns = Turns(list(_answers(onboarding, sections)), list(_reviews(onboarding, sections)))
    _add_plans(turns, environments)
    due = _due(environments)
    _add_runs(turns, environments, due)
    _add_steps(turns, environments, due)
    _add_items(turns, onboarding, environments)
    _add_hand_overs(turns, onboarding, environments)
    return turns


def _answers(onboarding: Onboarding, sections: list[Section]) -> Iterable[Turn]:
    for section in sections:
        if section.state == SectionState.CHANGES_REQUESTED:
            title = definition(section.key).title
            yield Turn(f"Change: {title}", "A reviewer asked for a change", "section", (onboarding.pk, section.key))
    missing = [section for section in sections if section.state in _TO_ANSWER]
    if missing:
        titles = ", ".join(_with_whom(section) for section in missing)
        yield Turn(f"Answer and submit {counted(len(missing), 'section')}", titles, "check_answers", (onboarding.pk,))
    asked: dict[str, list[str]] = {}
    for owed in selectors.to_find_out(onboarding):
        asked.setdefault(owed.who, []).append(owed.label)
    for who, labels in asked.items():
        label = f"To find out: {len(labels)}, ask {not_known.in_sentence(who)}"
        yield Turn(label, ", ".join(labels), "check_answers", (onboarding.pk,))


def _with_whom(section: Section) -> str:
    title = definition(section.key).title
    return f"{title} (asked of {section.open_ask.whom})" if section.open_ask else title


def _reviews(onboarding: Onboarding, sections: list[Section]) -> Iterable[Turn]:
    waiting = [section for section in sections if section.state == SectionState.SUBMITTED]
    if waiting:
        since = min((section.submitted_at for section in waiting if section.submitted_at), default=None)
        titles = ", ".join(definition(section.key).title for section in waiting)
        yield Turn(f"Review {counted(len(waiting), 'section')}", titles, "review", (onboarding.pk,), since=since)


_PLAN_WORDS = {
    PlanState.REQUESTED: ("Compute the plan", "The plan reads AWS and changes nothing"),
    PlanState.READY: ("Approve the plan", "It says what provisioning will create"),
    PlanState.BLOCKED: ("Look at the blocked plan", "Something in AWS stands in the way"),
}


def _add_plans(turns: Turns, environments: list[Environment]) -> None:
    plans = Plan.objects.filter(environment__in=environments, state__in=list(_PLAN_WORDS), run=None)
    for plan in plans.select_related("environment").order_by("-created_at"):
        act, detail = _PLAN_WORDS[PlanState(plan.state)]
        label = f"{act} for {plan.environment.name}"
        turns.provider.append(Turn(label, detail, "plan", (plan.pk,), since=plan.created_at))


def _due(environments: list[Environment]) -> dict[str, datetime]:
    """Return until when the provider shall finish, by run, as the finish clocks say; nothing while one rests (row S3)."""
    running = Clock.objects.filter(environment__in=environments, kind=Clock.Kind.FINISH, stopped_at=None)
    rows = running.filter(environment__runs__state__in=ACTIVE_RUNS).values_list("environment__runs", "due_at")
    return {run: due_at for run, due_at in rows if due_at}


def _add_runs(turns: Turns, environments: list[Environment], due: dict[str, datetime]) -> None:
    """What a run waits for, and where it stopped, its steps say; a run that stopped as a whole says it itself."""
    states = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.FAILED)
    runs = Run.objects.filter(environment__in=environments, state__in=states)
    for run in runs.select_related("environment").order_by("created_at"):
        if run.state != RunState.FAILED or run.error:
            label, detail, since = _words_of(run)
            turns.provider.append(Turn(label, detail, "run", (run.pk,), due_at=due.get(run.pk), since=since))


def _words_of(run: Run) -> tuple[str, str, datetime | None]:
    name = run.environment.name
    if run.state == RunState.PAUSED:
        return f"Resume the run of {name}", run.pause_note or "Somebody paused it", run.paused_at
    if run.state == RunState.FAILED:
        return f"Mend the run of {name}", str(run.error.get("message", "")), None
    return f"Provision {name}", "It runs by itself", run.started_at


def _add_steps(turns: Turns, environments: list[Environment], due: dict[str, datetime]) -> None:
    steps = RunStep.objects.filter(
        run__environment__in=environments,
        run__state__in=ACTIVE_RUNS,
        state__in=(StepState.WAITING, StepState.FAILED),
    )
    for step in steps.select_related("run__environment").order_by("give_up_at", "position"):
        name, run = step.run.environment.name, (step.run_id,)
        if step.state == StepState.FAILED:
            detail = str(step.error.get("message") or step.reason)
            if steering.is_customers_to_mend(step):
                settle = f"Settle what stopped a step of {name}"
                turns.customer.append(Turn(settle, detail, "actions", since=step.finished_at))
            else:
                mend, until = f"Mend a step of {name}", due.get(step.run_id)
                turns.provider.append(Turn(mend, detail, "run", run, due_at=until, since=step.finished_at))
        elif step.waits_on == Owner.CUSTOMER:
            act = f"Act in your AWS account for {name}"
            since, until = step.waiting_since, step.give_up_at
            turns.customer.append(Turn(act, step.reason, "actions", (), due_at=until, since=since))
        else:
            wait = f"Wait for AWS for {name}"
            since, until = step.waiting_since, due.get(step.run_id)
            turns.provider.append(Turn(wait, step.reason, "run", run, due_at=until, since=since))


def _add_items(turns: Turns, onboarding: Onboarding, environments: list[Environment]) -> None:
    """Signatures are asked for once provisioning is done; before that there is nothing to look at. What a run has under way the
    run makes true: whose turn that is, its steps say."""
    if onboarding.stage not in (Stage.VERIFICATION, Stage.HANDOVER):
        return
    by_signature = Q(kind=ItemKind.MANUAL)
    active = Run.objects.filter(environment__in=environments, state__in=ACTIVE_RUNS).values("environment")
    asked = ChecklistItem.objects.filter(by_signature | ~Q(environment__in=active), environment__in=environments)
    missing = asked.exclude(state=ItemState.GREEN)
    for row in missing.values("environment", "environment__name", "owner").annotate(
        unsigned=Count("pk", filter=by_signature), untrue=Count("pk", filter=~by_signature)
    ):
        owes = turns.customer if row["owner"] == Owner.CUSTOMER else turns.provider
        name, args = row["environment__name"], (row["environment"],)
        if row["unsigned"]:
            label = f"Sign {counted(row['unsigned'], 'checklist item')} of {name}"
            owes.append(Turn(label, "A named person says that it is true", "environment_checklist", args))
        if row["untrue"]:
            label = f"Make {counted(row['untrue'], 'checklist item')} of {name} true"
            owes.append(Turn(label, "Found out by a check", "environment_checklist", args))


def _add_hand_overs(turns: Turns, onboarding: Onboarding, environments: list[Environment]) -> None:
    found = HandOver.objects.filter(environment__in=environments, state__in=OPEN_HAND_OVERS)
    hand_overs = list(found.select_related("environment", "recipient").order_by("pk"))
    for hand_over in hand_overs:
        name, args = hand_over.environment.name, (hand_over.pk,)
        if hand_over.state == HandOverState.REQUESTED:
            detail = "A second person looks at the gates and lets the credentials go"
            turns.provider.append(
                Turn(f"Release the credentials of {name}", detail, "hand_over", args, since=hand_over.requested_at)
            )
        elif hand_over.state == HandOverState.RELEASED:
            detail = f"{hand_over.recipient} is their recipient"
            turns.customer.append(
                Turn(f"Reveal the credentials of {name}", detail, "hand_over", args, due_at=hand_over.expires_at)
            )
        elif hand_over.state == HandOverState.REVEALED:
            detail = f"{hand_over.recipient} says that they are stored"
            turns.customer.append(Turn(f"Confirm the credentials of {name}", detail, "hand_over", args))
    if onboarding.stage == Stage.HANDOVER:
        handed = {hand_over.environment_id for hand_over in hand_overs}
        for environment in environments:
            if environment.is_production and environment.pk not in handed:
                label = f"Request the hand-over of {environment.name}"
                turns.provider.append(Turn(label, "Every checklist item is true", "hand_over_new", (environment.pk,)))


def stage_dates(onboarding: Onboarding) -> dict[str, datetime]:
    """Return when each stage up to the present one was last reached, as the audit record has it."""
    events = AuditEvent.objects.filter(
        subject_type="onboarding", subject_id=onboarding.pk, action="onboarding.stage_changed"
    )
    reached = {Stage.INTAKE.value: onboarding.created_at}
    for after, moment in events.order_by("occurred_at").values_list("after", "occurred_at"):
        reached[after.get("stage", "")] = moment
    passed = [stage for stage in Stage.values if stage in reached]
    if onboarding.stage in passed:
        passed = passed[: passed.index(onboarding.stage) + 1]
    return {stage: reached[stage] for stage in passed}


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
