"""Two people release, one reveals, once."""

import io
import json
import logging
import secrets
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction

from environments.models import AwsAccount, ChecklistItem, Environment, EnvironmentSecret, Plan, ProductDeployment, Run
from environments.provisioning.steps.administrators import SEALED
from environments.states import EnvironmentKind, ItemKind, ItemState, Owner, RunState
from onboarding.models import HandOver
from onboarding.services import hand_overs, reveals
from onboarding.states import HandOverState
from portal.accounts.models import Membership, User
from portal.accounts.states import CustomerRole
from portal.audit import verifier
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, TooMany
from portal.outbox.models import OutboxMessage
from portal.ui import times
from portal.vault import services as vault
from portal.vault.models import SealedSecret
from tests import at_once
from tests.factories import people
from tests.factories.environments import specify

pytestmark = pytest.mark.django_db


def an_environment() -> Environment:
    """A production environment with two products, whose checklist is all true."""
    customer = people.customer()
    account = AwsAccount.objects.create(
        customer=customer, account_id="222222222222", external_id=secrets.token_hex(8), role_name="Provisioner"
    )
    environment = Environment.objects.create(
        customer=customer,
        name="Production",
        kind=EnvironmentKind.PRODUCTION,
        aws_account=account,
        region="eu-west-1",
        vpc_id="vpc-0a1b2c3d4e5f60718",
        cidr_blocks=["10.20.0.0/16"],
    )
    for number, product in enumerate(("api-manager", "identity-server")):
        ProductDeployment.objects.create(
            customer=customer,
            environment=environment,
            product=product,
            version="4.5.0",
            pattern="ha",
            hostname=f"{product}.acme.internal",
            address=f"10.20.0.{10 + number}",
        )
    for position, key in enumerate(("peering", "firewall")):
        ChecklistItem.objects.create(
            customer=customer,
            environment=environment,
            key=key,
            title=key,
            group="Network",
            owner=Owner.PROVIDER,
            kind=ItemKind.AUTOMATIC,
            position=position,
            state=ItemState.GREEN,
            changed_at=clock.now(),
        )
    look_at(environment)
    return environment


def look_at(environment: Environment) -> None:
    """As a look at AWS leaves it: what was seen counts for an hour from now on."""
    environment.checklist_items.update(checked_at=clock.now(), due_at=clock.now() + settings.DRIFT_INTERVAL)


class Cast:
    def __init__(self) -> None:
        self.environment = an_environment()
        self.customer = self.environment.customer
        self.recipient = people.contact(self.customer, name="Sofia Marino")
        self.engineer = people.engineer()
        self.approver = people.approver()
        self.colleague = people.customer_administrator(self.customer)

    def request(self) -> HandOver:
        return hand_overs.request(
            self.environment, recipient=self.recipient, reason="Everything is green.", by=self.engineer
        )

    def release(self) -> HandOver:
        return hand_overs.release(self.request(), by=self.approver)

    def reveal(self, hand_over: HandOver, *, claim_key: str = "", password: str = people.PASSWORD):
        key = claim_key or secrets.token_urlsafe(32)
        # A fresh person each time, as each request has one.
        by = User.objects.get(pk=self.recipient.pk)
        return hand_overs.reveal(hand_over, password=password, claim_key=key, by=by)


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def cast(db) -> Cast:
    return Cast()


def provisioned_as_approved(cast: Cast) -> None:
    approved = specify(cast.environment)
    owned = {"customer": cast.customer, "environment": cast.environment}
    plan = Plan.objects.create(**owned, specification=approved)
    Run.objects.create(**owned, plan=plan, state=RunState.FINISHED, next_at=clock.now())


def turn_red(environment: Environment) -> None:
    environment.checklist_items.filter(key="peering").update(state=ItemState.RED, changed_at=clock.now())


def turn_green(environment: Environment) -> None:
    environment.checklist_items.update(state=ItemState.GREEN, changed_at=clock.now())


def state_of(hand_over: HandOver) -> str:
    return HandOver.objects.get(pk=hand_over.pk).state


def mails(template: str) -> set[str]:
    return set(OutboxMessage.objects.filter(key__startswith=f"{template}:").values_list("recipient", flat=True))


