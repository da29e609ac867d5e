"""Thousands of onboardings at every stage, written in bulk: for what must not get slow. No service is called, so the rows hold
what the services would have left."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, JSONField, Model

from environments.models import AwsAccount, ChecklistItem, Environment, Plan, Run, RunStep, Specification
from environments.states import EnvironmentKind, ItemState, Owner, PlanState, RunState, StepState
from onboarding.models import Onboarding, Section
from onboarding.models.onboarding import NO_ORDER
from onboarding.reports.models import Failure
from onboarding.sections import SECTIONS
from onboarding.states import SectionState, Stage
from portal.accounts.models import Customer, User
from portal.core import clock
from portal.core.ids import new_id
from tests.factories import many_actions, many_history, people
from tests.factories.many_history import BATCH, PREFIX

ENVIRONMENTS = (EnvironmentKind.PRODUCTION, EnvironmentKind.TEST, EnvironmentKind.STAGING)
ITEMS_OF = 200
"""Only so many onboardings have checklist items: nothing lists the items of all."""

_STAGES = (
    *[Stage.LIVE] * 10,
    *[Stage.INTAKE] * 3,
    Stage.REVIEW,
    *[Stage.PROVISIONING] * 2,
    Stage.VERIFICATION,
    Stage.HANDOVER,
    Stage.CANCELLED,
    Stage.INTAKE,
)
_EACH = 5
"""So many onboardings one after the other are of one customer, so that each customer's mix does not depend on the number."""


