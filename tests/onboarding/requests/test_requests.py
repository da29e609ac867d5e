"""Asking, taking, ending; who may, who hears of it, and what goes to Support."""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from environments.models import Environment
from environments.states import EnvironmentKind
from onboarding.conversation.services import comments, decisions
from onboarding.conversation.subjects import of_request
from onboarding.models import Onboarding
from onboarding.requests import selectors
from onboarding.requests.models import ServiceRequest
from onboarding.requests.services import asking, working
from onboarding.requests.states import Coverage, RequestState
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.outbox.models import OutboxMessage
from tests.factories import environments, onboardings, people


@dataclass
class Cast:
    onboarding: Onboarding
    production: Environment
    staging: Environment
    manager: User
    engineer: User
    contact: User
    viewer: User
    stranger: User

    def ask(self, kind: str = "question", environment: Environment | None = None) -> ServiceRequest:
        customer = self.onboarding.customer
        return asking.ask(customer, kind=kind, details="As soon as it suits.", environment=environment, by=self.contact)


@pytest.fixture
def cast(db: None) -> Cast:
    manager = people.account_manager()
    onboarding = onboardings.onboarding(account_manager=manager)
    customer = onboarding.customer
    production = environments.environment(customer)
    staging = environments.environment(customer, kind=EnvironmentKind.STAGING)
    onboarding.environments.add(production, staging)
    stranger = people.customer_administrator(people.customer())
    return Cast(
        onboarding,
        production,
        staging,
        manager,
        people.engineer(),
        people.contact(customer),
        people.viewer(customer),
        stranger,
    )


def told(event: str) -> list[str]:
    rows = OutboxMessage.objects.filter(key__startswith=f"{event}:")
    return sorted(rows.values_list("recipient", flat=True))


def test_what_is_included_waits_for_somebody(cast: Cast) -> None:
    made = cast.ask("reports", cast.production)

    assert (made.state, made.coverage, made.onboarding) == (RequestState.OPEN, Coverage.INCLUDED, cast.onboarding)
    assert made.title == "Reports and dashboards: Production"
    assert told("service_request_opened") == [cast.manager.email]
    assert AuditEvent.objects.filter(action="service_request.opened", customer=made.customer).count() == 1


def test_what_is_outside_goes_to_support_with_the_reason(cast: Cast) -> None:
    made = cast.ask("training")

    assert (made.state, made.reason) == (
        RequestState.ROUTED,
        "Trainings are not part of the managed service. Support holds them.",
    )
    mail = OutboxMessage.objects.get(key=f"service_request_routed:{made.pk}")
    assert mail.recipient == settings.SUPPORT_EMAIL
    assert made.reason in mail.text
    assert made.details in mail.text
    assert cast.contact.email in mail.text


def test_a_third_partys_work_is_arranged_by_us(cast: Cast) -> None:
    made = cast.ask("penetration_test", cast.production)

    assert (made.state, made.coverage) == (RequestState.OPEN, Coverage.THIRD_PARTY)
    assert made.reason


@pytest.mark.parametrize(
    ("kind", "where", "details", "pointer"),
    [
        ("", None, "x", "kind"),
        ("no_such", None, "x", "kind"),
        ("reset_environment", None, "x", "environment"),
        ("reset_environment", "production", "x", "environment"),
        ("reports", "staging", "x", "environment"),
        ("training", "production", "x", "environment"),
        ("question", None, "  ", "details"),
        ("question", None, "x" * 5001, "details"),
    ],
)
def test_what_does_not_fit_is_named(cast: Cast, kind: str, where: str | None, details: str, pointer: str) -> None:
    environment = getattr(cast, where) if where else None
    with pytest.raises(Invalid) as refused:
        asking.ask(cast.onboarding.customer, kind=kind, details=details, environment=environment, by=cast.contact)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert not ServiceRequest.objects.exists()


def test_another_customers_environment_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        cast.ask("reports", environments.environment())