# ---- the whole way


def test_released_credentials_are_revealed_and_acknowledged(cast):
    hand_over = cast.release()

    credentials = cast.reveal(hand_over)
    hand_overs.acknowledge(hand_over, by=cast.recipient)

    assert [(row["product"], row["url"], row["user_name"]) for row in credentials] == [
        ("api-manager 4.5.0", "https://api-manager.acme.internal:9443/carbon", "admin"),
        ("identity-server 4.5.0", "https://identity-server.acme.internal:9443/console", "admin"),
    ]
    assert len({row["password"] for row in credentials}) == 2
    assert all(len(row["password"]) >= 24 for row in credentials)
    assert state_of(hand_over) == HandOverState.ACKNOWLEDGED
    assert list(AuditEvent.objects.order_by("sequence").values_list("action", "actor")) == [
        ("hand_over.requested", cast.engineer.pk),
        ("hand_over.released", cast.approver.pk),
        ("hand_over.revealed", cast.recipient.pk),
        ("hand_over.acknowledged", cast.recipient.pk),
    ]
    assert verifier.verify_chain(cast.customer.pk).broken is None
    assert mails("hand_over_requested") == {cast.approver.email}
    assert mails("hand_over_released") == {cast.recipient.email}
    assert mails("hand_over_released_notice") == {cast.colleague.email}
    assert mails("hand_over_revealed") == {
        person.email for person in (cast.recipient, cast.colleague, cast.engineer, cast.approver)
    }


def test_acknowledging_destroys_the_sealed_copy(cast):
    hand_over = cast.release()
    cast.reveal(hand_over)

    hand_overs.acknowledge(hand_over, by=cast.recipient)

    secret = SealedSecret.objects.get()
    assert secret.destroyed_at
    assert bytes(secret.ciphertext) == bytes(secret.wrapped_key) == b""


# ---- requesting


def test_nothing_is_requested_before_the_checklist_is_all_true(cast):
    turn_red(cast.environment)

    with pytest.raises(Conflict, match="not all true"):
        cast.request()
    assert not HandOver.objects.exists()


def test_nothing_is_requested_on_what_was_seen_too_long_ago(cast):
    seen_at = clock.now()
    with (
        time_machine.travel(seen_at + settings.DRIFT_INTERVAL * 1.5 + timedelta(minutes=1)),
        pytest.raises(
            Conflict, match=r"“peering” was last looked at on .* and the same goes for 1 other item"
        ) as caught,
    ):
        cast.request()
    assert times.absolute(seen_at) in caught.value.message
    assert caught.value.code == "not_looked_at"
    assert "Choose “Check again”" in caught.value.remedy
    assert not HandOver.objects.exists()


def test_item_that_nobody_looked_at_yet_is_no_proof_though_it_counts_as_true(cast):
    cast.environment.checklist_items.filter(key="firewall").update(due_at=None)
    with pytest.raises(Conflict, match="“firewall” was not looked at yet"):
        cast.request()


def test_look_that_is_late_by_less_than_the_grace_does_not_close_the_gate(cast):
    with time_machine.travel(clock.now() + settings.DRIFT_INTERVAL * 1.5 - timedelta(minutes=1)):
        assert cast.request()


def test_what_was_requested_waits_where_nobody_looks_and_is_released_once_somebody_did(cast):
    hand_over = cast.request()
    with time_machine.travel(clock.now() + timedelta(hours=8)):
        with pytest.raises(Conflict, match="too old to go by"):
            hand_overs.release(hand_over, by=cast.approver)
        assert state_of(hand_over) == HandOverState.REQUESTED

        look_at(cast.environment)
        assert hand_overs.release(hand_over, by=cast.approver).state == HandOverState.RELEASED


def test_nothing_is_revealed_on_what_was_seen_too_long_ago(cast):
    hand_over = cast.release()
    with time_machine.travel(clock.now() + timedelta(hours=8)):
        with pytest.raises(Conflict, match="too old to go by"):
            cast.reveal(hand_over)
        assert state_of(hand_over) == HandOverState.RELEASED

        look_at(cast.environment)
        assert cast.reveal(hand_over)


