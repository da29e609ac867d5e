"""What the customer owes at this moment, read from where it arises: steps, sections, hand-overs and checklist items, and what
they have lost since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from environments.models import ChecklistItem, RunStep
from environments.provisioning.steps import BY_KEY as STEPS
from environments.provisioning.steps import direct_connect
from environments.services import steering
from environments.states import ACTIVE_RUNS, ItemKind, ItemState, Owner, StepState
from onboarding.actions.kinds import BY_KEY, OF_ITEMS
from onboarding.actions.services import losses
from onboarding.actions.services.losses import Loss
from onboarding.models import HandOver, Onboarding, Section
from onboarding.sections import definition
from onboarding.states import HandOverState, SectionState, Stage
from portal.core import clock

_ITEM_STAGES = (Stage.VERIFICATION, Stage.HANDOVER)
_TO_SIGN = (ItemState.OPEN, ItemState.RED)


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that the customer owes now: what a row of it says. `untold`: nobody else tells the customer that it is owed."""

    subject: str
    kind: str
    title: str
    reason: str
    opened_at: datetime | None
    due_at: datetime | None
    onboarding_id: str
    environment_id: str | None = None
    section_id: str | None = None
    step_id: str | None = None
    untold: bool = False


@dataclass(slots=True)
class Facts:
    """What an onboarding's actions follow, as read now. `owner_of`: by environment, the onboarding that its actions belong to,
    which is the newest one that is not cancelled; an environment that only cancelled ones have owes nothing."""

    onboarding: Onboarding
    owner_of: dict[str, str | None]
    sections: dict[str, Section] = field(default_factory=dict)
    steps: list[RunStep] = field(default_factory=list)
    hand_overs: list[HandOver] = field(default_factory=list)
    items: list[ChecklistItem] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def owed(self) -> Iterator[Owed]:
        yield from map(self._of_section, self.sections.values())
        yield from map(self._of_step, self.steps)
        yield from map(self._of_hand_over, self.hand_overs)
        yield from map(self._of_item, self.items)
        yield from map(self._of_loss, self.losses)

    def _of_section(self, section: Section) -> Owed:
        review = next(iter(section.reviews.all()), None)
        return Owed(
            subject=section.pk,
            kind="changes_requested",
            title=BY_KEY["changes_requested"].title.format(thing=definition(section.key).title),
            reason=review.reason if review else "",
            opened_at=review.created_at if review else section.edited_at,
            due_at=None,
            onboarding_id=self.onboarding.pk,
            section_id=section.pk,
        )

    def _of_step(self, step: RunStep) -> Owed:
        """Each milestone of a line is asked for by itself, from when the one before it was recorded: only of the first has the
        environment itself told the customer."""
        environment_id = step.run.environment_id
        failed = step.state == StepState.FAILED
        error = f"{step.error.get('message', '')} {step.error.get('remedy', '')}".strip()
        milestone = _milestone(step.key, step.reason)
        is_later = milestone is not None and milestone != direct_connect.MILESTONES[0]
        opened_at = step.finished_at if failed else step.waiting_since
        return Owed(
            subject=step_subject(environment_id, step.key, step.reason),
            kind=step.key,
            title=_title_of_step(step.key, step.reason),
            reason=error if failed else step.reason,
            opened_at=None if is_later else opened_at,
            due_at=None if failed else step.give_up_at,
            onboarding_id=self.owner_of[environment_id] or self.onboarding.pk,
            environment_id=environment_id,
            step_id=step.pk,
            untold=is_later,
        )

    def _of_hand_over(self, hand_over: HandOver) -> Owed:
        revealed = hand_over.state == HandOverState.REVEALED
        return Owed(
            subject=hand_over.pk,
            kind="hand_over",
            title="Confirm that you stored the credentials" if revealed else BY_KEY["hand_over"].title,
            reason=f"{hand_over.recipient} receives the credentials of {hand_over.environment.name}.",
            opened_at=hand_over.released_at,
            due_at=None if revealed else hand_over.expires_at,
            onboarding_id=self.owner_of[hand_over.environment_id] or self.onboarding.pk,
            environment_id=hand_over.environment_id,
        )

    def _of_item(self, item: ChecklistItem) -> Owed:
        kind = OF_ITEMS.get(item.key, "sign_item")
        return Owed(
            subject=item.pk,
            kind=kind,
            title=BY_KEY[kind].title.format(thing=item.title),
            reason=f"{item.title}." if kind != "sign_item" else "",
            opened_at=None,
            due_at=None,
            onboarding_id=self.owner_of[item.environment_id] or self.onboarding.pk,
            environment_id=item.environment_id,
        )

    def _of_loss(self, loss: Loss) -> Owed:
        """The days are counted from when it is asked: that it is the customer's to mend may be found long after it was lost."""
        item, environment_id = loss.item, loss.item.environment_id
        kind = loss.step or "lost_item"
        title = BY_KEY[kind].title.format(thing=item.title)
        return Owed(
            subject=step_subject(environment_id, loss.step, loss.seen) if loss.step else item.pk,
            kind=kind,
            title=_title_of_step(loss.step, loss.seen) if loss.step else title,
            reason=f"No longer true: {item.title}. {loss.seen}".strip(),
            opened_at=None,
            due_at=None,
            onboarding_id=self.owner_of[environment_id] or self.onboarding.pk,
            environment_id=environment_id,
            untold=True,
        )


