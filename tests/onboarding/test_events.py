"""Mail about the intake and the hand-over leaves only while it still concerns its reader."""

import pytest

from onboarding.services import sections
from portal.accounts.models import Membership
from portal.accounts.states import CustomerRole
from portal.outbox import bounces, delivery, selectors
from portal.outbox.models import Notice, OutboxMessage
from portal.outbox.states import MailState
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db
State = MailState


@pytest.fixture
def submitted():
    """A section that waits for the review of its account manager."""
    onboarding = onboardings.onboarding()
    author = people.contact(onboarding.customer)
    onboardings.answered(onboarding, by=author, answers=answers_for())
    section = onboardings.section(onboarding, "ntp")
    sections.submit(section, revision=section.revision, by=author)
    section.refresh_from_db()
    return section


def mail(event: str) -> OutboxMessage:
    return OutboxMessage.objects.select_related("notice").get(key__startswith=f"{event}:")


def test_review_that_was_done_meanwhile_is_asked_of_nobody(submitted):
    sections.withdraw(submitted, by=submitted.submitted_by)

    delivery.deliver()

    assert (mail("section_submitted").state, mail("section_submitted").last_error) == (
        State.DROPPED,
        "no longer needed",
    )


def test_review_that_waits_is_asked_for(submitted):
    assert delivery.deliver() == 1

    sent = mail("section_submitted")
    assert sent.state == State.DELIVERED
    assert selectors.count_unread(submitted.onboarding.account_manager) == 1


def test_author_who_only_reads_now_is_asked_for_no_change(submitted):
    onboardings.sent_back(submitted, "choice", by=people.engineer())
    Membership.objects.filter(user=submitted.submitted_by).update(role=CustomerRole.VIEWER)

    delivery.deliver()

    assert (mail("changes_requested").state, mail("changes_requested").last_error) == (
        State.DROPPED,
        "can no longer act",
    )


def test_manager_of_the_customers_onboarding_hears_of_an_address_that_takes_no_mail(submitted):
    sent = OutboxMessage.objects.create(
        key="any", recipient="x@acme.example", customer=submitted.customer, next_at=submitted.submitted_at
    )

    bounces.note_undeliverable(sent, reason="bounced (5.1.1)")

    told = Notice.objects.get(event="address.undeliverable")
    assert told.person == submitted.onboarding.account_manager