@pytest.mark.parametrize("who", ["approver", "auditor"])
def test_others_do_not_request(cast, who):
    with pytest.raises(Forbidden):
        hand_overs.request(cast.environment, recipient=cast.recipient, reason="x", by=getattr(people, who)())


def test_customer_does_not_request(cast):
    with pytest.raises(Forbidden):
        hand_overs.request(cast.environment, recipient=cast.recipient, reason="x", by=cast.colleague)


@pytest.mark.parametrize(
    "make",
    [
        lambda cast: people.viewer(cast.customer),
        lambda cast: people.customer_administrator(people.customer()),
        lambda cast: people.approver(),
        lambda cast: cast.engineer,
        lambda cast: User.objects.create_user("gone@x.example", "x", full_name="Gone", is_active=False),
    ],
    ids=["viewer", "another customer's", "staff", "requester", "closed"],
)
def test_only_a_member_of_the_customer_receives(cast, make):
    with pytest.raises(Invalid) as caught:
        hand_overs.request(cast.environment, recipient=make(cast), reason="x", by=cast.engineer)

    assert [problem.pointer for problem in caught.value.problems] == ["recipient"]


def test_reason_is_asked_for(cast):
    with pytest.raises(Invalid):
        hand_overs.request(cast.environment, recipient=cast.recipient, reason="  ", by=cast.engineer)


def test_environment_has_one_open_hand_over(cast):
    cast.request()

    with pytest.raises(Conflict, match="open already"):
        cast.request()


def test_answers_that_are_approved_and_not_provisioned_stand_against_a_request(cast):
    provisioned_as_approved(cast)
    specify(cast.environment, retention_days=31)
    with pytest.raises(Conflict, match="changed since it was provisioned"):
        cast.request()


# ---- releasing


def test_nothing_is_made_before_the_release(cast):
    cast.request()

    assert not SealedSecret.objects.exists()


def test_requester_does_not_release(cast):
    hand_over = cast.request()
    User.objects.filter(pk=cast.engineer.pk).update(staff_role="release_approver")

    with pytest.raises(Forbidden, match="Somebody else"):
        hand_overs.release(hand_over, by=User.objects.get(pk=cast.engineer.pk))


@pytest.mark.parametrize("who", ["engineer", "account_manager", "administrator", "auditor"])
def test_others_do_not_release(cast, who):
    with pytest.raises(Forbidden):
        hand_overs.release(cast.request(), by=getattr(people, who)())


@pytest.mark.parametrize(
    "changes",
    [
        lambda cast: {"released_by": cast.engineer},
        lambda cast: {"released_by": cast.recipient},
        lambda cast: {"recipient": cast.engineer},
    ],
    ids=["approver is requester", "approver is recipient", "recipient is requester"],
)
def test_database_refuses_one_person_in_two_roles(cast, changes):
    hand_over = cast.request()

    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.filter(pk=hand_over.pk).update(**changes(cast))


def flip(cast: Cast) -> None:
    turn_red(cast.environment)
    turn_green(cast.environment)


@pytest.mark.parametrize(
    "change",
    [
        lambda cast: turn_red(cast.environment),
        flip,
        lambda cast: cast.environment.checklist_items.filter(key="firewall").delete(),
        lambda cast: cast.environment.product_deployments.filter(product="api-manager").update(hostname="evil.example"),
        lambda cast: User.objects.filter(pk=cast.recipient.pk).update(email="new@acme.example"),
        lambda cast: User.objects.filter(pk=cast.recipient.pk).update(is_active=False),
        lambda cast: Membership.objects.filter(user=cast.recipient).update(role=CustomerRole.VIEWER),
    ],
    ids=["red", "red and green again", "item gone", "other URL", "other address", "closed", "viewer now"],
)
def test_any_change_since_the_request_withdraws_it(cast, change):
    hand_over = cast.request()
    change(cast)

    with pytest.raises(Conflict, match="withdrawn"):
        hand_overs.release(hand_over, by=cast.approver)

    assert state_of(hand_over) == HandOverState.WITHDRAWN
    assert not SealedSecret.objects.exists()
    assert mails("hand_over_withdrawn") == {cast.engineer.email}


