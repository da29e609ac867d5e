"""What decides whose turn it is, read in a constant number of statements and told without the models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.db.models.functions import Coalesce

from environments.models import ChecklistItem, Environment, Plan, Specification
from environments.states import REMOVING, ItemState, PlanState
from onboarding.clocks import run_facts
from onboarding.clocks.run_facts import NO_RUNS, RunFacts
from onboarding.models import HandOver, Onboarding, Section
from onboarding.sections import definition
from onboarding.states import Stage

_OPEN_PLANS = (PlanState.REQUESTED, PlanState.READY, PlanState.BLOCKED)


@dataclass(frozen=True, slots=True)
class SectionFacts:
    title: str
    state: str
    submitted_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The open plan. One that was approved is a run, and one that is out of date is nobody's matter."""

    id: str
    state: str
    since: datetime
    removes: bool = False


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Checklist items that are alike. `since`: when the first of them stopped being true; None where none ever was."""

    kind: str
    state: str
    owner: str
    count: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandOverFacts:
    """The latest hand-over. `sealed`: there is a copy of the credentials, which is erased by itself."""

    id: str
    state: str
    recipient: str
    since: datetime
    expires_at: datetime | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """`accepted_at`: when the peering that stands or is being made was first accepted; `removal_at`: when the environment was
    last begun to be taken away; `provisioned_at`: when a run first ended well after the acceptance."""

    id: str
    name: str
    since: datetime
    is_production: bool = True
    is_gone: bool = False
    specification: str = ""
    run: RunFacts | None = None
    plan: PlanFacts | None = None
    items: tuple[ItemFacts, ...] = ()
    hand_over: HandOverFacts | None = None
    accepted_at: datetime | None = None
    provisioned_at: datetime | None = None
    removal_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnboardingFacts:
    customer: str
    time_zone: str
    stage: str
    since: datetime
    sections: tuple[SectionFacts, ...] = ()
    environments: tuple[EnvironmentFacts, ...] = ()


def read(onboarding: Onboarding) -> OnboardingFacts:
    """Return the facts of an onboarding. Ten statements at most, however many environments it has."""
    environments = list(onboarding.environments.order_by("created_at", "pk"))
    return OnboardingFacts(
        customer=onboarding.customer.name,
        time_zone=onboarding.customer.time_zone,
        stage=onboarding.stage,
        since=onboarding.stage_since,
        sections=tuple(_sections(onboarding)),
        environments=tuple(_environments(environments)) if environments else (),
    )


def read_one(environment: Environment) -> tuple[OnboardingFacts, EnvironmentFacts]:
    """Return the facts of one environment, whichever onboardings it is of: as those of one that is being provisioned."""
    (facts,) = _environments([environment])
    customer = environment.customer
    return OnboardingFacts(
        customer.name, customer.time_zone, Stage.PROVISIONING, environment.created_at, environments=(facts,)
    ), facts


def _sections(onboarding: Onboarding) -> Iterable[SectionFacts]:
    rows = Section.objects.filter(onboarding=onboarding).order_by("position")
    for row in rows.only("key", "state", "submitted_at", "reminded_at", "escalated_at"):
        title = definition(row.key).title
        yield SectionFacts(title, row.state, row.submitted_at, row.reminded_at, row.escalated_at)


def _environments(environments: list[Environment]) -> Iterable[EnvironmentFacts]:
    keys = [environment.pk for environment in environments]
    plans, hand_overs, items = _plans(keys), _hand_overs(keys), _items(keys)
    specifications, found = _specifications(keys), run_facts.read(keys)
    for environment in environments:
        key = environment.pk
        runs = found.get(key, NO_RUNS)
        yield EnvironmentFacts(
            id=key,
            name=environment.name,
            since=environment.torn_down_at or environment.created_at,
            is_production=environment.is_production,
            is_gone=environment.torn_down_at is not None,
            specification=specifications.get(key, ""),
            run=runs.latest,
            plan=plans.get(key),
            items=tuple(items.get(key, [])),
            hand_over=hand_overs.get(key),
            accepted_at=runs.accepted_at,
            provisioned_at=runs.provisioned_at,
            removal_at=runs.removal_at,
        )


def _plans(keys: list[str]) -> dict[str, PlanFacts]:
    found = Plan.objects.filter(environment__in=keys, state__in=_OPEN_PLANS).order_by("created_at", "pk")
    rows = found.values_list("environment", "pk", "state", Coalesce("computed_at", "created_at"), "purpose")
    return {key: PlanFacts(pk, state, since, purpose in REMOVING) for key, pk, state, since, purpose in rows}


def _specifications(keys: list[str]) -> dict[str, str]:
    rows = Specification.objects.filter(environment__in=keys).order_by("version")
    return dict(rows.values_list("environment", "pk"))


def _items(keys: list[str]) -> dict[str, list[ItemFacts]]:
    """Return what of each checklist is not true, by kind, state and owner; and what is true as one."""
    rows = ChecklistItem.objects.filter(environment__in=keys).order_by()
    alike = rows.values("environment", "kind", "state", "owner").annotate(number=Count("pk"), since=Min("changed_at"))
    found: dict[str, list[ItemFacts]] = {}
    for row in alike.order_by("kind", "state", "owner"):
        since = row["since"] if row["state"] == ItemState.RED else None
        facts = ItemFacts(row["kind"], row["state"], row["owner"], row["number"], since)
        found.setdefault(row["environment"], []).append(facts)
    return found


def _hand_overs(keys: list[str]) -> dict[str, HandOverFacts]:
    latest = HandOver.objects.filter(environment__in=keys).select_related("recipient", "secret")
    found: dict[str, HandOverFacts] = {}
    for row in latest.order_by("requested_at", "pk"):
        since = row.acknowledged_at or row.revealed_at or row.released_at or row.requested_at
        sealed = row.secret is not None and row.secret.destroyed_at is None
        found[row.environment_id] = HandOverFacts(row.pk, row.state, str(row.recipient), since, row.expires_at, sealed)
    return found
