"""The page of a run, and the checklist."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.models import AwsCall, ChecklistItem, Environment, Plan, Run
from environments.services import steering
from environments.states import ItemState, RunState, StepState
from environments.views import steps
from portal.core import clock
from tests.environments import pages
from tests.environments.pages import page, signed_in, status
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_run_shows_every_step_in_the_tense_of_its_state():
    run = pages.waiting(pages.production())

    html = page(people.viewer(run.customer), "run", run.pk)

    assert "Requested the VPC peering" in html
    assert "Waiting for the customer to accept the peering" in html
    assert "Accept the VPC peering pcx-1 in account 222222222222." in html
    assert f"Waiting for <strong>{run.customer.name}</strong>" in html
    assert f"{run.steps.filter(state=StepState.READY).count()} of {run.steps.count()} steps" in html


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (RunState.QUEUED, "2s"),
        (RunState.RUNNING, "2s"),
        (RunState.WAITING, "5s"),
        (RunState.PAUSED, ""),
        (RunState.FAILED, ""),
        (RunState.CANCELLED, ""),
        (RunState.FINISHED, ""),
    ],
)
def test_live_part_asks_again_as_long_as_something_can_happen(state: str, seconds: str):
    run = pages.started(pages.production())
    Run.objects.filter(pk=run.pk).update(state=state)

    html = page(people.engineer(), "run_live", run.pk, changes="1")

    assert "<html" not in html
    assert (f'hx-trigger="every {seconds}"' in html) is bool(seconds)
    assert ("?changes=1" in html.split(">")[0]) is bool(seconds)
    assert ("data-live-pause" in html) is bool(seconds)
    assert f'data-announce="0 of {run.steps.count()} steps.' in html


def test_run_of_another_customer_does_not_exist():
    run, stranger = pages.waiting(pages.production()), people.contact(people.customer())

    for name in ("run", "run_live", "run_pause"):
        assert status(stranger, name, run.pk) == 404
    for name in ("run_retry", "run_cancel", "run_look_again", "run_pause", "run_resume"):
        assert status(stranger, name, run.pk, method="post") == 404


def test_acts_on_a_run_are_posts():
    run = pages.waiting(pages.production())

    for name in ("run_retry", "run_cancel", "run_look_again", "run_resume"):
        assert status(people.engineer(), name, run.pk) == 405


def test_engineer_retries_from_the_step_that_stopped():
    run = pages.failed(pages.production())
    html = page(people.engineer(), "run", run.pk)
    assert "An AWS quota is used up." in html
    assert "Have the quota raised, then retry." in html
    assert "Could not finish: peering request" in html
    assert "Retry from this step" in html

    response = signed_in(people.engineer()).post(reverse("run_retry", args=[run.pk]), {"step": "peering_request"})

    run.refresh_from_db()
    assert response["Location"] == reverse("run", args=[run.pk])
    assert run.state == RunState.QUEUED
    assert run.steps.get(key="peering_request").state == StepState.PENDING


def test_only_engineers_steer_a_run():
    run = pages.failed(pages.production())

    for person in (people.account_manager(), people.auditor(), people.contact(run.customer)):
        html = page(person, "run", run.pk)
        assert "Retry from this step" not in html
        assert "Cancel run" not in html
        assert "Pause run" not in html
        assert status(person, "run_pause", run.pk) == 403
        assert status(person, "run_pause", run.pk, method="post") == 403
        assert status(person, "run_resume", run.pk, method="post") == 403
        assert status(person, "run_retry", run.pk, method="post") == 403
        assert status(person, "run_cancel", run.pk, method="post") == 403


def test_engineer_cancels_a_run_after_reading_what_stays():
    run = pages.waiting(pages.production())
    assert "What it made in AWS stays" in page(people.engineer(), "run", run.pk)

    status(people.engineer(), "run_cancel", run.pk, method="post")

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert "Cancel run" not in page(people.engineer(), "run", run.pk)


def test_engineer_pauses_a_run_after_reading_what_that_means():
    run, engineer = pages.waiting(pages.production()), people.engineer()
    assert reverse("run_pause", args=[run.pk]) in page(engineer, "run", run.pk)
    asked = page(engineer, "run_pause", run.pk)
    assert "The run stops between two calls" in asked
    assert "the customer too" in asked, "whoever writes the reason knows who reads it"

    response = signed_in(engineer).post(reverse("run_pause", args=[run.pk]), {"note": "The customer moves its DNS"})

    run.refresh_from_db()
    assert response["Location"] == reverse("run", args=[run.pk])
    assert run.state == RunState.PAUSED
    html = page(people.viewer(run.customer), "run", run.pk)
    assert "The run is paused" in html
    assert f"{engineer} paused it" in html
    assert "The customer moves its DNS" in html


def test_step_that_a_pause_found_at_work_stands_still():
    run = pages.started(pages.production())
    step = pages.at(run, "peering_request", StepState.RUNNING, RunState.RUNNING)
    steering.pause(run, by=people.engineer())
    Run.objects.filter(pk=run.pk).update(paused_at=step.started_at + timedelta(seconds=42))
    run.refresh_from_db()

    [line] = [line for line in steps.lines(run, clock.now()) if line.step == step]

    assert (line.state, line.hue, line.elapsed) == ("Held", "idle", "42 s")
    assert "Held</span>" in page(people.viewer(run.customer), "run", run.pk)


def test_step_that_is_taken_away_says_so():
    run = pages.finished(pages.production())
    run.steps.filter(key="peering_request").update(removes=True)

    html = page(people.engineer(), "run", run.pk)

    assert "Removed: Peering request" in html
    assert "Requested the VPC peering" not in html


def test_reason_that_is_too_long_is_kept_and_named():
    run = pages.waiting(pages.production())

    response = signed_in(people.engineer()).post(reverse("run_pause", args=[run.pk]), {"note": "x" * 501})

    assert response.status_code == 422
    assert "at most 500 characters; this is 501" in response.content.decode()
    assert "x" * 501 in response.content.decode()
    run.refresh_from_db()
    assert run.state == RunState.WAITING


def test_engineer_resumes_a_paused_run_and_can_do_nothing_else_to_it_but_cancel():
    run, engineer = pages.waiting(pages.production()), people.engineer()
    status(engineer, "run_pause", run.pk, method="post")
    html = page(engineer, "run", run.pk)
    assert "Resume run" in html
    assert "Cancel run" in html
    assert "Look again now" not in html
    assert "Pause run" not in html
    assert status(engineer, "run_look_again", run.pk, method="post") == 409
    assert status(engineer, "run_pause", run.pk, method="post") == 409

    status(engineer, "run_resume", run.pk, method="post")

    run.refresh_from_db()
    assert (run.state, run.paused_at) == (RunState.QUEUED, None)
    assert "The run is paused" not in page(engineer, "run", run.pk)


def test_a_run_that_stopped_or_ended_offers_no_pause():
    run = pages.failed(pages.production())
    assert "Pause run" not in page(people.engineer(), "run", run.pk)
    assert status(people.engineer(), "run_pause", run.pk, method="post") == 409


def test_customer_has_a_waiting_run_look_again():
    run = pages.waiting(pages.production())
    contact = people.contact(run.customer)
    assert "Look again now" in page(contact, "run", run.pk)
    assert "Look again now" not in page(people.viewer(run.customer), "run", run.pk)

    status(contact, "run_look_again", run.pk, method="post")

    run.refresh_from_db()
    assert run.state == RunState.QUEUED


@pytest.mark.parametrize(
    ("step", "name", "words"),
    [
        ("customer_access", "stand_in_role", "Create the role as the customer"),
        ("peering_acceptance", "stand_in_accept", "Accept the peering as the customer"),
    ],
)
def test_stand_in_acts_only_where_there_is_one(settings, step: str, name: str, words: str):
    run = pages.waiting(pages.production(), step)
    contact = people.contact(run.customer)
    settings.AWS_STAND_IN_CUSTOMER_ROLE = ""
    assert words not in page(contact, "run", run.pk)
    assert status(contact, name, run.environment_id, method="post") == 404

    settings.AWS_STAND_IN_CUSTOMER_ROLE = "OrganizationAccountAccessRole"
    html = page(contact, "run", run.pk)
    assert words in html
    assert reverse(name, args=[run.environment_id]) in html
    assert "AWS stand-in</span>" in html
    assert words not in page(people.viewer(run.customer), "run", run.pk)
    assert status(people.viewer(run.customer), name, run.environment_id, method="post") == 403


def test_journal_shows_changes_only_when_asked():
    run = pages.waiting(pages.production())
    pages.calls(run, 3)
    pages.calls(run, 1, changes=True)

    everything = page(people.viewer(run.customer), "run", run.pk)
    changes = page(people.viewer(run.customer), "run", run.pk, changes="1")

    assert "ec2.describe_vpcs" in everything
    assert "ec2.create_vpc_peering_connection" in everything
    assert "ec2.describe_vpcs" not in changes
    assert "ec2.create_vpc_peering_connection" in changes


def test_run_asks_the_database_the_same_for_10_and_1000_calls():
    run = pages.waiting(pages.production())
    client = signed_in(people.engineer())

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("run", args=[run.pk])).status_code == 200
        return len(captured)

    pages.calls(run, 10)
    few = statements()
    pages.calls(run, 990)

    assert statements() == few <= 10


def test_run_list_asks_the_database_the_same_for_10_and_1000_rows():
    environment = pages.production()
    specification, client = environment.specifications.get(), signed_in(people.engineer())

    def grow(number: int) -> None:
        own = {"customer": environment.customer, "environment": environment}
        plans = Plan.objects.bulk_create(
            Plan(**own, specification=specification, state="approved") for _ in range(number)
        )
        Run.objects.bulk_create(Run(**own, plan=plan, state=RunState.CANCELLED, next_at=clock.now()) for plan in plans)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("environment_runs", args=[environment.pk])).status_code == 200
        return len(captured)

    assert "No run yet" in page(people.engineer(), "environment_runs", environment.pk)
    grow(10)
    few = statements()
    grow(990)

    assert statements() == few <= 10


# The checklist.


def provisioned() -> Environment:
    environment = pages.production()
    pages.finished(environment)
    return environment


def manual(environment: Environment, owner: str = "provider") -> ChecklistItem:
    return environment.checklist_items.filter(kind="manual", owner=owner).first()


def test_checklist_is_grouped_by_owner_and_shows_what_was_seen():
    environment = provisioned()

    html = page(people.viewer(environment.customer), "environment_checklist", environment.pk)

    assert "For WSO2" in html
    assert f"For {environment.customer.name}" in html
    assert "acme-logs" in html
    assert "Blocking the hand-over" in html
    assert "checklist_sign" not in html
    assert 'name="note"' not in html


def test_engineer_signs_with_a_note():
    environment = provisioned()
    item, engineer = manual(environment), people.engineer()

    response = signed_in(engineer).post(
        reverse("checklist_sign", args=[item.pk]), {"note": "Logged in to host app-1.", "revision": item.revision}
    )

    assert response["Location"] == f"{reverse('environment_checklist', args=[environment.pk])}#item-{item.key}"
    html = page(people.viewer(environment.customer), "environment_checklist", environment.pk)
    assert "Logged in to host app-1." in html
    assert engineer.full_name in html


def test_signature_without_a_note_is_refused_beside_the_field():
    item = manual(provisioned())

    response = signed_in(people.engineer()).post(
        reverse("checklist_sign", args=[item.pk]), {"note": " ", "revision": item.revision}
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count("Enter how you know that this is true") == 2
    assert f'href="#field-note-{item.pk}"' in html


def test_signature_of_an_item_that_somebody_else_signed_shows_both():
    environment = provisioned()
    item, first = manual(environment), people.engineer()
    signed_in(first).post(reverse("checklist_sign", args=[item.pk]), {"note": "Theirs.", "revision": item.revision})

    response = signed_in(people.engineer()).post(
        reverse("checklist_sign", args=[item.pk]), {"note": "Mine.", "revision": item.revision}
    )

    html = response.content.decode()
    assert response.status_code == 412
    assert "Theirs." in html
    assert "Mine." in html


def test_each_side_signs_its_own_items():
    environment = provisioned()
    contact, engineer = people.contact(environment.customer), people.engineer()
    ours, theirs = manual(environment), manual(environment, "customer")

    assert status(contact, "checklist_sign", ours.pk, method="post", note="x", revision=ours.revision) == 403
    assert status(engineer, "checklist_sign", theirs.pk, method="post", note="x", revision=theirs.revision) == 403
    assert status(contact, "checklist_sign", theirs.pk, method="post", note="x", revision=theirs.revision) == 302
    assert f"sign-{ours.pk}" not in page(contact, "environment_checklist", environment.pk)
    assert status(people.contact(people.customer()), "checklist_sign", ours.pk, method="post") == 404


def test_signature_is_taken_back():
    item, engineer = manual(provisioned()), people.engineer()
    signed_in(engineer).post(reverse("checklist_sign", args=[item.pk]), {"note": "Seen.", "revision": item.revision})
    item.refresh_from_db()

    assert status(engineer, "checklist_unsign", item.pk, method="post") == 409
    assert status(engineer, "checklist_unsign", item.pk, method="post", revision="99") == 412
    assert status(engineer, "checklist_unsign", item.pk, method="post", revision=item.revision) == 302

    item.refresh_from_db()
    assert item.state == ItemState.OPEN


def test_item_that_is_no_longer_true_says_since_when_and_why():
    environment = provisioned()
    environment.checklist_items.filter(key="peering_active").update(
        state=ItemState.RED,
        changed_at=clock.now(),
        evidence={"missing": ["Peering request"], "why": ["The peering pcx-1 is deleted."]},
    )

    html = page(people.viewer(environment.customer), "environment_checklist", environment.pk)

    assert html.count("no longer true since") == 1
    assert "The peering pcx-1 is deleted." in html


def test_check_again_is_for_who_may_ask():
    environment = provisioned()

    for person in (people.engineer(), people.approver(), people.contact(environment.customer)):
        assert "Check again" in page(person, "environment_checklist", environment.pk)
        assert status(person, "environment_verify", environment.pk, method="post") == 302
    for person in (people.auditor(), people.viewer(environment.customer)):
        assert "Check again" not in page(person, "environment_checklist", environment.pk)
        assert status(person, "environment_verify", environment.pk, method="post") == 403


def test_green_checklist_leads_to_the_hand_over():
    environment = provisioned()
    environment.checklist_items.update(state=ItemState.GREEN, due_at=clock.now())
    link = reverse("hand_over_new", args=[environment.pk])

    assert link in page(people.engineer(), "environment_checklist", environment.pk)
    assert link not in page(people.contact(environment.customer), "environment_checklist", environment.pk)


def test_check_again_waits_until_every_item_was_looked_at():
    environment, client = provisioned(), signed_in(people.engineer())

    asked = client.post(reverse("environment_verify", args=[environment.pk]))["Location"]
    assert "Looking at AWS again" in client.get(asked).content.decode()

    environment.checklist_items.filter(kind="automatic").update(checked_at=clock.now())
    assert "Show what was found" in client.get(asked).content.decode()
    html = page(people.engineer(), "environment_checklist", environment.pk, since="2026-13-45T99:99")
    assert "Looking at AWS again" not in html


def test_drawing_shows_what_is_waited_for():
    environment = pages.production()
    pages.waiting(environment)

    drawing = signed_in(people.engineer()).get(reverse("environment", args=[environment.pk])).context["drawing"]

    assert drawing["edges"][0]["status"] == "waiting"


def test_steps_stand_by_how_they_stand_and_the_rest_is_folded():
    run = pages.waiting(pages.production())

    response = signed_in(people.engineer()).get(reverse("run", args=[run.pk]))

    groups = {group.key: len(group.lines) for group in response.context["groups"]}
    pending = run.steps.filter(state=StepState.PENDING).count()
    assert groups == {"now": 1, "pending": pending, "ready": run.steps.count() - pending - 1}
    assert response.text.index("Waiting for the customer") < response.text.index('id="steps-pending"')


def test_stopped_run_is_followed_as_long_as_another_step_is_at_work():
    run = pages.failed(pages.production())
    assert "hx-trigger" not in page(people.engineer(), "run", run.pk)

    run.steps.filter(key="log_bucket").update(state=StepState.RUNNING, started_at=clock.now())

    assert 'hx-trigger="every 2s"' in page(people.engineer(), "run", run.pk)


@pytest.mark.parametrize("words", ["peering request", "EC2", "DescribeVpcs", "describe_vp", "peering_request"])
def test_journal_is_searched_by_service_operation_and_step(words: str):
    run = pages.waiting(pages.production())
    pages.calls(run, 2)
    AwsCall.objects.create(
        customer=run.customer,
        run=run,
        step="log_bucket",
        epoch=1,
        service="s3",
        operation="create_bucket",
        account_id="111111111111",
        region="eu-west-1",
        changes=True,
        outcome="ok",
        started_at=clock.now(),
    )

    html = page(people.viewer(run.customer), "run", run.pk, q=words)

    assert "describe_vpcs" in html
    assert "create_bucket" not in html
    assert "No call has" in page(people.viewer(run.customer), "run", run.pk, q="nothing like it")


def test_run_of_a_tear_down_is_worded_as_removal():
    run = pages.waiting(pages.production())
    run.steps.update(removes=True)
    Plan.objects.filter(pk=run.plan_id).update(purpose="tear_down")

    html = page(people.engineer(), "run", run.pk)

    assert '<h1 tabindex="-1">Tear-down</h1>' in html
    assert "Removed: Peering request" in html
    assert "To be removed: log bucket" in html