def test_newer_answers_withdraw_what_was_requested(cast):
    provisioned_as_approved(cast)
    hand_over = cast.request()
    specify(cast.environment, retention_days=31)
    with pytest.raises(Conflict):
        hand_overs.release(hand_over, by=cast.approver)
    assert state_of(hand_over) == HandOverState.WITHDRAWN
    assert not SealedSecret.objects.exists()


def test_release_of_what_was_released_is_refused(cast):
    hand_over = cast.release()

    with pytest.raises(Conflict):
        hand_overs.release(hand_over, by=people.approver())


# ---- revealing


def test_second_reveal_names_who_and_when_and_tells_both_sides(cast):
    hand_over = cast.release()
    with time_machine.travel("2026-11-24 10:05:00+00:00"):
        HandOver.objects.update(expires_at=clock.now() + timedelta(hours=1))
        cast.reveal(hand_over)

    with pytest.raises(Conflict) as caught:
        cast.reveal(hand_over)

    assert caught.value.message == "Already revealed by Sofia Marino on 24 November 2026 at 10:05 UTC."
    assert caught.value.remedy == "Ask for a new one."
    assert AuditEvent.objects.latest("sequence").action == "hand_over.second_reveal_refused"
    assert mails("hand_over_second_reveal") == {
        person.email for person in (cast.recipient, cast.colleague, cast.engineer, cast.approver)
    }


def test_browser_that_lost_the_answer_gets_it_again_for_two_minutes(cast):
    hand_over = cast.release()
    key = secrets.token_urlsafe(32)
    first = cast.reveal(hand_over, claim_key=key)

    assert cast.reveal(hand_over, claim_key=key) == first
    with time_machine.travel(clock.now() + timedelta(seconds=121)), pytest.raises(Conflict, match="Already revealed"):
        cast.reveal(hand_over, claim_key=key)
    assert AuditEvent.objects.filter(action="hand_over.revealed").count() == 1


def test_browser_that_said_stored_gets_nothing_again(cast):
    hand_over = cast.release()
    key = secrets.token_urlsafe(32)
    cast.reveal(hand_over, claim_key=key)
    hand_overs.acknowledge(hand_over, by=cast.recipient)

    with pytest.raises(Conflict, match="Already revealed"):
        cast.reveal(hand_over, claim_key=key)


@pytest.mark.parametrize("key", ["", "short", "x" * 129])
def test_claim_key_is_long_and_random(cast, key):
    hand_over = cast.release()

    with pytest.raises(Invalid):
        hand_overs.reveal(hand_over, password=people.PASSWORD, claim_key=key, by=cast.recipient)
    assert state_of(hand_over) == HandOverState.RELEASED


@pytest.mark.parametrize("who", ["colleague", "engineer", "approver"])
def test_others_do_not_reveal(cast, who):
    hand_over = cast.release()

    with pytest.raises(Forbidden):
        hand_overs.reveal(
            hand_over, password=people.PASSWORD, claim_key=secrets.token_urlsafe(32), by=getattr(cast, who)
        )

    assert state_of(hand_over) == HandOverState.RELEASED
    assert AuditEvent.objects.latest("sequence").action == "hand_over.reveal_refused"


@pytest.mark.parametrize("role", [CustomerRole.VIEWER, None])
def test_recipient_who_lost_the_role_does_not_reveal(cast, role):
    hand_over = cast.release()
    membership = Membership.objects.filter(user=cast.recipient)
    membership.update(role=role) if role else membership.delete()

    with pytest.raises(Forbidden):
        cast.reveal(hand_over)


def test_wrong_password_reveals_nothing_and_the_sixth_try_is_one_too_many(cast):
    hand_over = cast.release()
    for _ in range(5):
        with pytest.raises(Invalid):
            cast.reveal(hand_over, password="guess")

    with pytest.raises(TooMany) as caught:
        cast.reveal(hand_over)

    assert caught.value.retry_after_seconds == 600
    refusals = AuditEvent.objects.filter(action="hand_over.password_refused").order_by("sequence")
    assert [event.after["why"] for event in refusals] == ["invalid"] * 5 + ["too_many"]
    assert state_of(hand_over) == HandOverState.RELEASED


