"""Why we are waiting: in every state one sentence that says for whom, for what, since when, and what comes next by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from environments.models import Environment
from environments.states import ItemKind, ItemOwner, ItemState, Owner, PlanState, RunState, StepState
from onboarding import review_clock
from onboarding.clocks import facts as known
from onboarding.clocks.causes import CAUSES, NOBODY
from onboarding.clocks.facts import EnvironmentFacts, HandOverFacts, ItemFacts, OnboardingFacts
from onboarding.clocks.run_facts import RunFacts, StepFacts
from onboarding.models import Onboarding
from onboarding.services.hand_overs import UNCONFIRMED_LIFETIME
from onboarding.states import HandOverState, SectionState, Stage
from portal.ui import times

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is. `owner` is empty where nobody has to act. `sentence` says who and what; `next_event` what happens by
    itself if nobody does, and `next_at` when, as far as it is known. `subject`: the id of what the cause is of."""

    owner: str
    cause: str
    sentence: str
    since: datetime
    next_event: str = ""
    next_at: datetime | None = None
    subject: str = ""

    @property
    def in_full(self) -> str:
        """All of it as one sentence."""
        return in_full(self.sentence, self.since, self.next_event, self.next_at)


def whose_turn(onboarding: Onboarding) -> Turn:
    """Return whose turn it is now, as the facts have it. A constant number of statements."""
    return of_onboarding(known.read(onboarding))


def whose_turn_in(environment: Environment) -> Turn:
    """Return whose turn it is in one environment. A constant number of statements."""
    return of_environment(*known.read_one(environment))


def in_full(sentence: str, since: datetime, next_event: str, next_at: datetime | None) -> str:
    """Return such as "Waiting for Acme: ..., since Thu 26 Nov 2026, 17:00 UTC. Next by itself: they expire, Sun ..."."""
    following = f"Next by itself: {next_event}" if next_event else "Nothing happens by itself before that"
    at = f", {times.absolute(next_at)}" if next_event and next_at else ""
    return f"{sentence.removesuffix('.')}, since {times.absolute(since)}. {following}{at}."


def of_onboarding(facts: OnboardingFacts) -> Turn:
    """Return the turn of the whole onboarding. Answers come before reviews, and these before environments, as the stages have
    it. Of the environments production decides: only that is handed over."""
    if facts.stage == Stage.CANCELLED:
        return _turn(facts, "onboarding.cancelled", facts.since)
    if facts.stage == Stage.LIVE:
        return _turn(facts, "onboarding.live", facts.since)
    if facts.stage == Stage.INTAKE:
        return _intake(facts)
    if facts.stage == Stage.REVIEW:
        return _review(facts)
    if not facts.environments:
        return _turn(facts, "environment.missing", facts.since)
    production = [environment for environment in facts.environments if environment.is_production]
    turns = [of_environment(facts, environment) for environment in production or facts.environments]
    first = min(turns, key=_urgency)
    if first.owner == NOBODY:
        return _turn(facts, "onboarding.closing" if production else "environment.no_production", facts.since)
    return first


def _urgency(turn: Turn) -> tuple[int, datetime]:
    """What stopped comes first: nothing else gets anywhere before it is mended. Then the customer, who acts seldom and takes
    long; then the provider; AWS comes back by itself."""
    if CAUSES[turn.cause].stops:
        return 0, turn.since
    return {Owner.CUSTOMER: 1, Owner.PROVIDER: 2, Owner.AWS: 3, NOBODY: 4}[turn.owner], turn.since


def _intake(facts: OnboardingFacts) -> Turn:
    asked = [section.title for section in facts.sections if section.state == SectionState.CHANGES_REQUESTED]
    if asked:
        return _turn(facts, "intake.changes_requested", facts.since, words={"sections": _named(asked)})
    if all(section.state == SectionState.EMPTY for section in facts.sections):
        return _turn(facts, "intake.not_started", facts.since)
    owed = (SectionState.EMPTY, SectionState.DRAFT)
    titles = [section.title for section in facts.sections if section.state in owed]
    return _turn(facts, "intake.answering", facts.since, words={"sections": _named(titles)})


