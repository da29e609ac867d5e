"""The intake's mail: written in the act's transaction, never with an answer in it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from onboarding.models import Onboarding, ReviewDraft, Section
from onboarding.review_clock import due_at
from onboarding.sections import definition
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.outbox.services import notify


def submitted(onboarding: Onboarding, sections: list[Section], *, by: User) -> None:
    """The account manager and the engineers are told what waits for their review."""
    titles = _named(sections)
    subject = f"{onboarding.customer}: {_titles(titles)} submitted for review"
    once = ":".join(f"{section.pk}@{section.revision}" for section in sections[:1])
    _ask_for_review(
        "section_submitted", _reviewers(onboarding, by), onboarding, once, subject, titles=titles, author=by
    )


def changes_requested(section: Section, *, reason: str, by: User) -> None:
    title = definition(section.key).title
    for reader in _authors([section], by):
        _tell(
            "changes_requested",
            reader,
            section.onboarding,
            f"{section.pk}@{section.revision}",
            f"{section.onboarding.reference}: change asked for in {title}",
            reverse("section", args=(section.onboarding_id, section.key)),
            about=section.pk,
            to_act=True,
            title=title,
            reason=reason,
            reviewer=by,
        )


def review_waits(sections: list[Section]) -> None:
    """Everyone who may review these sections of one onboarding is reminded that they wait."""
    onboarding = sections[0].onboarding
    subject = f"{onboarding.customer}: {_titles(_named(sections))} still waiting for review"
    _of_waiting("review_waits", _reviewers(onboarding, sections[0].submitted_by), subject, sections)


def review_overdue(sections: list[Section]) -> None:
    """The account manager is told that nobody reviews these sections of one onboarding."""
    onboarding = sections[0].onboarding
    subject = f"{onboarding.customer}: nobody reviews {_titles(_named(sections))}"
    _of_waiting("review_overdue", [onboarding.account_manager], subject, sections)


def draft_expired(draft: ReviewDraft) -> None:
    """The reviewer is told that the draft of their review is gone, and that the section is anybody's."""
    onboarding, title = draft.section.onboarding, definition(draft.section.key).title
    _tell(
        "review_draft_expired",
        draft.reviewer,
        onboarding,
        str(draft.pk),
        f"{onboarding.reference}: your review of {title} was not finished",
        reverse("review_section", args=(onboarding.pk, draft.section.key)),
        title=title,
        judged=len(draft.judgements),
    )


def approved(onboarding: Onboarding, sections: Iterable[Section], *, by: User | None) -> None:
    """Everyone who submitted an answer is told that all are approved and what comes next."""
    once = f"{onboarding.pk}:{max(section.revision for section in sections)}"
    subject = f"{onboarding.reference}: every section is approved"
    for reader in _authors(sections, by):
        _tell("approved", reader, onboarding, once, subject, reverse("onboarding", args=[onboarding.pk]))


def _of_waiting(event: str, readers: Iterable[User], subject: str, sections: list[Section]) -> None:
    onboarding, first = sections[0].onboarding, sections[0]
    since = min(section.submitted_at for section in sections if section.submitted_at)
    due = due_at(since, onboarding.customer.time_zone)
    again = f"@{first.escalated_at:%Y%m%d%H%M}" if event == "review_overdue" and first.escalated_at else ""
    once = f"{first.pk}@{first.revision}{again}"
    _ask_for_review(event, readers, onboarding, once, subject, titles=_named(sections), since=since, due_at=due)


def _ask_for_review(
    event: str, readers: Iterable[User], onboarding: Onboarding, once: str, subject: str, **context: Any
) -> None:
    link = reverse("review", args=[onboarding.pk])
    for reader in readers:
        _tell(event, reader, onboarding, once, subject, link, about=onboarding.pk, to_act=True, **context)


def _tell(
    event: str,
    reader: User,
    onboarding: Onboarding,
    once: str,
    subject: str,
    link: str,
    *,
    about: str = "",
    to_act: bool = False,
    **context: Any,
) -> None:
    """Tell a reader of an event; `once` names it among those of its kind."""
    notify(
        reader,
        event,
        event,
        key=f"{event}:{once}",
        subject=subject,
        link=link,
        customer=onboarding.customer,
        context={"onboarding": onboarding, "customer": onboarding.customer, **context},
        to_act=to_act,
        about=about,
    )


def _named(sections: Iterable[Section]) -> list[str]:
    return [definition(section.key).title for section in sections]


def _reviewers(onboarding: Onboarding, by: User | None) -> Iterable[User]:
    people = User.objects.filter(is_active=True).exclude(pk=by.pk if by else "")
    return people.filter(Q(staff_role=StaffRole.OPERATIONS_ENGINEER) | Q(pk=onboarding.account_manager_id)).order_by(
        "pk"
    )


def _authors(sections: Iterable[Section], by: User | None) -> Iterable[User]:
    keys = {key for section in sections for key in (section.submitted_by_id, section.edited_by_id) if key}
    return User.objects.filter(pk__in=keys, is_active=True).exclude(pk=by.pk if by else "").order_by("pk")


def _titles(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{len(titles)} sections"