def test_who_only_reads_does_not_ask_and_who_is_elsewhere_sees_nothing(cast: Cast) -> None:
    for reader in (cast.viewer, cast.stranger, people.auditor(), people.approver()):
        with pytest.raises(Forbidden):
            asking.ask(cast.onboarding.customer, kind="question", details="x", by=reader)
    made = cast.ask()
    assert selectors.request(cast.viewer, made.pk) == made
    with pytest.raises(NotFound):
        selectors.request(cast.stranger, made.pk)


def test_it_is_taken_given_on_and_done(cast: Cast) -> None:
    made = cast.ask()
    working.take(made, by=cast.manager)
    working.take(made, by=cast.manager, owner=cast.engineer)
    working.finish(made, answer="Here it is.", by=cast.engineer)

    made.refresh_from_db()
    assert (made.state, made.owner, made.answer) == (RequestState.DONE, cast.engineer, "Here it is.")
    assert made.ended_at is not None
    assert told("service_request_assigned") == [cast.engineer.email]
    assert told("service_request_changed") == [cast.contact.email] * 3


def test_declining_and_routing_need_a_reason(cast: Cast) -> None:
    made = cast.ask()
    for act in (working.decline, working.route):
        with pytest.raises(Invalid):
            act(made, reason=" ", by=cast.manager)
    working.route(made, reason="It is about your own application.", by=cast.manager)

    made.refresh_from_db()
    assert (made.state, made.coverage) == (RequestState.ROUTED, Coverage.SUPPORT)
    assert (
        "It is about your own application." in OutboxMessage.objects.get(key=f"service_request_routed:{made.pk}").text
    )


def test_what_has_ended_does_not_begin_again(cast: Cast) -> None:
    made = cast.ask()
    asking.withdraw(made, by=cast.contact)

    assert told("service_request_withdrawn") == [cast.manager.email]
    for act in (
        lambda: working.take(made, by=cast.manager),
        lambda: working.finish(made, answer="x", by=cast.manager),
        lambda: working.decline(made, reason="x", by=cast.manager),
        lambda: working.route(made, reason="x", by=cast.manager),
        lambda: asking.withdraw(made, by=cast.contact),
    ):
        with pytest.raises(Conflict):
            act()


def test_customers_do_not_work_on_requests_nor_strangers_withdraw_them(cast: Cast) -> None:
    made = cast.ask()
    for nobody in (cast.contact, people.auditor(), people.approver()):
        with pytest.raises(Forbidden):
            working.take(made, by=nobody)
    with pytest.raises(Invalid):
        working.take(made, by=cast.manager, owner=cast.contact)
    with pytest.raises(Forbidden):
        asking.withdraw(made, by=cast.viewer)


def test_an_upgrade_starts_once_a_decision_is_on_record(cast: Cast) -> None:
    """S40."""
    made = cast.ask("upgrade_products", cast.production)
    with pytest.raises(Conflict) as refused:
        working.take(made, by=cast.engineer)
    assert refused.value.code == "decision_missing"

    said = {"environment": cast.production, "kind": "upgrade", "title": "By dump", "text": "Databases move by dump."}
    decision = decisions.propose(cast.onboarding, **said, by=cast.manager)
    decisions.agree(decision, by=cast.contact)
    assert working.take(made, by=cast.engineer).state == RequestState.IN_PROGRESS


def test_its_thread_tells_who_asked_and_who_does_it(cast: Cast) -> None:
    made = cast.ask()
    working.take(made, by=cast.engineer)
    comments.post(of_request(made), text="On it.", by=cast.engineer)
    comments.post(of_request(made), text="He is slow.", by=cast.manager, internal=True)

    assert told("comment_added") == sorted([cast.contact.email, cast.manager.email, cast.engineer.email])


def test_the_database_refuses_an_end_without_its_moment(cast: Cast) -> None:
    made = cast.ask()
    for change in ({"state": RequestState.DONE}, {"state": RequestState.DECLINED, "ended_at": made.asked_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceRequest.objects.filter(pk=made.pk).update(**change)


def test_without_an_onboarding_every_account_manager_hears(cast: Cast) -> None:
    customer = people.customer()
    made = asking.ask(customer, kind="question", details="x", by=people.contact(customer))

    assert made.onboarding is None
    assert told("service_request_opened") == sorted([cast.manager.email])
