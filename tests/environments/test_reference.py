"""What the reference environment costs in requests and round trips: exact on any machine, so these are limits and not timings.

The limits were set beforehand from measurements of other tools and of an ideal script (docs/reliability.md). They are stated
for 48 resources; ours has more, so what grows with their number is compared by resource.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from environments.provisioning import graph
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context
from environments.provisioning.steps import BY_KEY, STEPS
from environments.services.shared_reads import SharedReads
from tests.benchmarks.reference import measured, reference
from tests.fakes.cloud import Cloud, Crash
from tests.fakes.engine import FakeRun

MOST_REQUESTS, MOST_READS_AGAIN, MOST_ROUND_TRIPS, MOST_AFTER_A_KILL = 100, 45, 8, 37
RESOURCES = 48


class Sharing:
    """An account of a run in which the same is asked once in a moment, as the portal does it."""

    def __init__(self, account: Any, reads: SharedReads) -> None:
        self._account, self._reads = account, reads

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def read(self, service: str, operation: str, **params: Any) -> Any:
        return self._once(service, operation, params, lambda wide: self._account.read(service, operation, **wide))

    def pages(self, service: str, operation: str, key: str, **params: Any) -> Any:
        send = lambda wide: self._account.pages(service, operation, key, **wide)  # noqa: E731
        return self._once(service, f"{operation} {key}", params, send)

    def change(self, service: str, operation: str, **params: Any) -> Any:
        self._reads.forget()
        try:
            return self._account.change(service, operation, **params)
        finally:
            self._reads.forget()

    def in_region(self, region: str) -> "Sharing":
        return Sharing(self._account.in_region(region), self._reads)

    def _once(self, service: str, name: str, params: dict[str, Any], send: Any) -> Any:
        who = (self._account.account_id, self._account.region, service)
        return self._reads.once(who, name, params, send)


class Obliging(FakeRun):
    """A run in whose cloud nothing takes long, and whose customer does their part at once."""

    def __init__(self, spec: Spec, program: Any, *, cloud: Cloud | None = None, **given: Any) -> None:
        super().__init__(cloud or Cloud(spec), program=program, **{"planned": cloud is None, **given})
        self.cloud.before = self.cloud.before_read = self._pass
        self.cloud.after = lambda operation: self.cloud.act_as_customer()
        self.shared = SharedReads(lasts=timedelta(seconds=1))

    def context(self, step: str, outputs: Mapping[str, Mapping[str, Any]], now: Any) -> Context:
        ctx = super().context(step, outputs, now)
        provider: Any = Sharing(ctx.provider, self.shared)
        customer: Any = Sharing(ctx.customer, self.shared)
        return replace(ctx, provider=provider, customer=customer)

    def _pass(self, operation: str) -> None:
        self.cloud.now += timedelta(minutes=15)

    @property
    def requests(self) -> int:
        return len(self.cloud.changes) + len(self.cloud.reads)


class Deep:
    """An account that counts how many calls come one after the other, from the first of a run to the last of each step."""

    def __init__(self, account: Any, run: "Timed", step: str) -> None:
        self._account, self._run, self._step = account, run, step

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._account, name)
        if name not in ("read", "pages", "change", "admits_without_external_id"):
            return found
        return lambda *given, **params: self._run.deeper(self._step, lambda: found(*given, **params))

    def in_region(self, region: str) -> "Deep":
        return Deep(self._account.in_region(region), self._run, self._step)


class Timed(Obliging):
    """An obliging run that knows the longest chain of calls."""

    def __init__(self, spec: Spec, program: Any, **given: Any) -> None:
        super().__init__(spec, program, **given)
        self.depths: dict[str, int] = {}
        self._lock = threading.Lock()

    def context(self, step: str, outputs: Mapping[str, Mapping[str, Any]], now: Any) -> Context:
        ctx = super().context(step, outputs, now)
        provider: Any = Deep(ctx.provider, self, step)
        customer: Any = Deep(ctx.customer, self, step)
        return replace(ctx, provider=provider, customer=customer)

    def deeper(self, step: str, call: Any) -> Any:
        with self._lock:
            before = max(self.depths.get(key, 0) for key in (step, *BY_KEY[step].requires))
        time.sleep(0.02)  # calls of one moment begin before any of them ends
        try:
            return call()
        finally:
            with self._lock:
                self.depths[step] = max(self.depths.get(step, 0), before + 1)


def _resources(spec: Spec) -> int:
    return sum(len(step.wanted(spec)) for step in measured())


def test_apply_needs_few_requests():
    spec = reference()
    run = Obliging(spec, measured())
    assert run.run().state == "finished"
    assert _resources(spec) >= RESOURCES
    assert run.requests <= MOST_REQUESTS


def test_unchanged_environment_is_proven_with_few_reads_and_no_change():
    spec = reference()
    first = Obliging(spec, measured())
    first.run()
    cloud = first.cloud.copy()
    again = Obliging(spec, measured(), cloud=cloud)
    assert again.run().state == "finished"
    assert cloud.changes == []
    assert len(set(cloud.reads)) <= MOST_READS_AGAIN
    assert len(cloud.reads) / _resources(spec) <= MOST_READS_AGAIN / RESOURCES


def test_one_changed_answer_changes_only_what_it_touches():
    spec = reference()
    first = Obliging(spec, measured())
    first.run()
    cloud = first.cloud.copy()
    cloud.spec = replace(spec, retention_days=spec.retention_days + 30)
    again = Obliging(cloud.spec, measured(), cloud=cloud)
    assert again.run().state == "finished"
    assert set(cloud.changes) == {"s3.put_bucket_lifecycle_configuration", "logs.put_retention_policy"}


def test_longest_chain_of_calls_is_short():
    run = Timed(reference(), measured())
    assert run.run().state == "finished"
    longest = max(run.depths, key=lambda key: run.depths[key])
    assert run.depths[longest] <= MOST_ROUND_TRIPS, (longest, run.depths)


@pytest.mark.parametrize("calls", [10, 30, 50, 70])
def test_resume_after_a_kill_repeats_little(calls):
    """Requests beyond those of a run that nobody disturbed."""
    spec = reference()
    undisturbed = Obliging(spec, measured())
    undisturbed.run()
    run = Obliging(spec, measured())
    sent = iter(range(1, 10_000))

    def die(operation: str) -> None:
        run.cloud.act_as_customer()
        if next(sent) == calls:
            raise Crash

    run.cloud.after = die
    assert run.run().state == "finished"
    assert run.crashes == 1
    assert run.requests - undisturbed.requests <= MOST_AFTER_A_KILL


def test_whole_environment_is_made_and_proven_at_the_same_cost_by_resource():
    spec = reference()
    program = graph.needed(STEPS, spec)
    resources = sum(len(step.wanted(spec)) for step in program)
    run = Obliging(spec, program)
    assert run.run().state == "finished"
    assert run.requests / resources <= MOST_REQUESTS / RESOURCES
