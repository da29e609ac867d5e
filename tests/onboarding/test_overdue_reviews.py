"""Reviews that nobody does, on a clock that stands still: whom is told what, when, and only once."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from pytest_django import Settings

from onboarding import review_clock
from onboarding.models import Onboarding, ReviewDraft, Section
from onboarding.services import onboardings, overdue_reviews, review_drafts, reviews, sections
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings as factory
from tests.factories import people

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("since", "length", "zone", "then"),
    [
        (MONDAY, timedelta(), "UTC", MONDAY),
        (MONDAY, 24 * HOUR, "UTC", MONDAY + 24 * HOUR),
        (FRIDAY, 15 * HOUR, "UTC", datetime(2026, 11, 28, 0, 0, tzinfo=UTC)),
        (FRIDAY, 16 * HOUR, "UTC", datetime(2026, 11, 30, 1, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), 2 * HOUR, "UTC", datetime(2026, 11, 30, 2, 0, tzinfo=UTC)),
        (datetime(2026, 11, 29, 22, 0, tzinfo=UTC), HOUR, "Asia/Colombo", datetime(2026, 11, 29, 23, 0, tzinfo=UTC)),
        # The clocks of Berlin went back on Sunday 25 October 2026; on Monday 2 November nothing is odd.
        (
            datetime(2026, 10, 23, 21, 0, tzinfo=UTC),
            2 * HOUR,
            "Europe/Berlin",
            datetime(2026, 10, 26, 0, 0, tzinfo=UTC),
        ),
    ],
)
def test_hours_count_on_working_days(since: datetime, length: timedelta, zone: str, then: datetime) -> None:
    assert review_clock.later(since, length, zone) == then


@pytest.fixture(autouse=True)
def hours(settings: Settings) -> None:
    settings.REVIEW_REMINDER, settings.REVIEW_ESCALATION, settings.REVIEW_DRAFT_LIFETIME = (
        24 * HOUR,
        40 * HOUR,
        8 * HOUR,
    )


def at(moment: datetime) -> mock._patch:  # type: ignore[type-arg]
    return mock.patch.object(clock, "now", return_value=moment)


def look(moment: datetime) -> list[str]:
    """Look at this moment; return who was written to, and about what."""
    OutboxMessage.objects.all().delete()
    with at(moment):
        overdue_reviews.look()
    return sorted(f"{message.recipient}: {message.subject}" for message in OutboxMessage.objects.all())


def waiting(moment: datetime, *keys: str) -> Onboarding:
    onboarding = factory.onboarding()
    author = people.contact(onboarding.customer)
    zone = f"acme{Onboarding.objects.count()}.internal"
    given = {"dns": {"choice": "route53", "zone": zone}, "ntp": {"choice": "amazon"}}
    for key in keys or ("dns",):
        section = factory.answer(onboarding, key, given[key], author)
        with at(moment):
            sections.submit(section, revision=section.revision, by=author)
    return onboarding


def engineer() -> User:
    return people.staff("operations_engineer", name="Nimal")


def test_reviewers_are_reminded_once_and_then_the_account_manager_is_told_until_somebody_comes() -> None:
    nimal = engineer()
    onboarding = waiting(MONDAY, "dns", "ntp")
    manager, customer = onboarding.account_manager, onboarding.customer
    reminders = sorted(f"{one.email}: {customer}: 2 sections still waiting for review" for one in (nimal, manager))

    assert look(MONDAY + 24 * HOUR - timedelta(seconds=1)) == []
    assert look(MONDAY + 24 * HOUR) == reminders
    assert look(MONDAY + 25 * HOUR) == []
    assert look(MONDAY + 40 * HOUR) == [f"{manager.email}: {customer}: nobody reviews 2 sections"]
    assert look(MONDAY + 79 * HOUR) == []
    assert look(MONDAY + 80 * HOUR) == [f"{manager.email}: {customer}: nobody reviews 2 sections"]
    assert look(MONDAY + 81 * HOUR) == []
    assert AuditEvent.objects.filter(action="section.review_reminded").count() == 2
    assert AuditEvent.objects.filter(action="section.review_escalated").count() == 4


def test_weekends_do_not_count() -> None:
    engineer()
    waiting(FRIDAY)

    assert look(FRIDAY + 48 * HOUR) == []
    assert len(look(FRIDAY + 72 * HOUR)) == 2


def test_what_is_judged_or_withdrawn_or_over_is_nobodys_business() -> None:
    nimal = engineer()
    judged, withdrawn, cancelled = (waiting(MONDAY) for _ in range(3))
    section = factory.section(judged, "dns")
    reviews.approve(section, revision=section.revision, by=nimal)
    sections.withdraw(factory.section(withdrawn, "dns"), by=people.contact(withdrawn.customer))
    onboardings.cancel(cancelled, by=None)

    assert look(MONDAY + 90 * HOUR) == []


def test_a_section_that_is_submitted_again_waits_anew() -> None:
    engineer()
    onboarding = waiting(MONDAY)
    assert len(look(MONDAY + 24 * HOUR)) == 2
    author = people.contact(onboarding.customer)
    section = sections.withdraw(factory.section(onboarding, "dns"), by=author)
    with at(MONDAY + 26 * HOUR):
        sections.submit(section, revision=section.revision, by=author)

    assert look(MONDAY + 49 * HOUR) == []
    assert len(look(MONDAY + 50 * HOUR)) == 2


def test_mail_says_since_when_it_waits_and_what_was_promised() -> None:
    engineer()
    waiting(MONDAY)

    look(MONDAY + 24 * HOUR)

    text = OutboxMessage.objects.first().text
    assert "Mon 23 Nov 2026, 09:00 UTC" in text
    assert "promised an answer by Wed 25 Nov 2026, 17:00 UTC" in text
    assert "- DNS" in text


def test_draft_left_lying_is_thrown_away_and_its_reviewer_told() -> None:
    nimal = engineer()
    onboarding = waiting(MONDAY)
    section = factory.section(onboarding, "dns")
    with at(MONDAY + HOUR):
        review_drafts.save(section, [{"pointer": "zone", "verdict": "approved"}], revision=section.revision, by=nimal)

    assert look(MONDAY + 9 * HOUR - timedelta(seconds=1)) == []
    assert look(MONDAY + 9 * HOUR) == [f"{nimal.email}: {onboarding.reference}: your review of DNS was not finished"]
    assert not ReviewDraft.objects.exists()
    assert AuditEvent.objects.get(action="section.review_draft_expired").before == {"reviewer": "Nimal", "judged": 1}
    assert Section.objects.get(pk=section.pk).state == "submitted"


def test_draft_that_is_touched_lives_on() -> None:
    nimal = engineer()
    section = factory.section(waiting(MONDAY), "dns")
    for hours in (1, 7):
        with at(MONDAY + hours * HOUR):
            review_drafts.save(section, [], revision=section.revision, by=nimal)

    assert look(MONDAY + 14 * HOUR) == []
    assert ReviewDraft.objects.exists()


def test_what_another_worker_did_a_moment_ago_is_not_done_again() -> None:
    """The worker that comes second has read the same rows as due, and finds them claimed when it holds them."""
    engineer()
    waiting(MONDAY)
    due = overdue_reviews._due
    seen: list[int] = []

    def overtaken(mark: str, rows: object, after: timedelta, now: datetime) -> list[Section]:
        found = due(mark, rows, after, now)
        if found and not seen:
            seen.append(1)
            overdue_reviews.look()
        return found

    with mock.patch.object(overdue_reviews, "_due", overtaken):
        messages = look(MONDAY + 24 * HOUR)

    assert len(messages) == len(set(messages)) == 2
    assert AuditEvent.objects.filter(action="section.review_reminded").count() == 1
