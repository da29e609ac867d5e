"""The intake's mail: written in the act's transaction, never with an answer in it."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from onboarding.models import Onboarding, ReviewDraft, Section
from onboarding.review_clock import due_at
from onboarding.sections import definition
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.outbox.services import email


def submitted(onboarding: Onboarding, sections: list[Section], *, by: User) -> None:
    """The account manager and the engineers are told what waits for their review."""
    titles = _named(sections)
    subject = f"{onboarding.customer}: {_titles(titles)} submitted for review"
    event = f"section_submitted:{':'.join(f'{section.pk}@{section.revision}' for section in sections[:1])}"
    for reader in _reviewers(onboarding, by):
        _send("section_submitted", reader, event, subject, onboarding, "review", titles=titles, author=by)


def changes_requested(section: Section, *, reason: str, by: User) -> None:
    title = definition(section.key).title
    event = f"changes_requested:{section.pk}@{section.revision}"
    link = _link("section", section.onboarding_id, section.key)
    for reader in _authors([section], by):
        _mail(
            "changes_requested",
            reader,
            event,
            f"{section.onboarding.reference}: change asked for in {title}",
            section.onboarding,
            {"title": title, "reason": reason, "reviewer": by, "link": link},
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


def _of_waiting(template: str, readers: Iterable[User], subject: str, sections: list[Section]) -> None:
    onboarding, first = sections[0].onboarding, sections[0]
    event = f"{template}:{first.pk}@{first.revision}"
    since = min(section.submitted_at for section in sections if section.submitted_at)
    context = {"titles": _named(sections), "since": since, "due_at": due_at(since, onboarding.customer.time_zone)}
    for reader in readers:
        _send(template, reader, event, subject, onboarding, "review", **context)


def _named(sections: Iterable[Section]) -> list[str]:
    return [definition(section.key).title for section in sections]


def draft_expired(draft: ReviewDraft) -> None:
    """The reviewer is told that the draft of their review is gone, and that the section is anybody's."""
    onboarding, title = draft.section.onboarding, definition(draft.section.key).title
    event = f"review_draft_expired:{draft.pk}"
    link = _link("review_section", onboarding.pk, draft.section.key)
    subject = f"{onboarding.reference}: your review of {title} was not finished"
    context = {"title": title, "judged": len(draft.judgements), "link": link}
    _mail("review_draft_expired", draft.reviewer, event, subject, onboarding, context)


def approved(onboarding: Onboarding, sections: Iterable[Section], *, by: User | None) -> None:
    """Everyone who submitted an answer is told that all are approved and what comes next."""
    event = f"approved:{onboarding.pk}:{max(section.revision for section in sections)}"
    subject = f"{onboarding.reference}: every section is approved"
    for reader in _authors(sections, by):
        _send("approved", reader, event, subject, onboarding, "onboarding")


def _send(
    template: str, reader: User, event: str, subject: str, onboarding: Onboarding, page: str, **context: Any
) -> None:
    _mail(template, reader, event, subject, onboarding, {"link": _link(page, onboarding.pk), **context})


def _mail(
    template: str, reader: User, event: str, subject: str, onboarding: Onboarding, context: dict[str, Any]
) -> None:
    email(
        template,
        reader.email,
        key=f"{event}:{reader.pk}",
        subject=subject,
        customer=onboarding.customer,
        context={"reader": reader, "onboarding": onboarding, "customer": onboarding.customer, **context},
    )


def _link(page: str, *args: str) -> str:
    return f"{settings.PORTAL_URL}{reverse(page, args=args)}"


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
