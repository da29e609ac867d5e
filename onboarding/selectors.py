"""What a person may see of onboardings, and what they can do next."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from environments.models import Environment, RunStep
from environments.states import ACTIVE_RUNS, Owner, StepState
from onboarding import ask_selectors, suggesting
from onboarding.models import HandOver, Onboarding, Section, SectionReview
from onboarding.sections import definition, not_known
from onboarding.states import HandOverState, SectionState, Stage
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.core.errors import NotFound

_OPEN = (SectionState.CHANGES_REQUESTED, SectionState.DRAFT, SectionState.EMPTY)


def onboardings(user: User) -> QuerySet[Onboarding]:
    """The onboardings this person may see, newest first, each with its counts of sections."""
    return listed_onboardings(user).annotate(**{name: Count("sections", filter=kind) for name, kind in _COUNTS.items()})


def listed_onboardings(user: User) -> QuerySet[Onboarding]:
    """The same without the counts: `count_sections` reads them for one page, where counting all would cost the most."""
    rows = Onboarding.objects.visible_to(user).select_related("customer", "account_manager")
    return rows.order_by("-created_at", "-pk")


def count_sections(rows: list[Any]) -> None:
    """Give these onboardings the counts that `onboardings` annotates, by one statement."""
    counts = Section.objects.filter(onboarding__in=[row.pk for row in rows]).values_list("onboarding", "state")
    states: dict[str, Counter[str]] = {row.pk: Counter() for row in rows}
    for id, state, number in counts.order_by().annotate(number=Count("pk")):
        states[id][state] = number
    for row in rows:
        found = states[row.pk]
        row.sections_total = found.total()
        row.sections_answered = found.total() - found[SectionState.EMPTY]
        row.sections_submitted = found[SectionState.SUBMITTED]
        row.sections_approved = found[SectionState.APPROVED]
        row.changes_requested = found[SectionState.CHANGES_REQUESTED]


_COUNTS = {
    "sections_total": Q(),
    "sections_answered": ~Q(sections__state=SectionState.EMPTY),
    "sections_submitted": Q(sections__state=SectionState.SUBMITTED),
    "sections_approved": Q(sections__state=SectionState.APPROVED),
    "changes_requested": Q(sections__state=SectionState.CHANGES_REQUESTED),
}


def onboarding(user: User, id: str) -> Onboarding:
    """Return one with its sections and environments read. Raises `NotFound`."""
    rows = Section.objects.select_related("edited_by", "submitted_by").order_by("position")
    sections = ask_selectors.with_open_ask(rows)
    environments = Environment.objects.select_related("aws_account", "customer").order_by("created_at", "pk")
    found = onboardings(user).prefetch_related(Prefetch("sections", sections))
    found = found.prefetch_related(Prefetch("environments", environments))
    return _one(found, pk=id)


def earlier_onboardings(user: User, onboarding: Onboarding) -> QuerySet[Onboarding]:
    """The customer's other onboardings that have answers to copy, newest first."""
    answered = Section.objects.exclude(state=SectionState.EMPTY).values("onboarding")
    others = Onboarding.objects.visible_to(user).filter(customer=onboarding.customer_id, pk__in=answered)
    return others.exclude(pk=onboarding.pk).order_by("-created_at", "-pk")


def section(user: User, onboarding_id: str, key: str) -> Section:
    return _one(sections(user), onboarding_id=onboarding_id, key=key)


def section_by_id(user: User, id: str) -> Section:
    return _one(sections(user), pk=id)


def sections(user: User) -> QuerySet[Section]:
    """Sections with their onboarding, people, open ask and reviews (newest first) read."""
    reviews = SectionReview.objects.select_related("reviewer", "submitted_by").order_by("-created_at", "-pk")
    return (
        ask_selectors.with_open_ask(Section.objects.visible_to(user))
        .select_related("customer", "onboarding", "onboarding__account_manager", "edited_by", "submitted_by")
        .prefetch_related(Prefetch("reviews", reviews))
        .order_by("onboarding_id", "position")
    )


def review_queue(user: User) -> QuerySet[Section]:
    """Submitted sections this person may judge and has not, the longest waiting first; empty for who reviews nothing."""
    if not roles.may_review(user):
        return Section.objects.none()
    waiting = Section.objects.visible_to(user).filter(state=SectionState.SUBMITTED)
    mine = Q(submitted_by=user) | Q(edited_by=user)
    return (
        waiting.exclude(mine)
        .exclude(pk__in=_approved_by(user))
        .exclude(onboarding__stage=Stage.CANCELLED)
        .select_related("customer", "onboarding", "submitted_by")
        .order_by("submitted_at", "position")
    )


def _approved_by(user: User) -> QuerySet[Any, Any]:
    """The sections that this person approved since they were submitted, while others have to approve them too."""
    approved = SectionReview.objects.filter(reviewer=user, decision=SectionReview.Decision.APPROVED)
    return approved.filter(created_at__gte=F("section__submitted_at")).values("section")