def test_nothing_is_revealed_while_an_item_is_red(cast):
    hand_over = cast.release()
    turn_red(cast.environment)

    with pytest.raises(Conflict, match="no longer true"):
        cast.reveal(hand_over)
    assert state_of(hand_over) == HandOverState.RELEASED

    turn_green(cast.environment)
    assert cast.reveal(hand_over)


def test_evaluation_that_fails_reveals_nothing(cast, monkeypatch):
    hand_over = cast.release()

    def fail(environment):
        raise ZeroDivisionError

    monkeypatch.setattr(reveals.environments, "hand_over_ready", fail)
    with pytest.raises(ZeroDivisionError):
        cast.reveal(hand_over)
    assert state_of(hand_over) == HandOverState.RELEASED


def test_nothing_is_revealed_before_the_release(cast):
    with pytest.raises(Conflict):
        cast.reveal(cast.request())


def test_nothing_is_revealed_too_late(cast):
    hand_over = cast.release()

    with time_machine.travel(hand_over.expires_at + timedelta(seconds=1)), pytest.raises(Conflict, match="in time"):
        cast.reveal(hand_over)


def _provisioned_administrators(cast: Cast, accounts: dict[str, dict[str, str]]) -> SealedSecret:
    """Seal administrators as provisioning does."""
    sealed = vault.seal(json.dumps(accounts), customer=cast.customer, purpose="environment administrators")
    owned = {"customer": cast.customer, "environment": cast.environment}
    EnvironmentSecret.objects.create(**owned, name=SEALED, secret=sealed, sealed_at=clock.now())
    return sealed


def test_passwords_that_the_products_were_installed_with_are_handed_over(cast):
    _provisioned_administrators(cast, {"api-manager": {"user_name": "admin", "password": "of the installation"}})

    api_manager, identity_server = cast.reveal(cast.release())

    assert (api_manager["user_name"], api_manager["password"]) == ("admin", "of the installation")
    assert len(identity_server["password"]) == 28
    (event,) = AuditEvent.objects.filter(action="environment_secret.opened")
    assert event.after == {"name": SEALED}


def test_nothing_is_released_while_those_passwords_cannot_be_opened(cast):
    sealed = _provisioned_administrators(cast, {"api-manager": {"user_name": "admin", "password": "x"}})
    SealedSecret.objects.filter(pk=sealed.pk).update(ciphertext=b"broken")
    hand_over = cast.request()

    with pytest.raises(Conflict, match="cannot be opened"):
        hand_overs.release(hand_over, by=cast.approver)

    assert state_of(hand_over) == HandOverState.REQUESTED


def test_secret_that_does_not_open_is_not_revealed(cast):
    hand_over = cast.release()
    whole = SealedSecret.objects.values().get()
    SealedSecret.objects.update(ciphertext=b"broken")

    with pytest.raises(Conflict, match="could not be opened"):
        cast.reveal(hand_over)
    assert state_of(hand_over) == HandOverState.RELEASED
    assert AuditEvent.objects.latest("sequence").action == "hand_over.reveal_failed"

    SealedSecret.objects.update(ciphertext=whole["ciphertext"])
    assert cast.reveal(hand_over)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", [50])
def test_fifty_reveals_at_once_show_the_credentials_once(crowd):
    cast = Cast()
    hand_over = cast.release()

    outcomes = at_once.outcomes([partial(cast.reveal, hand_over)] * crowd)

    shown = [outcome for outcome in outcomes if isinstance(outcome, list)]
    refused = [outcome for outcome in outcomes if not isinstance(outcome, list)]
    assert len(shown) == 1
    assert {type(outcome) for outcome in refused} <= {Conflict, TooMany}
    assert AuditEvent.objects.filter(action="hand_over.revealed").count() == 1
    assert verifier.verify_chain(cast.customer.pk).broken is None


