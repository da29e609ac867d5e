"""Two customers with every kind of object in every state that an act needs, and everybody who could ask for them."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from environments.alerts.models import LIFETIME, TestAlert
from environments.models import AwsCall, ChecklistTemplate, Environment, EnvironmentSecret, Resource, Run, RunStep
from environments.provisioning.steps.vpn_configuration import SECRET
from environments.services import checklist_templates, plans
from environments.states import CallOutcome, ItemKind, ItemState, Owner, RunState, StepState
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import links
from onboarding.clocks.services import calendars
from onboarding.models import Check, HandOver, Onboarding
from onboarding.reports.services import views as saved_views
from onboarding.services import asks, checks, hand_overs, sections
from onboarding.states import CheckState, CheckVerdict
from portal.accounts.models import ApiToken, Customer, Membership, User
from portal.accounts.services import invitations, one_time
from portal.accounts.states import CustomerRole
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.files import services as files
from portal.files.services import NewFile
from portal.outbox import one_click
from portal.outbox.models import MailboxMessage, Notice, OutboxMessage, UndeliverableAddress
from portal.vault import services as vault
from tests.api.caller import Caller
from tests.environments import pages
from tests.factories import actions, onboardings, people
from tests.factories.answers import answers_for
from tests.isolation import talk

ROLES = (
    "nobody",
    "viewer",
    "contributor",
    "administrator",
    "stranger",
    "account_manager",
    "engineer",
    "approver",
    "auditor",
    "portal_administrator",
)
"""In the order of the table's columns; `stranger` is the other customer's administrator."""

DIGEST = "d" * 64
CLAIM_KEY = "k" * 64
_MORE_KINDS = ("staging", "development", "pre_production", "test", "test", "test", "test")


@dataclass
class Tenant:
    """One customer: its people, and by name the id of one object of each kind."""

    customer: Customer
    viewer: User
    contributor: User
    administrator: User
    author: User
    ids: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    ours: Tenant
    theirs: Tenant
    people: dict[str, User | None]
    callers: dict[str, Caller]
    browsers: dict[str, Client]


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world that the tests of a module share. The transaction in which each test runs is a savepoint of this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = build()
        # The use of a token is noted once a minute: let no reading fall due while the module lasts.
        ApiToken.objects.exclude(last_used_at=None).update(last_used_at=clock.now() + timedelta(hours=1))
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def world(_built: World, db: None) -> World:
    """The world as it was built: what the test changes is taken back at its end."""
    return copy.deepcopy(_built)


def build() -> World:
    staff = {
        "account_manager": people.account_manager(),
        "engineer": people.engineer(),
        "approver": people.approver(),
        "auditor": people.auditor(),
        "portal_administrator": people.administrator(),
    }
    ours, theirs = _tenant("Ours", staff), _tenant("Theirs", staff)
    _add_versions((ours, theirs), staff["portal_administrator"])
    everybody: dict[str, User | None] = {
        "nobody": None,
        "viewer": ours.viewer,
        "contributor": ours.contributor,
        "administrator": ours.administrator,
        "stranger": theirs.administrator,
        **staff,
    }
    return World(
        ours,
        theirs,
        everybody,
        {role: Caller(user) for role, user in everybody.items()},
        {role: _browser(user) for role, user in everybody.items()},
    )


def _browser(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def _tenant(name: str, staff: dict[str, User]) -> Tenant:
    customer = people.customer(f"{name} & Sons")
    tenant = Tenant(
        customer,
        people.viewer(customer),
        people.contact(customer),
        people.customer_administrator(customer),
        people.contact(customer, CustomerRole.CONTRIBUTOR, name=f"{name} Author"),
    )
    _add_people(tenant, staff)
    _add_messages(tenant)
    _add_intake(tenant, staff)
    _add_environments(tenant, staff)
    tenant.ids["audit_event"] = AuditEvent.objects.filter(customer=customer).order_by("sequence")[0].pk
    return tenant


def _add_people(tenant: Tenant, staff: dict[str, User]) -> None:
    customer = tenant.customer
    invitation = invitations.invite(
        email=f"new@{customer.slug}.example", role="viewer", by=tenant.administrator, customer=customer
    )
    token = ApiToken.objects.create(
        user=tenant.administrator,
        name="CI",
        prefix="abcd",
        digest=one_time.digest(f"text of {customer}"),
        scopes=["customer:read"],
        expires_at=clock.now() + timedelta(days=9),
    )
    tenant.ids |= {
        "customer": customer.pk,
        "person": tenant.contributor.pk,
        "viewer": tenant.viewer.pk,
        "account_manager": staff["account_manager"].pk,
        "colleague": people.engineer().pk,
        "member": Membership.objects.get(user=tenant.viewer).pk,
        "invitation": invitation.pk,
        "token": token.pk,
        "mail": MailboxMessage.objects.create(recipient="x@new.example", subject="Hello", text="Words").pk,
    }


def _add_messages(tenant: Tenant) -> None:
    """The viewer was told something; mail to the administrator came back."""
    notice = Notice.objects.create(
        key=f"approved:{tenant.viewer.pk}",
        person=tenant.viewer,
        customer=tenant.customer,
        event="approved",
        subject=f"{tenant.customer}: every section is approved",
        link="/onboardings/",
        created_at=clock.now(),
    )
    email = tenant.administrator.email
    came_back = OutboxMessage.objects.create(key=email, recipient=email, subject="Hello", next_at=clock.now())
    UndeliverableAddress.objects.create(email=email, reason="bounced (5.1.1)", message=came_back, since=clock.now())
    tenant.ids |= {"notice": notice.pk, "digest_token": one_click.token(tenant.viewer)}


def _add_intake(tenant: Tenant, staff: dict[str, User]) -> None:
    manager = staff["account_manager"]
    draft = onboardings.onboarding(tenant.customer, account_manager=manager)
    answers = answers_for(zone=f"{tenant.customer.slug}.internal")
    onboardings.answered(draft, by=tenant.author, answers=answers)
    dns = onboardings.section(draft, "dns")
    ntp = onboardings.section(draft, "ntp")
    logs = onboardings.section(draft, "logs")
    for section in (ntp, logs):
        sections.submit(section, revision=section.revision, by=tenant.author)
    onboardings.sent_back(logs, "host", by=staff["engineer"])
    asked = onboardings.section(draft, "backup")
    asks.ask(asked, email=tenant.author.email, by=tenant.administrator)
    tenant.ids["asked_section"] = asked.pk
    fresh = onboardings.onboarding(tenant.customer, account_manager=manager)
    tenant.ids |= {"fresh_onboarding": fresh.pk}
    view = saved_views.save(name=f"Late at {tenant.customer}", query="due=overdue", shared=True, by=manager)
    tenant.ids["saved_view"] = view.pk
    check = checks.request_one(ntp, key="ntp.tells_time", pointer="servers/0", by=tenant.author)
    Check.objects.filter(pk=check.pk).update(
        state=CheckState.DONE,
        verdict=CheckVerdict.PRIVATE,
        message="A private address, which you check.",
        finished_at=clock.now(),
    )
    tenant.ids |= {"onboarding": draft.pk, "section": dns.pk, "submitted_section": ntp.pk, "check": check.pk}
    tenant.ids["account_id"] = answers["remote_access"]["environments"][0]["account_id"]
    tenant.ids["returned_section"] = logs.pk
    _add_clock(tenant, draft)


def _add_clock(tenant: Tenant, onboarding: Onboarding) -> None:
    """The clock of an onboarding that was opened long ago."""
    calendars.for_finish()
    found = onboarding.clocks.get()
    began = datetime(2020, 1, 1, tzinfo=UTC)
    found.parts.filter(started_at=found.started_at).update(started_at=began)
    type(found).objects.filter(pk=found.pk).update(started_at=began)
    tenant.ids["clock"] = found.pk


def _add_environments(tenant: Tenant, staff: dict[str, User]) -> None:
    approved = _approved(tenant)
    by_name = {environment.name: environment for environment in approved.environments.all()}
    production, stopped = by_name["Production"], by_name["Test"]
    numbered = [by_name[f"Number {number}"] for number in range(len(_MORE_KINDS))]
    waiting, requested, released, revealed, ready, provisioned, paused = numbered
    tenant.ids |= {"live_onboarding": approved.pk, "environment": production.pk, "ready": ready.pk}
    _add_plans(tenant, production, stopped, waiting, staff["engineer"])
    _add_run(tenant, paused, "paused_run", RunState.PAUSED, StepState.PENDING, staff["engineer"])
    Run.objects.filter(pk=tenant.ids["paused_run"]).update(paused_at=clock.now(), paused_by=staff["engineer"])
    _add_run(tenant, provisioned, "run", RunState.FINISHED, StepState.READY, staff["engineer"])
    tenant.ids["provisioned"] = provisioned.pk
    _add_checklist(tenant, production)
    _add_test_alert(tenant, production, staff["engineer"])
    for number, environment in enumerate((requested, released, revealed, ready)):
        _add_run(tenant, environment, f"finished_run_{number}", RunState.FINISHED, StepState.READY, staff["engineer"])
        environment.checklist_items.update(state=ItemState.GREEN, due_at=clock.now() + settings.DRIFT_INTERVAL)
    _add_hand_overs(tenant, requested, released, revealed, staff)
    _add_actions(tenant, waiting, stopped)
    talk.add(tenant, approved, production, staff)


def _add_actions(tenant: Tenant, waiting: Environment, stopped: Environment) -> None:
    """One peering request that waits for the customer, and one whose time ran out."""
    step = RunStep.objects.filter(run__environment=stopped, key="peering_acceptance")
    step.update(state=StepState.WAITING, waits_on=Owner.CUSTOMER)
    actions.follow_all()
    step.update(state=StepState.FAILED, waits_on="", error={"code": "overdue", "message": "The time ran out."})
    actions.follow_all()
    kept = CustomerAction.objects.filter(kind="peering_acceptance")
    asked = kept.get(environment=waiting)
    tenant.ids |= {"action": asked.pk, "expired_action": kept.get(environment=stopped).pk}
    tenant.ids["look_token"] = links.path_for(asked, tenant.contributor).split("/")[-2]


def _approved(tenant: Tenant) -> Onboarding:
    answers = answers_for(zone=f"live.{tenant.customer.slug}.internal")
    rows = answers["remote_access"]["environments"]
    third = 100 if tenant.customer.name.startswith("Ours") else 101
    for number, kind in enumerate(_MORE_KINDS):
        rows.append(
            {
                **rows[1],
                "kind": kind,
                "name": f"Number {number}",
                "vpc_id": f"vpc-{third * 100 + number:017x}",
                "cidr_blocks": [f"172.20.{third}.{number * 16}/28"],
            }
        )
    found = onboardings.onboarding(tenant.customer)
    return onboardings.approved(found, by=tenant.author, answers=answers)


def _add_plans(
    tenant: Tenant, production: Environment, stopped: Environment, waiting: Environment, engineer: User
) -> None:
    for environment in Environment.objects.filter(customer=tenant.customer):
        pages.planned(environment, digest=DIGEST)
    specification = production.specifications.get()
    tenant.ids |= {"plan": production.plans.get().pk, "specification": specification.pk}
    tenant.ids["backup_policy"] = production.backup_policy.pk  # type: ignore[attr-defined]
    _add_run(tenant, stopped, "stopped_run", RunState.FAILED, StepState.FAILED, engineer)
    _add_run(tenant, waiting, "waiting_run", RunState.WAITING, StepState.WAITING, engineer)
    now = clock.now()
    sealed = vault.seal("the keys of both tunnels", customer=tenant.customer, purpose="environment vpn_configuration")
    EnvironmentSecret.objects.create(
        customer=tenant.customer, environment=production, name=SECRET, secret=sealed, sealed_at=now
    )
    Resource.objects.create(
        customer=tenant.customer,
        environment=production,
        step="peering_request",
        kind="vpc_peering",
        name="peering",
        aws_id="pcx-0a1b2c3d4e5f60718",
        account_id="111111111111",
        region="eu-west-1",
        first_seen_at=now,
        last_seen_at=now,
    )


def _add_run(tenant: Tenant, environment: Environment, name: str, state: str, step_state: str, engineer: User) -> None:
    run = plans.approve(environment.plans.get(), digest=DIGEST, by=engineer)
    run.steps.filter(key="peering_acceptance").update(
        state=step_state, waits_on=Owner.CUSTOMER if step_state == StepState.WAITING else "", waiting_since=clock.now()
    )
    Run.objects.filter(pk=run.pk).update(state=state)
    AwsCall.objects.create(
        customer=tenant.customer,
        run=run,
        step="peering_request",
        epoch=1,
        service="ec2",
        operation="CreateVpcPeeringConnection",
        account_id="111111111111",
        region="eu-west-1",
        changes=True,
        outcome=CallOutcome.OK,
        started_at=clock.now(),
    )
    tenant.ids[name] = run.pk


def _add_checklist(tenant: Tenant, environment: Environment) -> None:
    manual = environment.checklist_items.filter(kind=ItemKind.MANUAL)
    own, *_ = manual.filter(owner=Owner.CUSTOMER)
    item, signed, waiting, *_ = manual.filter(owner=Owner.PROVIDER)
    signed.state, signed.note, signed.signed_by, signed.revision = ItemState.GREEN, "seen", tenant.author, 1
    signed.evidence_file = files.store(tenant.customer, NewFile("report.txt", b"seen"), by=tenant.author)
    signed.save()
    waiting.state, waiting.note, waiting.signed_by, waiting.revision = ItemState.SIGNED, "seen", tenant.author, 1
    waiting.save()
    required = [key for one in (item, waiting) for key in one.template_item.requires]
    environment.checklist_items.filter(key__in=required).update(state=ItemState.GREEN)
    tenant.ids |= {"item": item.pk, "own_item": own.pk, "signed_item": signed.pk, "waiting_item": waiting.pk}


def _add_test_alert(tenant: Tenant, environment: Environment, engineer: User) -> None:
    """One that was sent, and whose link nobody used yet."""
    tenant.ids["alert_token"], now = one_time.make(), clock.now()
    TestAlert.objects.create(
        customer=tenant.customer,
        environment=environment,
        topic="arn:aws:sns:eu-west-1:111111111111:alerts",
        requested_by=engineer,
        requested_at=now,
        expires_at=now + LIFETIME,
        claimed_at=now,
        sent_at=now,
        token_hash=one_time.digest(tenant.ids["alert_token"]),
    )


def _add_versions(tenants: tuple[Tenant, ...], administrator: User) -> None:
    """A newer version of the checklist than every environment has, and a draft that differs from it."""
    version = _version("smoke_test_passed", "Every product passes its smoke test", administrator)
    checklist_templates.publish(version, note="One word", revision=1, by=administrator)
    draft = _version("alert_received", "A test alert came through", administrator)
    for tenant in tenants:
        tenant.ids |= {"version": version.pk, "draft": draft.pk}


def _version(key: str, title: str, administrator: User) -> ChecklistTemplate:
    found = checklist_templates.begin(by=administrator)
    values = {**checklist_templates.said(found.items.get(key=key)), "title": title}
    checklist_templates.change(found, key, values=values, revision=0, by=administrator)
    return found


def _add_hand_overs(
    tenant: Tenant, requested: Environment, released: Environment, revealed: Environment, staff: dict[str, User]
) -> None:
    def request(environment: Environment) -> HandOver:
        return hand_overs.request(environment, recipient=tenant.contributor, reason="ready", by=staff["engineer"])

    asked, offered, seen = request(requested), request(released), request(revealed)
    hand_overs.release(offered, by=staff["approver"])
    hand_overs.release(seen, by=staff["approver"])
    hand_overs.reveal(seen, password=people.PASSWORD, claim_key=CLAIM_KEY, by=tenant.contributor)
    tenant.ids |= {"hand_over": asked.pk, "released": offered.pk, "revealed": seen.pk}