def _review(facts: OnboardingFacts) -> Turn:
    waiting = [section for section in facts.sections if section.state == SectionState.SUBMITTED]
    since = min((section.submitted_at for section in waiting if section.submitted_at), default=facts.since)
    words = {"sections": _named([section.title for section in waiting])}
    unreminded = [section.submitted_at for section in waiting if section.submitted_at and not section.reminded_at]
    if unreminded or not waiting:
        at = review_clock.later(min(unreminded, default=since), settings.REVIEW_REMINDER, facts.time_zone)
        return _turn(facts, "review.waiting", since, at, words=words)
    untold = [section.submitted_at for section in waiting if section.submitted_at and not section.escalated_at]
    if untold:
        at = review_clock.later(min(untold), settings.REVIEW_ESCALATION, facts.time_zone)
        return _turn(facts, "review.reminded", since, at, words=words)
    return _turn(facts, "review.overdue", since, words=words)


def of_environment(facts: OnboardingFacts, environment: EnvironmentFacts) -> Turn:
    """Return the turn of one environment: what is under way, what was asked for, or what the hand-over lacks."""
    run, plan = environment.run, environment.plan
    if run and run.state != RunState.FINISHED:
        return _run(facts, environment, run)
    if plan:
        cause = {
            PlanState.REQUESTED: "plan.requested",
            PlanState.READY: "plan.ready",
            PlanState.BLOCKED: "plan.blocked",
        }[PlanState(plan.state)]
        return _turn(facts, cause, plan.since, subject=plan.id, words={"environment": environment.name})
    if environment.is_gone or (run and run.removes):
        return _turn(facts, "environment.torn_down", environment.since, words={"environment": environment.name})
    if run is None or (environment.specification and run.specification != environment.specification):
        since = (run and run.finished_at) or max(environment.since, facts.since)
        return _turn(facts, "plan.missing", since, words={"environment": environment.name})
    return _standing(facts, environment, run.finished_at or run.since)


def _run(facts: OnboardingFacts, environment: EnvironmentFacts, run: RunFacts) -> Turn:
    words = {"environment": environment.name, "work": "take away" if run.removes else "provision"}
    if run.state == RunState.PAUSED:
        note = f": {run.note}" if run.note else ""
        return _turn(facts, "run.paused", run.since, subject=run.id, words={**words, "note": note})
    stopped = [step for step in run.steps if step.state == StepState.FAILED]
    if stopped and not (run.is_broken and all(step.is_customers for step in stopped)):
        return _stop(facts, stopped, words)
    if run.state == RunState.FAILED:
        return _turn(facts, "run.stopped", run.since, subject=run.id, words=words)
    waiting = [step for step in run.steps if step.state == StepState.WAITING]
    for owner in (Owner.CUSTOMER, Owner.PROVIDER, Owner.AWS, NOBODY):
        if steps := [step for step in waiting if step.waits_on == owner]:
            return _wait(facts, min(steps, key=_since), words)
    cause = {RunState.QUEUED: "run.queued", RunState.RUNNING: "run.running"}.get(RunState(run.state), "run.waiting")
    at = run.next_at if cause == "run.waiting" else None
    return _turn(facts, cause, run.since, at, subject=run.id, words=words)


def _stop(facts: OnboardingFacts, stopped: list[StepFacts], words: dict[str, str]) -> Turn:
    """What the provider has to mend comes first: the customer is not charged for it."""
    step = min(stopped, key=lambda one: (one.is_customers, *_since(one)))
    cause = "step.customer_stopped" if step.is_customers else "step.stopped"
    said = {**words, "step": step.title, "reason": step.reason.rstrip(".")}
    return _turn(facts, cause, step.since, subject=step.id, words=said)


def _wait(facts: OnboardingFacts, step: StepFacts, words: dict[str, str]) -> Turn:
    reason = step.reason.rstrip(".") or step.title
    cause = f"step.{step.waits_on or Owner.PROVIDER}"
    at = step.next_at
    if step.waits_on == Owner.CUSTOMER and step.give_up_at:
        cause, at = "step.customer_until", step.give_up_at
    return _turn(facts, cause, step.since, at, subject=step.id, words={**words, "reason": reason})


def _since(step: StepFacts) -> tuple[datetime, str]:
    return step.since, step.id


