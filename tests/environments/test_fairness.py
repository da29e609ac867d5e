"""Which run comes next: workers hold a few runs of each customer at a time, and no customer stands before all others."""

import time
from datetime import timedelta

import pytest
from celery import current_app

from environments.models import AwsAccount, Environment, Plan, Run, Specification
from environments.services import runs, steering
from environments.states import PlanState, RunState
from portal.accounts.models import Customer
from portal.core import clock, queue
from tests.at_once import outcomes
from tests.factories import people

pytestmark = pytest.mark.django_db(transaction=True)


def due_runs(customer: Customer, number: int, *, waiting_minutes: int = 1) -> list[Run]:
    """Runs of so many environments of a customer, due and taken by nobody; the first waits longest."""
    account = AwsAccount.objects.create(
        customer=customer, account_id=f"{people.customer().pk[-6:]}", external_id=customer.pk, role_name="Provisioner"
    )
    due_at = clock.now() - timedelta(minutes=waiting_minutes)
    made = []
    for index in range(number):
        own = {"customer": customer}
        environment = Environment.objects.create(
            **own, name=f"Number {index}", kind="test", aws_account=account, region="eu-west-1", vpc_id=f"vpc-{index}"
        )
        own |= {"environment": environment}
        specification = Specification.objects.create(**own, version=1, content={}, digest="0")
        plan = Plan.objects.create(**own, specification=specification, state=PlanState.APPROVED)
        made.append(Run.objects.create(**own, plan=plan, next_at=due_at + timedelta(seconds=index)))
    return made


class Hints:
    """What was published to the broker, in its order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def publish(self, task: str, kwargs: dict[str, str], **_: object) -> None:
        self.sent.append((task, kwargs.get("run", "")))

    def of_runs(self) -> list[str]:
        """Return the runs that were hinted at so far; a last hint shows that all before it have left."""
        queue.enqueue("last")
        until = time.monotonic() + 5
        while not self.sent or self.sent[-1][0] != "last":
            assert time.monotonic() < until
            time.sleep(0.005)
        found = [run for task, run in self.sent if task == "environments.advance_run"]
        self.sent.clear()
        return found


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> Hints:
    found = Hints()
    monkeypatch.setattr(current_app, "send_task", found.publish)
    found.of_runs()
    return found


def claimed(some: list[Run]) -> list[bool]:
    return [runs.claim(run.pk) is not None for run in some]


def test_workers_hold_so_many_runs_of_a_customer_and_no_more(settings) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 2
    mine, theirs = due_runs(people.customer(), 3), due_runs(people.customer(), 1)

    assert claimed(mine) == [True, True, False]
    assert claimed(theirs) == [True], "what one customer holds is nothing to another"
    mine[2].refresh_from_db()
    assert (mine[2].state, mine[2].epoch, mine[2].lease_until) == (RunState.QUEUED, 0, None)
    assert runs.sweep() == 1, "it stays due"


def test_four_unless_told(settings) -> None:
    assert claimed(due_runs(people.customer(), 5)) == [True, True, True, True, False]


def test_zero_is_no_limit(settings) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 0

    assert all(claimed(due_runs(people.customer(), 12)))


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.PAUSED, RunState.FAILED, RunState.FINISHED])
def test_a_run_that_no_worker_holds_takes_no_slot(settings, state: str) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 1
    first, second = due_runs(people.customer(), 2)
    Run.objects.filter(pk=first.pk).update(state=state, next_at=clock.now() + timedelta(days=1))

    assert claimed([second]) == [True]


def test_a_dead_worker_takes_no_slot_after_its_lease(settings) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 1
    first, second = due_runs(people.customer(), 2)
    assert claimed([first, second]) == [True, False]

    Run.objects.filter(pk=first.pk).update(lease_until=clock.now() - timedelta(seconds=1))

    assert claimed([second, first]) == [True, False]


def test_claims_at_the_same_moment_take_no_slot_twice(settings) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 3
    mine = due_runs(people.customer(), 8)

    found = outcomes([lambda run=run: runs.claim(run.pk) for run in mine])

    assert sum(isinstance(each, Run) for each in found) == 3
    assert sum(each is None for each in found) == 5


def test_one_run_claimed_by_many_at_the_same_moment_is_held_once() -> None:
    [run] = due_runs(people.customer(), 1)

    found = outcomes([lambda: runs.claim(run.pk) for _ in range(8)])

    assert sum(isinstance(each, Run) for each in found) == 1
    run.refresh_from_db()
    assert run.epoch == 1


def test_a_slot_that_is_given_back_goes_to_the_run_that_waits_longest_at_once(settings, hints: Hints) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 1
    first, second, _ = due_runs(people.customer(), 3)
    due_runs(people.customer(), 1, waiting_minutes=9)
    assert claimed([first, second]) == [True, False]

    steering.pause(first, by=people.engineer())

    assert hints.of_runs() == [second.pk]
    assert claimed([second]) == [True]


def test_a_run_that_ends_hints_at_the_next_one_of_its_customer(settings, hints: Hints) -> None:
    """The specification of these runs is empty, which is how they end here: a defect that stops them."""
    settings.RUN_SLOTS_PER_CUSTOMER = 1
    first, second = due_runs(people.customer(), 2)

    runs.advance(first.pk)

    first.refresh_from_db()
    assert first.state == RunState.FAILED
    assert hints.of_runs() == [second.pk]


def test_without_a_limit_nobody_waits_for_a_slot(settings, hints: Hints) -> None:
    settings.RUN_SLOTS_PER_CUSTOMER = 0
    first, _ = due_runs(people.customer(), 2)
    runs.claim(first.pk)

    steering.cancel(first, by=people.engineer())

    assert hints.of_runs() == []


def test_sweep_takes_the_customers_in_turn(hints: Hints) -> None:
    busy = due_runs(people.customer(), 3, waiting_minutes=9)
    calm = due_runs(people.customer(), 2, waiting_minutes=5)
    late = due_runs(people.customer(), 1)

    runs.sweep()

    expected = [busy[0], calm[0], late[0], busy[1], calm[1], busy[2]]
    assert hints.of_runs() == [run.pk for run in expected]


def test_forty_runs_of_one_customer_do_not_keep_another_waiting(hints: Hints) -> None:
    """Eight places at the workers, filled in the order of the hints: the one run gets its place in the first round, and the
    forty are all held in their turn, four at a time."""
    many, [one] = due_runs(people.customer(), 40, waiting_minutes=30), due_runs(people.customer(), 1)

    runs.sweep()
    waiting = hints.of_runs()
    held = [run for run in waiting if runs.claim(run)][:8]

    assert one.pk in held
    assert len(held) == 5
    order, engineer = [*held], people.engineer()
    while held:
        steering.cancel(Run.objects.get(pk=held.pop(0)), by=engineer)
        for run in hints.of_runs():
            if runs.claim(run):
                held.append(run)
                order.append(run)
    assert sorted(order) == sorted(run.pk for run in [*many, one])


def test_a_claim_is_one_update(django_assert_num_queries) -> None:
    [run] = due_runs(people.customer(), 1)

    with django_assert_num_queries(5) as asked:
        runs.claim(run.pk)

    assert sum(query["sql"].startswith("UPDATE") for query in asked.captured_queries) == 1
