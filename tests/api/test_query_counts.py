"""A list costs the same number of statements with 10 and with 1,000 rows, and at most six."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from backups.models import BackupPolicy
from environments.models import (
    Adoption,
    AwsAccount,
    AwsCall,
    ChecklistItem,
    DriftCheck,
    Environment,
    Plan,
    Resource,
    Run,
    RunStep,
    Specification,
)
from onboarding.models import HandOver, Onboarding, Section
from onboarding.states import HandOverState
from portal.accounts.models import Customer, Invitation, Membership, User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.outbox.models import Notice
from tests.api.caller import Caller
from tests.factories import people

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 6


class Rows:
    """Bulk rows that hang together well enough to be listed."""

    def __init__(self, number: int) -> None:
        self.number, self.now = number, clock.now()
        self.person = people.administrator()
        self.other = people.approver()
        self.customer = people.customer()

    def numbers(self) -> range:
        return range(self.number)

    def customers(self) -> Iterable[Model]:
        return Customer.objects.bulk_create(Customer(name=f"C {n}", slug=f"c-{n}") for n in self.numbers())

    def staff(self) -> Iterable[Model]:
        return User.objects.bulk_create(
            User(email=f"s{n}@provider.example", full_name=f"S {n}", staff_role="auditor") for n in self.numbers()
        )

    def members(self) -> Iterable[Model]:
        users = User.objects.bulk_create(User(email=f"m{n}@c.example", full_name=f"M {n}") for n in self.numbers())
        return Membership.objects.bulk_create(
            Membership(user=user, customer=self.customer, role="viewer") for user in users
        )

    def invitations(self) -> Iterable[Model]:
        return Invitation.objects.bulk_create(
            Invitation(
                email=f"i{n}@c.example",
                customer=self.customer,
                role="viewer",
                token_digest=str(n),
                invited_by=self.person,
                expires_at=self.now.replace(year=self.now.year + 1),
            )
            for n in self.numbers()
        )

    def onboardings(self) -> list[Onboarding]:
        found = Onboarding.objects.bulk_create(
            Onboarding(
                customer=self.customer,
                reference=f"R-{n}",
                title=f"T {n}",
                stage_since=self.now,
                account_manager=self.person,
            )
            for n in self.numbers()
        )
        Section.objects.bulk_create(
            Section(customer=self.customer, onboarding=onboarding, key=key, position=position, edited_by=self.person)
            for onboarding in found
            for position, key in enumerate(("dns", "ntp"))
        )
        return found

    def sections(self) -> Iterable[Model]:
        return self.onboardings()

    def environments(self) -> list[Environment]:
        account = AwsAccount.objects.create(customer=self.customer, account_id="2" * 12, external_id="x", role_name="r")
        return Environment.objects.bulk_create(
            Environment(
                customer=self.customer,
                name=f"E {n}",
                kind="test",
                aws_account=account,
                region="eu-west-1",
                vpc_id=f"vpc-{n}",
            )
            for n in self.numbers()
        )

    def checklist_items(self) -> Iterable[Model]:
        return ChecklistItem.objects.bulk_create(
            ChecklistItem(
                customer=self.customer,
                environment=environment,
                key="k",
                title="t",
                group="g",
                owner="provider",
                kind="manual",
                position=1,
                signed_by=self.person,
            )
            for environment in self.environments()
        )

    def plans(self) -> list[Plan]:
        specifications = Specification.objects.bulk_create(
            Specification(customer=self.customer, environment=environment, version=1, content={}, digest="d")
            for environment in self.environments()
        )
        return Plan.objects.bulk_create(
            Plan(
                customer=self.customer,
                environment=specification.environment,
                specification=specification,
                requested_by=self.person,
                approved_by=self.other,
            )
            for specification in specifications
        )

    def runs(self) -> list[Run]:
        found = Run.objects.bulk_create(
            Run(
                customer=self.customer,
                environment=plan.environment,
                plan=plan,
                next_at=self.now,
                started_by=self.person,
            )
            for plan in self.plans()
        )
        RunStep.objects.bulk_create(
            RunStep(customer=self.customer, run=run, key="log_bucket", position=1) for run in found
        )
        return found

    def hand_overs(self) -> Iterable[Model]:
        return HandOver.objects.bulk_create(
            HandOver(
                customer=self.customer,
                environment=environment,
                recipient=people_recipient,
                frozen={},
                digest="d",
                requested_by=self.person,
                requested_at=self.now,
                state=HandOverState.WITHDRAWN,
            )
            for people_recipient in [people.contact(self.customer)]
            for environment in self.environments()
        )

    def backup_policies(self) -> Iterable[Model]:
        return BackupPolicy.objects.bulk_create(
            BackupPolicy(customer=self.customer, environment=environment) for environment in self.environments()
        )

    def audit_events(self) -> Iterable[Model]:
        return AuditEvent.objects.bulk_create(
            AuditEvent(
                chain=self.customer.pk,
                sequence=n + 1,
                occurred_at=self.now,
                customer=self.customer,
                actor=self.person,
                actor_label="a",
                action="section.saved",
                subject_type="section",
                subject_id="s",
                subject_label="l",
            )
            for n in self.numbers()
        )

    def messages(self) -> Iterable[Model]:
        return Notice.objects.bulk_create(
            Notice(
                key=str(n),
                person=self.person,
                customer=self.customer,
                event="approved",
                subject=f"S {n}",
                link="/",
                created_at=self.now,
            )
            for n in self.numbers()
        )

    def resources(self) -> Iterable[Model]:
        (environment,) = Rows.environments(_one(self))
        return Resource.objects.bulk_create(
            Resource(
                customer=self.customer,
                environment=environment,
                step="s",
                kind="k",
                name=f"n{n}",
                aws_id="a",
                account_id="2" * 12,
                region="eu-west-1",
                first_seen_at=self.now,
                last_seen_at=self.now,
            )
            for n in self.numbers()
        )

    def adoptions(self) -> Iterable[Model]:
        (environment,) = Rows.environments(_one(self))
        return Adoption.objects.bulk_create(
            Adoption(
                customer=self.customer,
                environment=environment,
                step="s",
                kind="k",
                name="n",
                aws_id=f"a{n}",
                adopted_by=self.person,
            )
            for n in self.numbers()
        )

    def drift_checks(self) -> Iterable[Model]:
        (environment,) = Rows.environments(_one(self))
        return DriftCheck.objects.bulk_create(
            DriftCheck(
                customer=self.customer, environment=environment, findings=[], found_at=self.now, checked_at=self.now
            )
            for _ in self.numbers()
        )

    def aws_calls(self) -> Iterable[Model]:
        (run,) = Rows.runs(_one(self))
        return AwsCall.objects.bulk_create(
            AwsCall(
                customer=self.customer,
                run=run,
                step="s",
                epoch=1,
                service="ec2",
                operation="DescribeVpcs",
                account_id="2" * 12,
                region="eu-west-1",
                changes=False,
                outcome="ok",
                started_at=self.now,
            )
            for _ in self.numbers()
        )


def _one(rows: Rows) -> Rows:
    single = Rows(1)
    single.customer = rows.customer
    return single


LISTS: dict[str, tuple[Callable[[Rows], Any], str]] = {
    "customers": (Rows.customers, "/customers"),
    "staff": (Rows.staff, "/staff"),
    "members": (Rows.members, "/members"),
    "invitations": (Rows.invitations, "/invitations"),
    "onboardings": (Rows.onboardings, "/onboardings"),
    "sections": (Rows.sections, "/sections"),
    "environments": (Rows.environments, "/environments"),
    "checklist-items": (Rows.checklist_items, "/checklist-items"),
    "plans": (Rows.plans, "/plans"),
    "runs": (Rows.runs, "/runs"),
    "hand-overs": (Rows.hand_overs, "/hand-overs"),
    "backup-policies": (Rows.backup_policies, "/backup-policies"),
    "audit-events": (Rows.audit_events, "/audit-events"),
    "messages": (Rows.messages, "/messages"),
    "resources": (Rows.resources, "/environments/{environment}/resources"),
    "adoptions": (Rows.adoptions, "/environments/{environment}/adoptions"),
    "drift-checks": (Rows.drift_checks, "/environments/{environment}/drift-checks"),
    "aws-calls": (Rows.aws_calls, "/runs/{run}/aws-calls"),
}


@pytest.mark.parametrize("resource", LISTS)
def test_a_list_costs_the_same_however_many_rows_there_are(resource: str) -> None:
    make, path = LISTS[resource]

    few, many = _statements(make, path, 10), _statements(make, path, 1000)

    assert few == many
    assert many <= MOST_STATEMENTS


def _statements(make: Callable[[Rows], Any], path: str, number: int) -> int:
    """Every kind of row is made in a clean database: what the first number left would count with the second."""

    with transaction.atomic():
        rows = Rows(number)
        make(rows)
        address = path.format(
            environment=Environment.objects.values_list("pk", flat=True).first(),
            run=Run.objects.values_list("pk", flat=True).first(),
        )
        caller = Caller(rows.person)
        with CaptureQueriesContext(connection) as seen:
            answer = caller.get(address)
        assert len(answer.data["data"]) >= min(number, 50)
        transaction.set_rollback(True)
    return len(seen)
