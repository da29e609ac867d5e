"""Looking ahead: an unchanged environment is proven at once, and nothing is believed that has changed meanwhile."""

from collections import Counter
from contextlib import nullcontext
from threading import Event
from typing import Any

import pytest

from environments.provisioning import graph
from environments.provisioning.foresight import Foresight
from environments.provisioning.ports import Failure
from environments.provisioning.steps import STEPS
from tests.fakes.cloud import Cloud, refuse
from tests.fakes.engine import FakeRun, nth, spec


def _stands(**changes: Any) -> tuple[FakeRun, dict[str, Any]]:
    """Return a run that has finished, and what each of its steps gave."""
    run = FakeRun(Cloud(spec(**changes)))
    assert run.run().state == "finished"
    return run, {key: record.outputs for key, record in run.journal.records.items()}


def _again(run: FakeRun, known: dict[str, Any]) -> FakeRun:
    run.cloud.changes.clear()
    run.cloud.reads.clear()
    return FakeRun(run.cloud, outputs=known)


def test_what_comes_last_is_looked_at_before_what_comes_first_has_answered():
    first, known = _stands(creates_vpc=True, customer_vpc_id="")
    again = _again(first, known)
    asked = Event()

    def wait_for_the_last(operation: str) -> None:
        if operation == "cloudwatch.get_dashboard":
            asked.set()
        if operation == "ec2.describe_vpcs":
            assert asked.wait(timeout=30)

    again.cloud.before_read = wait_for_the_last
    again.cloud._lock = nullcontext()  # a read that waits holds up no other

    assert again.run().state == "finished"
    assert again.cloud.changes == []


def test_looking_ahead_costs_no_read_more():
    first, known = _stands()
    without = _again(first, {})
    without.run()
    reads = Counter(without.cloud.reads)

    ahead = _again(first, known)
    assert ahead.run().state == "finished"

    assert Counter(ahead.cloud.reads) <= reads
    assert ahead.cloud.changes == []


def test_nothing_is_looked_at_ahead_of_access():
    first, known = _stands()
    first.cloud.answers_as = "999999999999"
    again = _again(first, known)

    assert again.run().state == "failed"

    assert set(again.cloud.reads) <= {"sts.get_caller_identity", "iam.get_role"}


def test_what_was_seen_of_something_made_anew_does_not_count():
    """The rules of the old groups are gone with them, though nobody has told the rules."""
    first, known = _stands(creates_vpc=True, customer_vpc_id="")
    whole = first.cloud.counts()
    again = _again(first, known)
    for (_, _, kind), table in first.cloud.world("ec2").tables.items():
        if kind == "security_group":
            table.clear()

    assert again.run().state == "finished"

    assert again.cloud.counts() == whole
    assert "ec2.authorize_security_group_ingress" in again.cloud.changes


def test_what_differs_is_mended_only_in_its_turn():
    first, known = _stands()
    order: list[str] = []
    again = _again(first, known)
    for bucket in again.cloud.rows("s3", "bucket"):
        bucket["aspects"].pop("bucket_policy", None)
    again.cloud.before = order.append

    assert again.run().state == "finished"

    assert set(order) == {"s3.put_bucket_policy"}


def test_a_look_that_fails_is_made_again_in_its_turn():
    first, known = _stands()
    again = _again(first, known)

    def throttle() -> None:
        raise refuse(Failure.RETRYABLE, "RequestLimitExceeded", "a read")

    again.cloud.before_read = nth(9, throttle)

    assert again.run().state == "finished"
    assert again.cloud.changes == []


@pytest.mark.parametrize("key", ["private_zone", "peering_request"])
def test_what_the_plan_is_to_make_anew_is_not_looked_at_ahead(key):
    program = graph.needed(STEPS, spec())
    first, known = _stands()
    records = {step.key: first.journal.records[step.key] for step in program}
    foresight = Foresight(program, {name: given for name, given in known.items() if name != key})
    asked = {step.key for step, _ in foresight.worth(_all_pending_but_access(records))}

    assert asked
    assert not asked & ({key} | graph.dependants(program, key))


def _all_pending_but_access(records: dict[str, Any]) -> dict[str, Any]:
    from dataclasses import replace

    return {
        key: record if key in graph.ACCESS else replace(record, state="pending", outputs={})
        for key, record in records.items()
    }