def onboardings(number: int) -> list[Onboarding]:
    """Return `number` onboardings, each with three environments, its sections, its clock, its stays and what its customer
    did or is asked to do."""
    now = clock.now()
    customers = list(_customers(-(-number // _EACH)))
    managers = [people.account_manager() for _ in range(5)]
    rows = Onboarding.objects.bulk_create(_onboardings(number, customers, managers, now), BATCH)
    environments = _environments(rows)
    _insert(Section, _sections(rows, now))
    many_history.write(rows, managers, now)
    production = environments[:: len(ENVIRONMENTS)]
    live = [place for row, place in zip(rows, production, strict=True) if row.stage == Stage.LIVE]
    many_history.write_health(live, now)
    steps = _runs(rows, environments, now)
    many_actions.write(rows, steps, now)
    ChecklistItem.objects.bulk_create(_items(rows, environments, now), BATCH)
    return rows


def _insert(model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    """Insert by one statement that the database prepares once: a third of the time of `bulk_create` for many rows."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    usual = {name: field.get_db_prep_save(field.get_default(), connection) for name, field in fields.items()}
    plain = {name for name, field in fields.items() if not isinstance(field, JSONField | DateTimeField)}

    def prepared(row: dict[str, Any]) -> list[Any]:
        return [
            usual[name]
            if name not in row
            else row[name]
            if name in plain
            else field.get_db_prep_save(row[name], connection)
            for name, field in fields.items()
        ]

    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields.values())
    table, marks = connection.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", [prepared(row) for row in rows])  # noqa: S608


def _customers(number: int) -> Iterator[Customer]:
    known = Customer.objects.count()
    return iter(
        Customer.objects.bulk_create(
            [Customer(name=f"Company {known + n}", slug=f"company-{known + n}") for n in range(number)], BATCH
        )
    )


def _onboardings(number: int, customers: list[Customer], managers: list[User], now: datetime) -> list[Onboarding]:
    return [_onboarding(n, customers[n // _EACH], managers[n % len(managers)], now) for n in range(number)]


def _onboarding(n: int, customer: Customer, manager: User, now: datetime) -> Onboarding:
    stage = _STAGES[n % len(_STAGES)]
    is_open = stage not in (Stage.LIVE, Stage.CANCELLED)
    due_at = now + timedelta(hours=n % 240 - 20) if is_open and n % 3 else None
    return Onboarding(
        customer=customer,
        reference=f"{PREFIX}{n:05d}",
        title=f"Project {n}",
        stage=stage,
        stage_since=now - timedelta(days=n % 400, hours=n % 24),
        account_manager=manager,
        due_at=due_at,
        due_for="Waiting ends" if due_at else "",
        order_at=due_at or NO_ORDER,
        waiting_on=many_history.turn(n) if is_open else "",
        search_text=f"onb-1999-{n:05d}\nproject {n}\n{customer.name.lower()}\nproduction\n{_account(n)}\nvpc-{n:017x}",
    )


def _account(n: int) -> str:
    return f"{500000000000 + n}"


def _environments(rows: list[Onboarding]) -> list[Environment]:
    accounts = AwsAccount.objects.bulk_create(
        [
            AwsAccount(
                customer_id=row.customer_id,
                account_id=_account(n),
                external_id=f"of-{row.pk}",
                role_name=settings.CUSTOMER_ROLE_NAME,
            )
            for n, row in enumerate(rows)
        ],
        BATCH,
    )
    made = Environment.objects.bulk_create(
        [
            Environment(
                customer_id=row.customer_id,
                name=f"{EnvironmentKind(kind).label} {n}",
                kind=kind,
                aws_account=accounts[n],
                region="eu-west-1",
                vpc_id=f"vpc-{3 * n + place:017x}",
                cidr_blocks=[f"10.{n % 250}.{place}.0/24"],
            )
            for n, row in enumerate(rows)
            for place, kind in enumerate(ENVIRONMENTS)
        ],
        BATCH,
    )
    through = Onboarding.environments.through
    through.objects.bulk_create(
        [
            through(onboarding_id=rows[index // len(ENVIRONMENTS)].pk, environment_id=environment.pk)
            for index, environment in enumerate(made)
        ],
        BATCH,
    )
    return made


def _sections(rows: list[Onboarding], now: datetime) -> Iterator[dict[str, Any]]:
    answers: dict[str, Any] = {"monitoring": {"availability_target": "99.9", "alert_emails": ["ops@acme.example"]}}
    for row in rows:
        for position, section in enumerate(SECTIONS):
            yield {
                "id": new_id("sct"),
                "customer_id": row.customer_id,
                "onboarding_id": row.pk,
                "key": section.key,
                "position": position,
                "state": _section_state(row.stage, position),
                "submitted_at": now if row.stage == Stage.REVIEW else None,
                "answers": answers.get(section.key, {}),
            }


def _section_state(stage: str, position: int) -> str:
    if stage in (Stage.INTAKE, Stage.CANCELLED):
        return SectionState.DRAFT if position < 5 else SectionState.EMPTY
    return SectionState.SUBMITTED if stage == Stage.REVIEW else SectionState.APPROVED


def _runs(rows: list[Onboarding], environments: list[Environment], now: datetime) -> list[RunStep]:
    """The production environment of each that is being provisioned waits for the customer; one in ten stopped before."""
    pairs = [(row, environments[n * len(ENVIRONMENTS)]) for n, row in enumerate(rows)]
    busy = [place for row, place in pairs if row.stage == Stage.PROVISIONING]
    common = [{"customer_id": place.customer_id, "environment": place} for place in busy]
    frozen = Specification.objects.bulk_create(
        [Specification(**one, version=1, content={}, digest="0" * 64) for one in common], BATCH
    )
    plans = Plan.objects.bulk_create(
        [Plan(**one, specification=of, state=PlanState.APPROVED) for one, of in zip(common, frozen, strict=True)],
        BATCH,
    )
    runs = Run.objects.bulk_create(
        [
            Run(**one, plan=plan, state=RunState.WAITING, next_at=now + timedelta(days=1))
            for one, plan in zip(common, plans, strict=True)
        ],
        BATCH,
    )
    steps = RunStep.objects.bulk_create(
        [
            RunStep(
                customer_id=run.customer_id,
                run=run,
                key="peering_acceptance",
                position=1,
                state=StepState.WAITING,
                waits_on=Owner.CUSTOMER,
                reason="Accept the peering",
                waiting_since=now,
                give_up_at=now + timedelta(days=7),
            )
            for run in runs
        ],
        BATCH,
    )
    Failure.objects.bulk_create(
        [
            Failure(
                customer_id=place.customer_id,
                environment=place,
                step="peering_acceptance",
                code="overlap",
                failed_at=now - timedelta(days=n % 400),
            )
            for n, (_, place) in enumerate(pairs)
            if n % 10 == 0
        ],
        BATCH,
    )
    return steps


def _items(rows: list[Onboarding], environments: list[Environment], now: datetime) -> list[ChecklistItem]:
    return [
        ChecklistItem(
            customer_id=environment.customer_id,
            environment=environment,
            key=f"item_{number}",
            title=f"Item {number}",
            group="Network",
            owner=Owner.PROVIDER,
            kind="automatic",
            position=number,
            state=ItemState.GREEN if number < 5 else ItemState.OPEN,
            changed_at=now - timedelta(days=number) if number < 5 else None,
        )
        for environment in environments[: ITEMS_OF * len(ENVIRONMENTS)]
        for number in range(10)
    ]
