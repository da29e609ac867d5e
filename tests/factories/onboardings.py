"""Onboardings at every point of the intake, made by the services themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from onboarding.models import Onboarding, Section
from onboarding.services import onboardings, reviews, sections
from portal.accounts.models import Customer, User
from tests.factories import people
from tests.factories.answers import answers_for


def onboarding(customer: Customer | None = None, *, account_manager: User | None = None) -> Onboarding:
    manager = account_manager or people.account_manager()
    return onboardings.open(
        customer or people.customer(), title="Integration platform", account_manager=manager, by=manager
    )


def section(of: Onboarding, key: str) -> Section:
    return Section.objects.select_related("onboarding", "customer").get(onboarding=of, key=key)


def answer(of: Onboarding, key: str, answers: dict[str, Any], by: User) -> Section:
    """Save these answers over whatever is there."""
    found = section(of, key)
    return sections.save(found, answers=answers, revision=found.revision, by=by)


def answered(
    onboarding: Onboarding, by: User | None = None, answers: dict[str, dict[str, Any]] | None = None
) -> Onboarding:
    """Every section is a sound draft."""
    author = by or people.contact(onboarding.customer)
    with _followed_once(onboarding):
        for key, given in (answers or answers_for(zone=_free_zone())).items():
            answer(onboarding, key, given, author)
    return onboarding


@contextmanager
def _followed_once(onboarding: Onboarding) -> Iterator[None]:
    """Clocks, actions and portfolio follow at the end instead of after every section. Nobody looks in between, and a section
    takes half as long."""
    with mock.patch.object(onboardings, "refresh_stage", side_effect=lambda one: one):
        yield
    onboardings.refresh_stage(onboarding)


def _free_zone() -> str:
    """Return acme.internal, or a zone of its own where another onboarding has that already."""
    others = Section.objects.filter(key="dns").exclude(answers={}).count()
    return f"acme{others}.internal" if others else "acme.internal"


def submitted(
    onboarding: Onboarding, by: User | None = None, answers: dict[str, dict[str, Any]] | None = None
) -> Onboarding:
    author = by or people.contact(onboarding.customer)
    answered(onboarding, author, answers)
    sections.submit_all(onboarding, by=author)
    return onboarding


def sent_back(section: Section, *pointers: str, by: User | None = None, reason: str = "Change it.") -> Section:
    """A review is finished that asks for a change of these answers and approves all others."""
    asked = [{"pointer": pointer, "verdict": "change_requested", "reason": reason} for pointer in pointers]
    judge = by or people.engineer()
    reviews.finish(section, revision=section.revision, by=judge, judgements=asked, approve_rest=True)
    return section


def approved(
    onboarding: Onboarding,
    by: User | None = None,
    *,
    reviewer: User | None = None,
    answers: dict[str, dict[str, Any]] | None = None,
) -> Onboarding:
    """Every section is approved: the environments stand, each with a specification and a requested plan."""
    submitted(onboarding, by, answers)
    judge = reviewer or people.engineer()
    with _followed_once(onboarding):
        for found in Section.objects.select_related("onboarding", "customer").filter(onboarding=onboarding):
            reviews.approve(found, revision=found.revision, by=judge)
    onboarding.refresh_from_db()
    return onboarding
