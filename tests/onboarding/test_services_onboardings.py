from datetime import timedelta

import pytest

from onboarding.models import Onboarding, Section
from onboarding.sections import SECTIONS
from onboarding.services import onboardings
from onboarding.states import SectionState, Stage
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.factories import onboardings as factory
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_account_manager_opens_an_onboarding_with_every_section_empty() -> None:
    customer, manager = people.customer(), people.account_manager()

    onboarding = onboardings.open(customer, title="  Integration   platform ", account_manager=manager, by=manager)

    assert onboarding.title == "Integration platform"
    assert onboarding.stage == Stage.INTAKE
    assert list(Section.objects.filter(onboarding=onboarding).values_list("key", "state")) == [
        (section.key, SectionState.EMPTY) for section in SECTIONS
    ]
    event = AuditEvent.objects.get(action="onboarding.opened")
    assert (event.actor, event.customer, event.subject_id) == (manager, customer, onboarding.pk)


def test_references_count_up_within_the_year() -> None:
    first, second = factory.onboarding(), factory.onboarding()

    year = clock.now().year
    assert [first.reference, second.reference] == [f"ONB-{year}-0001", f"ONB-{year}-0002"]


def test_reference_goes_on_after_9999() -> None:
    year = clock.now().year
    Onboarding.objects.filter(pk=factory.onboarding().pk).update(reference=f"ONB-{year}-9999")
    Onboarding.objects.filter(pk=factory.onboarding().pk).update(reference=f"ONB-{year}-10000")

    assert factory.onboarding().reference == f"ONB-{year}-10001"


def test_reference_taken_meanwhile_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, year = factory.onboarding().reference, clock.now().year
    answers = iter([taken, f"ONB-{year}-0002"])
    monkeypatch.setattr(onboardings, "_next_reference", lambda year: next(answers))

    assert factory.onboarding().reference == f"ONB-{year}-0002"


@pytest.mark.parametrize("role", ["engineer", "approver", "auditor"])
def test_other_staff_cannot_open(role: str) -> None:
    with pytest.raises(Forbidden):
        onboardings.open(
            people.customer(), title="X", account_manager=people.account_manager(), by=getattr(people, role)()
        )


def test_title_manager_and_date_are_each_named() -> None:
    manager = people.account_manager()

    with pytest.raises(Invalid) as refusal:
        onboardings.open(
            people.customer(),
            title=" ",
            account_manager=people.auditor(),
            by=manager,
            target_on=clock.now().date() - timedelta(days=1),
        )

    assert [problem.pointer for problem in refusal.value.problems] == ["title", "account_manager", "target_on"]


def test_cancelled_onboarding_stays_cancelled_and_closed() -> None:
    onboarding = factory.onboarding()
    author = people.contact(onboarding.customer)

    onboardings.cancel(onboarding, by=onboarding.account_manager)

    assert onboardings.refresh_stage(onboarding).stage == Stage.CANCELLED
    with pytest.raises(Conflict):
        onboardings.cancel(onboarding, by=onboarding.account_manager)
    with pytest.raises(Conflict):
        factory.answer(onboarding, "dns", {"choice": "route53", "zone": "acme.internal"}, author)


def test_customer_cannot_cancel() -> None:
    onboarding = factory.onboarding()

    with pytest.raises(Forbidden):
        onboardings.cancel(onboarding, by=people.customer_administrator(onboarding.customer))


def test_stage_change_is_recorded_once() -> None:
    onboarding = factory.submitted(factory.onboarding())

    onboardings.refresh_stage(onboarding)

    assert onboarding.stage == Stage.REVIEW
    events = AuditEvent.objects.filter(action="onboarding.stage_changed")
    assert [(event.before, event.after, event.actor) for event in events] == [
        ({"stage": "intake"}, {"stage": "review"}, None)
    ]
