from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from environments.models import Environment, Plan, Run, RunStep
from onboarding import selectors
from onboarding.actions import selectors as actions
from onboarding.models import HandOver, Onboarding
from onboarding.services import onboardings, reviews, sections
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import NotFound
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import ANSWERS

pytestmark = pytest.mark.django_db


def _queries(ask: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        ask()
    return len(captured)


def _waiting_step(environment: Environment) -> RunStep:
    now, plan = clock.now(), Plan.objects.filter(environment=environment).order_by("-created_at").first()
    run = Run.objects.create(
        customer=environment.customer, environment=environment, plan=plan, state="waiting", next_at=now
    )
    return RunStep.objects.create(
        customer=environment.customer,
        run=run,
        key="peering_acceptance",
        position=3,
        state="waiting",
        waits_on="customer",
        reason="The peering request waits for your acceptance.",
        waiting_since=now,
        give_up_at=now + timedelta(hours=168),
    )


def _hand_over(environment: Environment, recipient: User) -> HandOver:
    return HandOver.objects.create(
        customer=environment.customer,
        environment=environment,
        state="released",
        recipient=recipient,
        frozen={},
        digest="0" * 64,
        requested_by=people.engineer(),
        requested_at=clock.now(),
        released_by=people.approver(),
        released_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=72),
    )


def test_customer_sees_own_onboardings_and_staff_see_all_with_counts() -> None:
    mine, other = factory.onboarding(), factory.submitted(factory.onboarding())
    contact = people.viewer(mine.customer)

    assert [found.pk for found in selectors.onboardings(contact)] == [mine.pk]
    assert [found.pk for found in selectors.onboardings(people.auditor())] == [other.pk, mine.pk]
    counted = selectors.onboardings(people.auditor()).get(pk=other.pk)
    assert (counted.sections_total, counted.sections_submitted, counted.sections_approved) == (11, 11, 0)


def test_onboarding_of_another_customer_is_not_found() -> None:
    onboarding, stranger = factory.onboarding(), people.contact(people.customer())
    section = factory.section(onboarding, "dns")

    for ask in (
        lambda: selectors.onboarding(stranger, onboarding.pk),
        lambda: selectors.section(stranger, onboarding.pk, "dns"),
        lambda: selectors.section_by_id(stranger, section.pk),
        lambda: selectors.hand_over(stranger, "hov_nothing"),
        lambda: selectors.section(people.auditor(), onboarding.pk, "coffee"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_lists_ask_as_often_for_three_as_for_one() -> None:
    factory.submitted(factory.onboarding())
    engineer = people.engineer()

    def ask() -> None:
        for found in selectors.onboardings(engineer):
            str(found.customer), str(found.account_manager), found.sections_approved
        for section in selectors.review_queue(engineer):
            str(section.customer), str(section.onboarding), str(section.submitted_by)
        list(actions.asked(engineer))

    one = _queries(ask)
    for _ in range(2):
        factory.submitted(factory.onboarding())

    assert _queries(ask) == one


def test_page_of_one_onboarding_asks_three_times_and_its_next_act_never() -> None:
    onboarding = factory.submitted(factory.onboarding())
    engineer = people.engineer()

    assert _queries(lambda: selectors.onboarding(engineer, onboarding.pk)) == 3
    read = selectors.onboarding(engineer, onboarding.pk)
    assert _queries(lambda: selectors.next_for(engineer, read)) == 0


def test_review_queue_leaves_out_ones_own_and_who_reviews_nothing() -> None:
    onboarding, engineer = factory.onboarding(), people.engineer()
    section = factory.answer(onboarding, "dns", ANSWERS["dns"], engineer)
    sections.submit(section, revision=section.revision, by=engineer)

    assert list(selectors.review_queue(engineer)) == []
    assert list(selectors.review_queue(people.engineer())) == [section]
    assert list(selectors.review_queue(people.auditor())) == []
    assert list(selectors.review_queue(people.contact(onboarding.customer))) == []


def _next(user: User, onboarding: Onboarding) -> tuple[str, str] | None:
    act = selectors.next_for(user, selectors.onboarding(user, onboarding.pk))
    return (act.label, act.url_name) if act else None


def test_next_act_follows_the_intake() -> None:
    onboarding = factory.onboarding()
    author, engineer, viewer = (
        people.contact(onboarding.customer),
        people.engineer(),
        people.viewer(onboarding.customer),
    )

    assert _next(author, onboarding) == ("Start: Products and environments", "section")
    assert _next(viewer, onboarding) is None
    factory.answer(onboarding, "products", {"products": []}, author)
    factory.answer(onboarding, "products", {"domain": "acme.example"}, author)
    assert _next(author, onboarding) == ("Continue: Products and environments", "section")
    factory.answered(onboarding, author)
    assert _next(author, onboarding) == ("Check and submit", "check_answers")
    assert _next(engineer, onboarding) is None
    sections.submit_all(onboarding, by=author)
    assert _next(author, onboarding) is None
    assert _next(engineer, onboarding) == ("Review 11 sections", "review")
    section = factory.section(onboarding, "ntp")
    reviews.request_changes(section, revision=section.revision, reason="Use three servers.", by=engineer)
    assert _next(author, onboarding) == ("Change: NTP", "section")


def test_next_act_after_approval_is_in_the_environments() -> None:
    onboarding = factory.approved(factory.onboarding())
    production = onboarding.environments.get(kind="production")
    contact = people.contact(onboarding.customer)

    assert _next(contact, onboarding) is None
    assert _next(people.engineer(), onboarding) == ("Open the environment", "environment")
    _waiting_step(production)
    assert _next(contact, onboarding) == ("See what waits for you", "actions")
    _hand_over(production, contact)
    assert _next(contact, onboarding) == ("Open the hand-over", "hand_over")
    onboardings.cancel(onboarding, by=onboarding.account_manager)
    assert _next(contact, onboarding) is None
