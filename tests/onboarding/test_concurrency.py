"""Acts at the same moment, on a database that lets them overlap."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections

from environments.models import Plan, Specification
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.services import (
    conditions,
    onboardings,
    overdue_reviews,
    review_drafts,
    review_policies,
    reviews,
    sections,
)
from onboarding.states import Stage
from portal.audit.models import AuditEvent
from portal.core.errors import DomainError, Invalid
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the test database of SQLite is one connection"),
]


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run every act on a thread of its own, from the same moment; return what each returned or refused."""
    gate, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            outcomes[number] = act()
        except DomainError as refusal:
            outcomes[number] = refusal  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_onboardings_opened_at_once_have_different_references() -> None:
    customer, manager = people.customer(), people.account_manager()

    opened = _at_once(
        *[lambda: onboardings.open(customer, title="X", account_manager=manager, by=manager) for _ in range(8)]
    )

    references = sorted(onboarding.reference for onboarding in opened)
    assert len(set(references)) == 8
    assert references[-1].endswith("-0008")


def test_one_of_two_edits_at_once_is_stale() -> None:
    onboarding = factory.onboarding()
    authors = [people.contact(onboarding.customer) for _ in range(2)]
    drafts = [factory.section(onboarding, "dns") for _ in authors]

    outcomes = _at_once(
        lambda: sections.save(drafts[0], answers={"zone": "one.internal"}, revision=0, by=authors[0]),
        lambda: sections.save(drafts[1], answers={"zone": "two.internal"}, revision=0, by=authors[1]),
    )

    assert sorted(getattr(outcome, "code", "saved") for outcome in outcomes) == ["saved", "stale"]


def test_two_approvals_at_once_are_one_approval() -> None:
    onboarding = factory.submitted(factory.onboarding())
    read = [factory.section(onboarding, "dns") for _ in range(2)]
    engineers = [people.engineer() for _ in range(2)]

    outcomes = _at_once(
        lambda: reviews.approve(read[0], revision=read[0].revision, by=engineers[0]),
        lambda: reviews.approve(read[1], revision=read[1].revision, by=engineers[1]),
    )

    assert sorted(isinstance(outcome, DomainError) for outcome in outcomes) == [False, True]


def test_last_two_sections_approved_at_once_freeze_once() -> None:
    onboarding = factory.submitted(factory.onboarding())
    engineer = people.engineer()
    *others, first, second = Section.objects.select_related("onboarding", "customer").filter(onboarding=onboarding)
    for section in others:
        reviews.approve(section, revision=section.revision, by=engineer)

    _at_once(
        lambda: reviews.approve(first, revision=first.revision, by=engineer),
        lambda: reviews.approve(second, revision=second.revision, by=engineer),
    )

    assert Specification.objects.count() == 2
    assert Plan.objects.count() == 2
    assert Onboarding.objects.get().stage == Stage.PROVISIONING


@time_machine.travel(datetime(2026, 11, 25, 10, tzinfo=UTC))  # a Wednesday: the hours of a weekend do not count
def test_workers_that_look_at_once_write_to_each_reader_once(settings: Any) -> None:
    settings.REVIEW_REMINDER = settings.REVIEW_ESCALATION = settings.REVIEW_DRAFT_LIFETIME = timedelta(0)
    engineer = people.engineer()
    onboarding = factory.submitted(factory.onboarding())
    section = factory.section(onboarding, "dns")
    review_drafts.save(section, [], revision=section.revision, by=engineer)
    OutboxMessage.objects.all().delete()

    _at_once(*[overdue_reviews.look for _ in range(6)])

    said = sorted((message.recipient, message.subject.split(": ")[1]) for message in OutboxMessage.objects.all())
    manager = onboarding.account_manager
    assert said == sorted(
        [
            (engineer.email, "11 sections still waiting for review"),
            (manager.email, "11 sections still waiting for review"),
            (manager.email, "nobody reviews 11 sections"),
            (engineer.email, "your review of DNS was not finished"),
        ]
    )
    assert AuditEvent.objects.filter(action="section.review_reminded").count() == 11


def test_two_reviewers_who_finish_at_once_do_not_overwrite_each_other() -> None:
    onboarding = factory.submitted(factory.onboarding())
    read = [factory.section(onboarding, "dns") for _ in range(2)]
    engineers = [people.engineer() for _ in range(2)]
    change = [{"pointer": "zone", "verdict": "change_requested", "reason": "Another"}]

    def finish(number: int) -> Any:
        section, by = read[number], engineers[number]
        return reviews.finish(section, revision=section.revision, by=by, judgements=change, approve_rest=True)

    outcomes = _at_once(lambda: finish(0), lambda: finish(1))

    [late] = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
    assert (late.status, "finished this review" in late.message) == (412, True)
    assert SectionReview.objects.count() == 1


def test_a_submission_and_the_sweep_of_conditions_approve_once() -> None:
    review_policies.change("dns", approvers=1, condition="Route 53 only.", by=people.administrator())
    onboarding = factory.onboarding()
    author = people.contact(onboarding.customer)
    section = factory.answer(onboarding, "dns", {"choice": "route53", "zone": "acme.internal"}, author)

    _at_once(
        lambda: sections.submit(section, revision=section.revision, by=author),
        *[conditions.approve_waiting for _ in range(4)],
    )
    conditions.approve_waiting()

    assert SectionReview.objects.count() == 1


def test_of_two_customers_who_submit_one_range_at_once_one_has_it() -> None:
    """Several times: what must not happen needs the two to meet."""
    for number in range(3):
        due = [_range_of(f"{side} {number}", f"10.7{number}.0.0/16") for side in ("Left", "Right")]

        outcomes = _at_once(*[lambda one=one: _submit(one) for one in due])

        refused = [outcome for outcome in outcomes if isinstance(outcome, Invalid)]
        assert len(refused) == 1, outcomes
        assert "is taken in WSO2's network" in refused[0].problems[0].message


def _range_of(name: str, block: str) -> Section:
    onboarding = factory.onboarding(people.customer(name))
    answers = answers_for(production_cidr=block)["remote_access"]
    return factory.answer(onboarding, "remote_access", answers, people.contact(onboarding.customer))


def _submit(section: Section) -> Section:
    author = section.edited_by
    assert author is not None
    return sections.submit(section, revision=section.revision, by=author)