def step_subject(environment_id: str, key: str, reason: str) -> str:
    milestone = _milestone(key, reason)
    return ":".join([environment_id, key, *([milestone.key] if milestone else [])])


def _title_of_step(key: str, reason: str) -> str:
    kind, milestone = BY_KEY.get(key), _milestone(key, reason)
    title = kind.title if kind else STEPS[key].title
    return f"{title}: {milestone.title}" if milestone else title


def _milestone(key: str, reason: str) -> direct_connect.Milestone | None:
    return direct_connect.awaited(reason) if key == direct_connect.DirectConnect.key else None


def read(onboarding: Onboarding) -> Facts:
    """Read what is owed in an onboarding. Two statements while it has no environments, seven or so after that."""
    facts = Facts(onboarding, _owners(onboarding))
    if onboarding.stage != Stage.CANCELLED:
        returned = Section.objects.filter(onboarding=onboarding, state=SectionState.CHANGES_REQUESTED)
        facts.sections = {section.pk: section for section in returned.prefetch_related("reviews")}
    alive = [environment for environment, owner in facts.owner_of.items() if owner]
    if alive:
        facts.steps = list(_steps(alive))
        released = HandOver.objects.filter(
            environment__in=alive, state__in=(HandOverState.RELEASED, HandOverState.REVEALED)
        )
        facts.hand_overs = list(released.select_related("environment", "recipient"))
        facts.items = list(_items(alive))
        facts.losses = losses.read(alive)
    return facts


def _owners(onboarding: Onboarding) -> dict[str, str | None]:
    links = Onboarding.environments.through.objects.filter(environment__onboardings=onboarding)
    rows = links.order_by("onboarding__created_at", "onboarding").values_list(
        "environment", "onboarding", "onboarding__stage"
    )
    found: dict[str, str | None] = {}
    for environment, owner, stage in rows:
        is_over = stage == Stage.CANCELLED
        found[environment] = found.get(environment) if is_over else owner
    return found


def _steps(environments: list[str]) -> Iterable[RunStep]:
    """Nothing is asked for once its time is over, whether or not somebody has looked since."""
    waiting = Q(state=StepState.WAITING, waits_on=Owner.CUSTOMER) & ~Q(give_up_at__lte=clock.now())
    steps = RunStep.objects.filter(run__environment__in=environments, run__state__in=ACTIVE_RUNS)
    rows = steps.filter(waiting | Q(state=StepState.FAILED, key="customer_routes")).select_related("run")
    return (step for step in rows if step.state == StepState.WAITING or steering.is_customers_to_mend(step))


def _items(environments: list[str]) -> QuerySet[ChecklistItem]:
    """Signatures are asked for once provisioning is done; before that there is nothing to look at."""
    stages = Q(environment__onboardings__stage__in=_ITEM_STAGES)
    rows: QuerySet[ChecklistItem] = ChecklistItem.objects.filter(
        stages, environment__in=environments, owner=Owner.CUSTOMER, kind=ItemKind.MANUAL, state__in=_TO_SIGN
    )
    return rows.distinct()
