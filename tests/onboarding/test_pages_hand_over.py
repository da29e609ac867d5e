"""The pages of a hand-over and of what only the customer can do."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from environments.models import ChecklistItem, Environment, Plan, Run, RunStep
from environments.states import ItemKind, ItemState, Owner, PlanState, RunState, StepState
from onboarding.models import HandOver, Onboarding
from onboarding.services import hand_overs
from onboarding.services import onboardings as services
from onboarding.states import HandOverState
from portal.accounts.models import User
from portal.core import clock
from portal.ui import times
from tests.factories import onboardings, people
from tests.factories.actions import follow_all

pytestmark = pytest.mark.django_db

KEY = "0123456789abcdef" * 4


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def news() -> None:
    """What follows in an onboarding once the news of its environments is committed."""
    for onboarding in Onboarding.objects.all():
        services.refresh_stage(onboarding)


def production() -> Environment:
    onboarding = onboardings.approved(onboardings.onboarding())
    return onboarding.environments.select_related("customer", "aws_account").get(kind="production")


def item(environment: Environment, key: str, state: str = ItemState.GREEN, **values: Any) -> ChecklistItem:
    values = {"kind": ItemKind.AUTOMATIC, "owner": Owner.PROVIDER, **values}
    return ChecklistItem.objects.create(
        customer=environment.customer,
        environment=environment,
        key=key,
        title=f"Item {key}",
        group="Network",
        position=1,
        state=state,
        **values,
    )


def look_at(environment: Environment) -> None:
    environment.checklist_items.update(checked_at=clock.now(), due_at=clock.now() + settings.DRIFT_INTERVAL)


def ready() -> Environment:
    environment = production()
    environment.checklist_items.update(state=ItemState.GREEN)
    item(environment, "peering_true")
    look_at(environment)
    plan = Plan.objects.get(environment=environment)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.APPROVED)
    Run.objects.create(
        customer=environment.customer,
        environment=environment,
        plan=plan,
        state=RunState.FINISHED,
        next_at=clock.now(),
    )
    return environment


class Story:
    """One hand-over and the people in it."""

    def __init__(self) -> None:
        self.environment = ready()
        self.customer = self.environment.customer
        self.recipient = people.customer_administrator(self.customer)
        self.engineer, self.approver = people.engineer(), people.approver()

    def requested(self) -> HandOver:
        return hand_overs.request(self.environment, recipient=self.recipient, reason="Go-live", by=self.engineer)

    def released(self) -> HandOver:
        return hand_overs.release(self.requested(), by=self.approver)


def read(user: User, hand_over: HandOver) -> str:
    response = signed_in(user).get(reverse("hand_over", args=[hand_over.pk]))
    assert response.status_code == 200
    return response.content.decode()


def post(user: User, name: str, hand_over: HandOver):
    return signed_in(user).post(reverse(name, args=[hand_over.pk]))


def reveal(user: User, hand_over: HandOver, *, password: str = people.PASSWORD, key: str = KEY, **headers: str):
    return signed_in(user).post(
        reverse("hand_over_reveal", args=[hand_over.pk]),
        json.dumps({"password": password, "claim_key": key}),
        content_type="application/json",
        headers=headers,
    )


def test_request_page_lists_the_gates_and_who_can_receive():
    story = Story()

    response = signed_in(story.engineer).get(reverse("hand_over_new", args=[story.environment.pk]))

    html = response.content.decode()
    assert "Item peering_true" in html
    assert str(story.recipient) in html


def test_pages_of_a_hand_over_say_what_is_too_old_to_go_by_and_offer_to_check_again():
    story = Story()
    hand_over, check = story.requested(), reverse("environment_verify", args=[story.environment.pk])
    seen_at = clock.now() - timedelta(days=1)
    story.environment.checklist_items.update(due_at=seen_at + settings.DRIFT_INTERVAL)

    html = read(story.approver, hand_over)
    assert f"was last looked at on {times.absolute(seen_at)}" in html
    assert "It can be released once AWS was looked at again." in html
    assert check in html

    HandOver.objects.update(state=HandOverState.RELEASED, expires_at=clock.now() + timedelta(days=1))
    html = read(story.recipient, hand_over)
    assert "The credentials can be revealed once AWS was looked at again." in html
    assert check in html

    HandOver.objects.update(state=HandOverState.WITHDRAWN)
    html = signed_in(story.engineer).get(reverse("hand_over_new", args=[story.environment.pk])).content.decode()
    assert "The hand-over can be requested once AWS was looked at again." in html
    assert "Request release of" not in html


def test_requesting_leads_to_the_hand_over():
    story = Story()
    address = reverse("hand_over_new", args=[story.environment.pk])

    response = signed_in(story.engineer).post(address, {"recipient": story.recipient.pk, "reason": "Go-live"})

    assert response["Location"] == reverse("hand_over", args=[HandOver.objects.get().pk])


def test_request_without_recipient_and_reason_says_so():
    story = Story()

    response = signed_in(story.engineer).post(reverse("hand_over_new", args=[story.environment.pk]), {})

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count("Select the recipient") == 2
    assert html.count("Enter a reason") == 2


def test_request_is_not_offered_before_every_gate_is_met():
    story = Story()
    item(story.environment, "log_bucket_true", ItemState.OPEN)
    address = reverse("hand_over_new", args=[story.environment.pk])

    html = signed_in(story.engineer).get(address).content.decode()
    response = signed_in(story.engineer).post(address, {"recipient": story.recipient.pk, "reason": "Go-live"})

    assert "Not every gate is met yet" in html
    assert 'name="recipient"' not in html
    assert response.status_code == 422


def test_customers_and_auditors_request_no_hand_over():
    story = Story()
    address = reverse("hand_over_new", args=[story.environment.pk])

    assert signed_in(story.recipient).get(address).status_code == 403
    assert signed_in(people.auditor()).get(address).status_code == 403
    assert signed_in(people.contact(people.customer())).get(address).status_code == 404


def test_second_person_gets_the_button_that_says_its_effect_and_the_requester_does_not():
    story = Story()
    hand_over = story.requested()
    button = f"Release {story.environment.name} credentials to {story.customer}"

    assert button in read(story.approver, hand_over)
    assert button not in read(story.engineer, hand_over)
    assert "somebody else releases it" in read(story.engineer, hand_over)
    assert button not in read(people.auditor(), hand_over)


def test_releasing_and_withdrawing():
    story = Story()
    hand_over = story.requested()

    assert post(story.engineer, "hand_over_release", hand_over).status_code == 403
    assert post(story.approver, "hand_over_release", hand_over).status_code == 302
    hand_over.refresh_from_db()
    assert hand_over.state == HandOverState.RELEASED
    assert post(story.engineer, "hand_over_withdraw", hand_over).status_code == 302
    hand_over.refresh_from_db()
    assert hand_over.state == HandOverState.WITHDRAWN


def test_reading_the_page_reveals_nothing_and_changes_nothing():
    story = Story()
    hand_over = story.released()

    for user in (story.recipient, story.engineer, people.contact(story.customer)):
        response = signed_in(user).get(reverse("hand_over", args=[hand_over.pk]))
        assert "no-store" in response["Cache-Control"]

    hand_over.refresh_from_db()
    assert hand_over.state == HandOverState.RELEASED


def test_only_the_recipient_gets_the_reveal_form():
    story = Story()
    hand_over = story.released()

    assert "data-reveal" in read(story.recipient, hand_over)
    assert "Only" in read(people.contact(story.customer), hand_over)
    assert "data-reveal" not in read(people.contact(story.customer), hand_over)
    assert "data-reveal" not in read(story.approver, hand_over)


def test_recipient_reveals_once_and_acknowledges():
    story = Story()
    hand_over = story.released()

    response = reveal(story.recipient, hand_over, **{"Sec-Fetch-Site": "same-origin"})

    credentials = response.json()["credentials"]
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert {"product", "url", "user_name", "password"} == set(credentials[0])
    assert "I have stored them" in read(story.recipient, hand_over)
    assert credentials[0]["password"] not in read(story.recipient, hand_over)
    assert post(story.recipient, "hand_over_acknowledge", hand_over).status_code == 302
    assert "Handed over" in read(story.recipient, hand_over)
    assert "What comes next" in read(story.recipient, hand_over)


def test_a_second_reveal_is_refused_with_who_and_when():
    story = Story()
    hand_over = story.released()
    reveal(story.recipient, hand_over)

    response = reveal(story.recipient, hand_over, key="f" * 64)

    assert response.status_code == 409
    assert story.recipient.full_name in response.json()["detail"]


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_reveals_nothing(password: str):
    story = Story()
    hand_over = story.released()

    response = reveal(story.recipient, hand_over, password=password)

    hand_over.refresh_from_db()
    assert response.status_code == 400
    assert response.json()["detail"]
    assert hand_over.state == HandOverState.RELEASED


@pytest.mark.parametrize("body", ["", "[]", "{", "{}", '{"password": 5, "claim_key": []}', "\xff"])
def test_a_strange_body_reveals_nothing(body: str):
    story = Story()
    hand_over = story.released()

    response = signed_in(story.recipient).post(
        reverse("hand_over_reveal", args=[hand_over.pk]), body.encode("latin-1"), content_type="application/json"
    )

    assert response.status_code == 400
    assert "detail" in response.json()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_request_from_elsewhere_reveals_nothing(site: str):
    story = Story()

    assert reveal(story.recipient, story.released(), **{"Sec-Fetch-Site": site}).status_code == 403


def test_a_reveal_needs_the_page_s_token():
    story = Story()
    hand_over = story.released()
    client = Client(enforce_csrf_checks=True)
    client.force_login(story.recipient)
    body = json.dumps({"password": people.PASSWORD, "claim_key": KEY})

    response = client.post(reverse("hand_over_reveal", args=[hand_over.pk]), body, content_type="application/json")

    assert response.status_code == 403


def test_a_colleague_and_a_stranger_reveal_nothing():
    story = Story()
    hand_over = story.released()

    assert reveal(people.customer_administrator(story.customer), hand_over).status_code == 403
    assert reveal(people.customer_administrator(people.customer()), hand_over).status_code == 404


# Actions.


def waiting_step(environment: Environment, key: str) -> RunStep:
    plan = Plan.objects.filter(environment=environment).first() or Plan.objects.create(
        customer=environment.customer, environment=environment, specification=environment.specifications.get()
    )
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.APPROVED)
    run = Run.objects.create(
        customer=environment.customer,
        environment=environment,
        plan=plan,
        state=RunState.WAITING,
        next_at=clock.now(),
        started_at=clock.now(),
    )
    values = {"customer": environment.customer, "run": run}
    RunStep.objects.create(
        key="peering_request",
        position=0,
        state=StepState.READY,
        outputs={"peering_id": "pcx-0a1b2c3d4e5f60718"},
        **values,
    )
    return RunStep.objects.create(
        key=key,
        position=1,
        state=StepState.WAITING,
        waits_on=Owner.CUSTOMER,
        reason="Waits for your word.",
        waiting_since=clock.now(),
        give_up_at=clock.now() + timedelta(days=7),
        **values,
    )


def actions(user: User) -> str:
    follow_all()
    response = signed_in(user).get(reverse("actions"))
    assert response.status_code == 200
    return response.content.decode()


def test_peering_action_shows_who_asks_and_how_to_accept():
    environment = production()
    waiting_step(environment, "peering_acceptance")

    html = actions(people.contact(environment.customer))

    assert "111111111111" in html
    assert "vpc-0a1b2c3d4e5f60718" in html
    assert "accept-vpc-peering-connection --vpc-peering-connection-id pcx-0a1b2c3d4e5f60718 --region eu-west-1" in html
    assert "eu-west-1.console.aws.amazon.com" in html
    assert "Due" in html


def test_role_action_shows_the_parameters_the_line_to_deploy_and_what_each_role_may_do():
    environment = production()
    waiting_step(environment, "customer_access")

    html = actions(people.contact(environment.customer))

    assert environment.aws_account.external_id in html
    assert "user/portal-worker" in html
    assert "aws cloudformation deploy --stack-name wso2-managed-services-access" in html
    assert reverse("access_template", args=[environment.pk]) in html
    assert "WSO2ManagedServicesProvisioner-ReadOnly: Looks" in html
    assert "ec2:CreateVpc" in html
    assert "Launch in AWS" not in html


def test_role_action_leads_into_the_console_where_the_template_is_at_an_address_of_s3(settings):
    settings.ACCESS_TEMPLATE_URL = "https://wso2-templates.s3.amazonaws.com/access.json"
    environment = production()
    waiting_step(environment, "customer_access")

    html = actions(people.contact(environment.customer))

    assert "Launch in AWS" in html
    assert "stacks/create/review?templateURL=https%3A%2F%2Fwso2-templates.s3.amazonaws.com%2Faccess.json" in html
    assert f"param_ExternalId={environment.aws_account.external_id}" in html


def test_mail_records_action_shows_each_record_and_which_are_missing():
    environment = production()
    step = waiting_step(environment, "mail_records")
    signed = {"name": "t1._domainkey.acme.example", "type": "CNAME", "value": "t1.dkim.amazonses.com"}
    spf = {"name": "bounce.acme.example", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all"}
    RunStep.objects.create(
        run=step.run,
        customer=environment.customer,
        key="mail_identity",
        position=2,
        state=StepState.READY,
        outputs={"domain": "acme.example", "records": [signed, spf]},
    )
    told = "Publish this record in the public DNS of acme.example:\nTXT bounce.acme.example v=spf1 include:amazonses.com ~all"
    RunStep.objects.filter(pk=step.pk).update(reason=told)

    html = actions(people.contact(environment.customer))

    assert "Publish the records of your mail domain" in html
    assert "t1._domainkey.acme.example" in html
    assert "v=spf1 include:amazonses.com ~all" in html
    assert [html.count(">Not yet<"), html.count(">Yes<")] == [1, 1]


def test_certificate_action_shows_its_record():
    environment = production()
    step = waiting_step(environment, "certificate")
    told = "Publish this record in the public DNS of acme.example.\nCNAME _a1.acme.example _b2.acm-validations.aws"
    RunStep.objects.filter(pk=step.pk).update(reason=told)

    html = actions(people.contact(environment.customer))

    assert "Publish the record of your certificate" in html
    assert "_b2.acm-validations.aws" in html
    assert html.count(">Not yet<") == 1


def test_stand_in_button_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch):
    environment = production()
    waiting_step(environment, "peering_acceptance")
    contact = people.contact(environment.customer)
    button = "Accept as the customer's AWS account would".replace("'", "&#x27;")

    monkeypatch.setattr("environments.services.stand_in.available", lambda: True)
    with_stand_in = actions(contact)
    viewer = actions(people.viewer(environment.customer))
    monkeypatch.setattr("environments.services.stand_in.available", lambda: False)

    assert "AWS stand-in</span>" in with_stand_in
    assert "AWS stand-in</span>" not in viewer
    assert "AWS stand-in</span>" not in actions(contact)
    assert button not in actions(contact)


def test_another_customers_action_is_not_shown():
    environment = production()
    waiting_step(environment, "peering_acceptance")

    html = actions(people.contact(people.customer()))

    assert "Nothing for you right now" in html
    assert environment.vpc_id not in html


def test_empty_actions_say_what_the_provider_does():
    onboarding: Onboarding = onboardings.submitted(onboardings.onboarding())

    html = actions(people.contact(onboarding.customer))

    assert "Nothing for you right now" in html
    assert "review 11 sections" in html


@pytest.mark.parametrize(
    ("waits_on", "state", "turn"),
    [
        (Owner.CUSTOMER, StepState.WAITING, "customer"),
        (Owner.AWS, StepState.WAITING, "aws"),
        ("", StepState.FAILED, "provider"),
    ],
)
def test_portfolio_says_whom_a_run_waits_for(waits_on: str, state: str, turn: str):
    environment = production()
    step = waiting_step(environment, "peering_acceptance")
    RunStep.objects.filter(pk=step.pk).update(waits_on=waits_on, state=state)
    news()
    reference = Onboarding.objects.get().reference

    found = {
        owner: signed_in(people.engineer()).get(reverse("onboarding_list"), {"waiting": owner}).content.decode()
        for owner in Owner.values
    }

    assert {owner: reference in html for owner, html in found.items()} == {
        owner: owner == turn for owner in Owner.values
    }


def test_portfolio_shows_the_next_deadline():
    environment = production()
    step = waiting_step(environment, "peering_acceptance")
    news()

    html = signed_in(people.engineer()).get(reverse("onboarding_list")).content.decode()

    assert step.give_up_at is not None
    assert f"{step.give_up_at:%a} {step.give_up_at.day} {step.give_up_at:%b %Y, %H:%M}" in html
    assert "Open next" in html


def test_portfolio_waits_for_the_customer_while_a_hand_over_is_released():
    story = Story()
    story.released()
    news()

    html = signed_in(people.engineer()).get(reverse("onboarding_list"), {"waiting": "customer"}).content.decode()

    assert story.customer.name in html
    assert "Hand-over expires" in html


def test_from_acceptance_the_provider_has_one_day():
    environment = production()
    step = waiting_step(environment, "peering_acceptance")
    accepted_at = clock.now() - timedelta(hours=2)
    RunStep.objects.filter(pk=step.pk).update(state=StepState.READY, finished_at=accepted_at)
    Run.objects.update(state=RunState.RUNNING)
    news()

    portfolio = signed_in(people.engineer()).get(reverse("onboarding_list")).content.decode()
    home = signed_in(people.contact(environment.customer)).get("/", follow=True).content.decode()

    due = f"{accepted_at + timedelta(days=1):%H:%M} UTC"
    assert "Rest due, a day from acceptance" in portfolio
    assert due in portfolio
    assert due in home