def _standing(facts: OnboardingFacts, environment: EnvironmentFacts, since: datetime) -> Turn:
    """What stands is verified and handed over; but whoever has seen the credentials says so first, whatever is red since."""
    if not environment.is_production:
        return _turn(facts, "environment.stands", since, words={"environment": environment.name})
    hand_over = environment.hand_over
    if hand_over and hand_over.state in (HandOverState.REVEALED, HandOverState.ACKNOWLEDGED):
        return _hand_over(facts, environment, hand_over)
    untrue = [item for item in environment.items if item.state != ItemState.GREEN]
    if untrue:
        return _items(facts, environment, since)
    if not environment.items:
        return _turn(facts, "items.none", since, words={"environment": environment.name})
    if hand_over is None:
        return _turn(facts, "hand_over.missing", since, words={"environment": environment.name})
    return _hand_over(facts, environment, hand_over)


def _items(facts: OnboardingFacts, environment: EnvironmentFacts, since: datetime) -> Turn:
    """The provider's own come first, and of them what was true once."""
    untrue = [item for item in environment.items if item.state != ItemState.GREEN]
    owner = min((_signs(item) for item in untrue), key=list(Owner).index)
    theirs = [item for item in untrue if _signs(item) == owner]
    cause, concerned = _first_of(theirs)
    number = sum(item.count for item in concerned)
    words = {"environment": environment.name, "items": f"{number} checklist item{'s' * (number != 1)}"}
    began = min((item.since for item in concerned if item.since), default=since)
    return _turn(facts, cause, began, owner=owner, words=words)


def _signs(item: ItemFacts) -> Owner:
    """Return who makes it true. What AWS or a third party does, the provider's people sign."""
    if item.owner == ItemOwner.THIRD_PARTY or (item.owner == ItemOwner.AWS and item.kind == ItemKind.MANUAL):
        return Owner.PROVIDER
    return Owner(item.owner)


def _first_of(items: list[ItemFacts]) -> tuple[str, list[ItemFacts]]:
    """Return the cause that comes first, and the items that it is of."""
    red = [item for item in items if item.state == ItemState.RED]
    automatic = [item for item in items if item.kind == ItemKind.AUTOMATIC]
    unsigned = [item for item in items if item.state != ItemState.SIGNED]
    if red:
        return "items.red", red
    if automatic:
        return "items.open", automatic
    return ("items.unsigned", unsigned) if unsigned else ("items.signed_once", items)


def _hand_over(facts: OnboardingFacts, environment: EnvironmentFacts, hand_over: HandOverFacts) -> Turn:
    cause, at = f"hand_over.{hand_over.state}", None
    if hand_over.state == HandOverState.ACKNOWLEDGED:
        cause = "environment.handed_over"
    elif hand_over.state == HandOverState.RELEASED:
        at = hand_over.expires_at
    elif hand_over.state == HandOverState.REVEALED and hand_over.sealed:
        at = hand_over.since + UNCONFIRMED_LIFETIME
    elif hand_over.state == HandOverState.REVEALED:
        cause = "hand_over.erased"
    words = {"environment": environment.name, "recipient": hand_over.recipient}
    return _turn(facts, cause, hand_over.since, at, subject=hand_over.id, words=words)


def _turn(
    facts: OnboardingFacts,
    cause: str,
    since: datetime,
    next_at: datetime | None = None,
    *,
    owner: str | None = None,
    subject: str = "",
    words: Mapping[str, str] | None = None,
) -> Turn:
    said = CAUSES[cause]
    whose = said.owner if said.owner is not None else owner or Owner.PROVIDER
    what = said.words.format(customer=facts.customer, **(words or {}))
    sentence = f"Waiting for {party(whose, facts.customer)}: {what}." if whose else f"Nobody has to act: {what}."
    return Turn(whose, cause, sentence, since, said.then, next_at, subject)


def party(owner: str, customer: str) -> str:
    """Return the name of who acts."""
    return {Owner.CUSTOMER: customer, Owner.PROVIDER: settings.PROVIDER_NAME, Owner.AWS: "AWS"}[Owner(owner)]


def _named(titles: Iterable[str]) -> str:
    """Return the sections by name where they are few, by number otherwise."""
    names = list(titles)
    if len(names) > _NAMED or not names:
        return f"{len(names)} sections"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