def hand_overs(user: User) -> QuerySet[HandOver]:
    return (
        HandOver.objects.visible_to(user)
        .select_related("customer", "environment", "environment__customer", "recipient", "requested_by", "released_by")
        .order_by("-requested_at", "-pk")
    )


def hand_over(user: User, id: str) -> HandOver:
    return _one(hand_overs(user), pk=id)


def latest_review(section: Section) -> SectionReview | None:
    """Return the newest judgement of a section that came from `sections(user)`; asks the database nothing."""
    return next(iter(section.reviews.all()), None)


@dataclass(frozen=True, slots=True)
class NextAct:
    """The next thing this person can do: the words of the button and the page behind it."""

    label: str
    url_name: str
    args: tuple[str, ...] = ()
    detail: str = ""


def next_for(user: User, onboarding: Onboarding) -> NextAct | None:
    """Return this person's next act in an onboarding that came from `onboarding(user, id)`, or None: nothing for them."""
    if onboarding.stage in (Stage.CANCELLED, Stage.LIVE):
        return None
    rows = list(onboarding.sections.all())
    act = _reviewing(user, onboarding, rows) if user.is_provider else _answering(user, onboarding, rows)
    return act or _in_environments(user, onboarding)


def _reviewing(user: User, onboarding: Onboarding, rows: list[Section]) -> NextAct | None:
    waiting = [row for row in rows if row.state == SectionState.SUBMITTED and row.submitted_by_id != user.pk]
    if waiting and roles.may_review(user):
        return NextAct(f"Review {_count(len(waiting), 'section')}", "review", (onboarding.pk,))
    return None


def _answering(user: User, onboarding: Onboarding, rows: list[Section]) -> NextAct | None:
    if not roles.may_edit_intake(user, onboarding.customer):
        return None
    for row in rows:
        if row.open_ask and row.open_ask.person_id == user.pk and row.state in _OPEN:
            detail = f"{row.open_ask.asked_by} asks you for it"
            return NextAct(f"Answer: {title_of(row)}", "section", (onboarding.pk, row.key), detail)
    changed = [row for row in rows if row.state == SectionState.CHANGES_REQUESTED]
    for row in changed:
        return NextAct(f"Change: {title_of(row)}", "section", (onboarding.pk, row.key), "A reviewer asked for a change")
    filled = suggesting.of(onboarding, rows)
    unfinished = [row for row in rows if row.state in _OPEN and not complete(row, filled[row.key].answers)]
    for row in unfinished:
        verb = "Start" if row.state == SectionState.EMPTY else "Continue"
        return NextAct(f"{verb}: {title_of(row)}", "section", (onboarding.pk, row.key))
    if owed := to_find_out(onboarding):
        return NextAct(f"Find out {_count(len(owed), 'answer')}", "section", (onboarding.pk, owed[0].section.key))
    if any(row.state in _OPEN for row in rows):
        return NextAct("Check and submit", "check_answers", (onboarding.pk,))
    return None


def complete(section: Section, answers: Mapping[str, Any]) -> bool:
    """True when nothing is left to do now: each of its own questions is answered soundly in `answers`, which may be filled
    with what is suggested, or said to be not known yet."""
    return all(found.code == not_known.TO_FIND_OUT for found in definition(section.key).clean(answers)[1])


@dataclass(frozen=True, slots=True)
class Owed:
    """One answer that somebody has still to find out. `pointer` leads into the section's answers."""

    section: Section
    pointer: str
    label: str
    who: str


def to_find_out(onboarding: Onboarding) -> list[Owed]:
    """Return what is said to be not known yet in the sections that are still open, in their order. Reads nothing."""
    return [
        Owed(section, entry.pointer, entry.label, entry.who)
        for section in onboarding.sections.all()
        if section.state in _OPEN
        for entry in definition(section.key).entries(section.answers)
        if entry.to_find_out
    ]


def _in_environments(user: User, onboarding: Onboarding) -> NextAct | None:
    own = [environment.pk for environment in onboarding.environments.all()]
    if user.is_provider:
        return NextAct("Open the environment", "environment", (own[0],)) if own else None
    released = HandOver.objects.filter(environment__in=own, recipient=user).filter(
        state__in=(HandOverState.RELEASED, HandOverState.REVEALED)
    )
    if hand_over := released.order_by("pk").first():
        return NextAct("Open the hand-over", "hand_over", (hand_over.pk,))
    step = waiting_steps(user).filter(run__environment__in=own).first()
    return NextAct("See what waits for you", "actions", (), step.reason) if step else None


def waiting_steps(user: User) -> QuerySet[RunStep]:
    """The steps that wait for the customer, the nearest deadline first."""
    waiting = RunStep.objects.visible_to(user).filter(
        state=StepState.WAITING, waits_on=Owner.CUSTOMER, run__state__in=ACTIVE_RUNS
    )
    return waiting.select_related(
        "run", "run__environment", "run__environment__customer", "run__environment__aws_account"
    ).order_by("give_up_at", "pk")


def title_of(section: Section) -> str:
    return definition(section.key).title


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _one(rows: QuerySet, **which: str):  # type: ignore[no-untyped-def]
    found = rows.filter(**which).first()
    if found is None:
        raise NotFound
    return found
