"""Check answers: everything once, then one act that commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from onboarding import review_clock, rules, selectors
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.sections.definition import SectionDefinition
from onboarding.services import sections as services
from onboarding.states import SectionState, Stage
from onboarding.views import check_rows, comparison, planned, section_pages
from onboarding.views.comparison import Answer
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import FieldProblem, Invalid

_WITH_REVIEWERS = (SectionState.SUBMITTED, SectionState.APPROVED)


@dataclass(frozen=True, slots=True)
class Card:
    """One section on the check page."""

    section: Section
    definition: SectionDefinition
    groups: list[tuple[str, list[Answer]]]
    may_change: bool

    @property
    def missing(self) -> int:
        return sum(entry.missing for _, entries in self.groups for entry in entries)

    @property
    def to_find_out(self) -> int:
        return sum(entry.to_find_out for _, entries in self.groups for entry in entries)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, id: str) -> HttpResponse:
    """Show every answer with a way to change it; POST submits all of them, or none and says why."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            services.submit_all(onboarding, by=user)
            return redirect("check_answers", onboarding.pk)
        except Invalid as error:
            problems = error.problems
            onboarding = selectors.onboarding(user, id)
    context = _page(user, onboarding, problems)
    return render(request, "onboarding/check.html", context, status=422 if problems else 200)


def _page(user: User, onboarding: Onboarding, problems: list[FieldProblem]) -> dict[str, object]:
    cards = list(_cards(user, onboarding))
    submitted_at = _submitted_at(cards)
    return {
        "onboarding": onboarding,
        "cards": cards,
        "problems": [_linked(onboarding, problem) for problem in problems],
        "submitted_at": submitted_at,
        "review_by": review_clock.due_at(submitted_at, onboarding.customer.time_zone) if submitted_at else None,
        "in_review": onboarding.stage == Stage.REVIEW,
        "may_submit": any(card.may_change for card in cards) and rules.may_submit(user, onboarding),
        "missing": sum(card.missing for card in cards),
        "to_find_out": sum(card.to_find_out for card in cards),
        "checks": check_rows.read_only(onboarding),
        "topology": planned.topology({card.section.key: card.section.answers for card in cards}),
    }


@dataclass(frozen=True, slots=True)
class LinkedProblem:
    """A problem whose field is on another page."""

    message: str
    url: str


def _linked(onboarding: Onboarding, problem: FieldProblem) -> LinkedProblem:
    key, _, pointer = problem.pointer.partition("/")
    page = reverse("section", args=(onboarding.pk, key))
    return LinkedProblem(problem.message, f"{page}#field-{pointer.replace('/', '-')}")


def _cards(user: User, onboarding: Onboarding) -> Iterable[Card]:
    for section in onboarding.sections.all():
        section.onboarding, section.customer = onboarding, onboarding.customer
        what = definition(section.key)
        groups = comparison.grouped(what.entries(section.answers))
        yield Card(section, what, groups, section_pages.may_edit(user, section))


def _submitted_at(cards: list[Card]) -> datetime | None:
    """Return when the last section was submitted, where all are with the reviewers."""
    if any(card.section.state not in _WITH_REVIEWERS for card in cards):
        return None
    return max((card.section.submitted_at for card in cards if card.section.submitted_at), default=None)