@pytest.mark.django_db(transaction=True)
def test_double_click_of_one_browser_shows_the_same_answer():
    cast = Cast()
    hand_over = cast.release()
    key = secrets.token_urlsafe(32)

    first, second = at_once.outcomes([partial(cast.reveal, hand_over, claim_key=key)] * 2)

    assert isinstance(first, list)
    assert first == second
    assert AuditEvent.objects.filter(action="hand_over.revealed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_make_one_secret():
    cast = Cast()
    hand_over = cast.request()
    approvers = [people.approver() for _ in range(4)]

    outcomes = at_once.outcomes([partial(hand_overs.release, hand_over, by=approver) for approver in approvers])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["HandOver"]
    assert SealedSecret.objects.count() == 1


# ---- ending


@pytest.mark.parametrize("who", ["engineer", "approver", "colleague"])
def test_each_side_can_withdraw(cast, who):
    hand_over = cast.release()

    hand_overs.withdraw(hand_over, by=getattr(cast, who))

    assert state_of(hand_over) == HandOverState.WITHDRAWN
    assert SealedSecret.objects.get().destroyed_at
    assert mails("hand_over_withdrawn") == {cast.engineer.email, cast.recipient.email}
    with pytest.raises(Conflict):
        cast.reveal(hand_over)


def test_recipient_who_lost_what_they_saw_gets_a_new_one_with_other_passwords(cast):
    hand_over = cast.release()
    lost = cast.reveal(hand_over)
    hand_overs.withdraw(hand_over, by=cast.engineer)

    again = cast.reveal(cast.release())

    assert not {row["password"] for row in lost} & {row["password"] for row in again}


@pytest.mark.parametrize("make", [lambda cast: cast.recipient, lambda cast: people.viewer(cast.customer)])
def test_others_do_not_withdraw(cast, make):
    with pytest.raises(Forbidden):
        hand_overs.withdraw(cast.release(), by=make(cast))


def test_credentials_that_nobody_revealed_are_destroyed(cast):
    hand_over = cast.release()
    assert hand_over.expires_at - hand_over.released_at == timedelta(hours=72)
    assert hand_overs.expire_due() == 0

    with time_machine.travel(hand_over.expires_at + timedelta(seconds=1)):
        assert (hand_overs.expire_due(), hand_overs.expire_due()) == (1, 0)

    assert state_of(hand_over) == HandOverState.EXPIRED
    assert SealedSecret.objects.get().destroyed_at
    assert mails("hand_over_expired") == {cast.recipient.email, cast.engineer.email}
    assert cast.request()


def test_revealed_credentials_stay_sealed_for_fifteen_minutes(cast):
    hand_over = cast.release()
    cast.reveal(hand_over)

    with time_machine.travel(clock.now() + timedelta(minutes=14)):
        assert hand_overs.expire_due() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert (hand_overs.expire_due(), hand_overs.expire_due()) == (1, 0)

    assert SealedSecret.objects.get().destroyed_at
    assert hand_overs.acknowledge(hand_over, by=cast.recipient).state == HandOverState.ACKNOWLEDGED


@pytest.mark.parametrize("who", ["colleague", "engineer", "approver"])
def test_others_do_not_acknowledge(cast, who):
    hand_over = cast.release()
    cast.reveal(hand_over)

    with pytest.raises(Forbidden):
        hand_overs.acknowledge(hand_over, by=getattr(cast, who))


def test_nothing_is_acknowledged_before_it_is_revealed(cast):
    with pytest.raises(Conflict):
        hand_overs.acknowledge(cast.release(), by=cast.recipient)


# ---- secrecy


def test_credentials_appear_in_no_row_mail_or_log_line(cast):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    root.addHandler(handler)
    level, root.level = root.level, logging.DEBUG
    try:
        hand_over = cast.release()
        credentials = cast.reveal(hand_over)
        with pytest.raises(Conflict):
            cast.reveal(hand_over)
        hand_overs.acknowledge(hand_over, by=cast.recipient)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)

    everything = {model._meta.label: str(list(model.objects.values())) for model in apps.get_models()}
    planted = [row["password"] for row in credentials]
    assert [
        (label, secret)
        for label, text in everything.items()
        for secret in [*planted, people.PASSWORD]
        if secret in text
    ] == []
    assert not any(secret in log.getvalue() for secret in [*planted, people.PASSWORD])
    assert json.dumps(credentials) not in str(everything)
