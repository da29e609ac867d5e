"""Check answers: everything once, then one act that commits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import review_clock, rules, selectors, suggesting
from onboarding.models import Onboarding, Section
from onboarding.sections import definition
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.suggestions import Filled
from onboarding.services import suggestions
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
    suggested: int
    digest: str
    """What binds a person's word to the suggestions of this section."""

    @property
    def missing(self) -> int:
        return sum(entry.missing for _, entries in self.groups for entry in entries)

    @property
    def to_find_out(self) -> int:
        return sum(entry.to_find_out for _, entries in self.groups for entry in entries)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, id: str) -> HttpResponse:
    """Show every answer with a way to change it, those that are only suggested marked as such.

    POST takes these over as they were shown and submits all sections, or those that are ready; or it does nothing and says why.
    """
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            ready_only = request.POST.get("act") == "ready"
            submitted = suggestions.accept_and_submit(
                onboarding, digests=_digests(request), by=user, ready_only=ready_only
            )
            if ready_only:
                titles = ", ".join(selectors.title_of(section) for section in submitted)
                messages.success(request, f"Submitted for review: {titles}.")
            return redirect("check_answers", onboarding.pk)
        except Invalid as error:
            problems = error.problems
            onboarding = selectors.onboarding(user, id)
    context = _page(user, onboarding, problems)
    return render(request, "onboarding/check.html", context, status=422 if problems else 200)


def _page(user: User, onboarding: Onboarding, problems: list[FieldProblem]) -> dict[str, object]:
    filled = suggesting.of(onboarding, onboarding.sections.all())
    cards = list(_cards(user, onboarding, filled))
    submitted_at = _submitted_at(cards)
    return {
        "onboarding": onboarding,
        "cards": cards,
        "problems": [_linked(onboarding, problem) for problem in problems],
        "submitted_at": submitted_at,
        "review_by": review_clock.due_at(submitted_at, onboarding.customer.time_zone) if submitted_at else None,
        "in_review": onboarding.stage == Stage.REVIEW,
        "may_submit": any(card.may_change for card in cards) and rules.may_submit(user, onboarding),
        "suggested": sum(card.suggested for card in cards),
        "missing": sum(card.missing for card in cards),
        "to_find_out": sum(card.to_find_out for card in cards),
        "checks": check_rows.read_only(onboarding),
        "topology": planned.topology({key: section.answers for key, section in filled.items()}),
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


def _cards(user: User, onboarding: Onboarding, filled: Mapping[str, Filled]) -> Iterable[Card]:
    for section in onboarding.sections.all():
        section.onboarding, section.customer = onboarding, onboarding.customer
        what = definition(section.key)
        mine = filled[section.key]
        groups = comparison.grouped(what.entries(mine.answers), mine.because)
        may_change = section_pages.may_edit(user, section)
        yield Card(section, what, groups, may_change, len(mine.suggestions), suggesting.digest(mine))


@require_POST
def accept(request: HttpRequest, id: str) -> HttpResponse:
    """Take over what is suggested in these sections, as it was shown."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    suggestions.accept(onboarding, digests=_digests(request), by=user)
    messages.success(request, "The suggestions are answers of yours now. You can change them until you submit.")
    return redirect("check_answers", onboarding.pk)


def _digests(request: HttpRequest) -> dict[str, str]:
    """Return what the form says it showed as suggested: the digest by section."""
    pairs = (value.partition(":") for value in request.POST.getlist("suggested"))
    return {key: digest for key, _, digest in pairs}


def _submitted_at(cards: list[Card]) -> datetime | None:
    """Return when the last section was submitted, where all are with the reviewers."""
    if any(card.section.state not in _WITH_REVIEWERS for card in cards):
        return None
    return max((card.section.submitted_at for card in cards if card.section.submitted_at), default=None)
