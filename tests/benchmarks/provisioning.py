"""The reference environment through the portal, beside the same calls alone: as fast as can be, and one after the other.

    python -m tests.benchmarks.provisioning [--whole] [milliseconds ...]

The resources are those that every tool of the comparison can make (`reference.MEASURED`), or with --whole all that an
environment gets.

Needs Redis (TEST_REDIS_URL). The portal works through a real Celery worker, with its status rows, journal and audit, on a
SQLite database in a temporary folder or the server in DATABASE_URL. AWS is a stand-in in a process of its own whose every
answer takes the given time longer (0, 80 and 200 ms), and in which nothing else takes time.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.engine import BROKER, ROOT, _environment, _worker
from tests.benchmarks.reference import MEASURED

PORT = 8797
ACCOUNTS = ("222222222222", "333333333333", "444444444444", "888888888888")
"""One account for each latency, and one that the calls alone are taken from."""


@dataclass
class Measured:
    """One way at one latency: seconds, requests, and seconds of processor time of who made them."""

    seconds: float
    requests: int
    cpu: float = 0.0


def main() -> None:
    whole = "--whole" in sys.argv
    latencies = [int(given) for given in sys.argv[1:] if given.isdigit()] or [0, 80, 200]
    endpoint = f"http://127.0.0.1:{PORT}"
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, _stand_in():
        os.environ.update(_environment(Path(folder), endpoint), AWS_STAND_IN_DNS="true", DRIFT_INTERVAL_SECONDS="86400")
        os.environ["AWS_STAND_IN_CUSTOMER_ROLE"] = "StandInCustomerAdministrator"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", "--noinput", verbosity=0)
        with _worker("portal") as worker:
            portal = {
                ms: _through_the_portal(ms, account, worker, whole)
                for ms, account in zip(latencies, ACCOUNTS, strict=False)
            }
        alone = _alone(ACCOUNTS[-1], latencies, whole)
    _report(portal, alone)


@contextmanager
def _stand_in() -> Iterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.slow_stand_in", str(PORT)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert "ready" in process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _control(query: str) -> int:
    """Set the stand-in; return how many requests came since the last time."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/benchmark?{query}") as answer:
        return int(json.load(answer)["requests"])


def _reference(account_id: str) -> Any:
    """Return the reference environment in this account, whose customer has created the role."""
    from environments.models import Specification
    from tests.aws import RunningStandIn
    from tests.benchmarks.reference import SECTIONS
    from tests.factories import environments

    made = environments.environment(account_id=account_id, new_vpc=True, cidr=f"10.{int(account_id[0]) * 10}.0.0/16")
    RunningStandIn(None, f"http://127.0.0.1:{PORT}").trust_portal(account_id, made.aws_account.external_id)  # type: ignore[arg-type]
    specification = Specification.objects.get(environment=made)
    specification.content.update(SECTIONS)
    specification.save()
    return made


def _through_the_portal(
    ms: int, account_id: str, worker: subprocess.Popen[str], whole: bool
) -> tuple[Measured, Measured, int]:
    """Return the first apply, the unchanged second one, and how many resources stand."""
    from environments.models import Resource

    environment = _reference(account_id)
    first = _applied(environment, ms, worker, whole)
    again = _applied(environment, ms, worker, whole)
    return first, again, Resource.objects.filter(environment=environment).count()


def _applied(environment: Any, ms: int, worker: subprocess.Popen[str], whole: bool) -> Measured:
    from environments.models import Plan
    from environments.services import plans
    from environments.states import PlanState, RunState
    from tests.factories import people

    _control("ms=0")
    plan = plans.request(environment, by=people.engineer())
    while plan.state == PlanState.REQUESTED:
        time.sleep(0.05)
        plan = Plan.objects.get(pk=plan.pk)
    assert plan.state == PlanState.READY, [found for found in plan.findings if found["action"] == "blocked"]
    _control(f"ms={ms}")
    before, began = _cpu_of(worker.pid), time.perf_counter()
    run = _approved(plan, whole)
    while run.state not in (RunState.FINISHED, RunState.FAILED) and not _waits_for_people(run):
        time.sleep(0.01)
        run.refresh_from_db()
    seconds = time.perf_counter() - began
    requests, cpu = _control("ms=0"), _cpu_of(worker.pid) - before
    assert run.state != RunState.FAILED, list(run.steps.exclude(error={}).values("key", "error"))
    _end(run)
    return Measured(seconds, requests, cpu)


def _approved(plan: Any, whole: bool) -> Any:
    from django.db import transaction

    from environments.services import plans
    from tests.factories import people

    with transaction.atomic():  # the worker is told after it
        run = plans.approve(plan, digest=plan.digest, by=people.engineer())
        if not whole:
            run.steps.exclude(key__in=MEASURED).delete()
    return run


def _end(run: Any) -> None:
    """Let the run end that waits for the customer alone: what that takes is not measured."""
    from environments.states import RunState, StepState

    for _ in range(100):
        run.refresh_from_db()
        if run.state == RunState.FINISHED:
            return
        _publish(run)
        time.sleep(0.2)
    left = run.steps.exclude(state=StepState.READY).values_list("key", "state", "reason")
    raise AssertionError(f"the run did not end: {list(left)}")


def _waits_for_people(run: Any) -> bool:
    from environments.states import RunState, StepState

    if run.state != RunState.WAITING:
        return False
    waits = set(run.steps.exclude(state=StepState.READY).values_list("state", "waits_on"))
    return all(waiting in ((StepState.WAITING, "customer"), (StepState.PENDING, "")) for waiting in waits)


def _publish(run: Any) -> None:
    """The customer does what only they can do: the run then ends."""
    from environments.services import stand_in, steering
    from portal.core.errors import DomainError
    from tests.factories import people

    with suppress(DomainError):
        stand_in.publish_records(run.environment, by=people.customer_administrator(run.customer))
    with suppress(DomainError):
        steering.look_again(run, by=None)


def _cpu_of(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _alone(account_id: str, latencies: list[int], whole: bool) -> dict[str, Any]:
    """Return the same calls without the portal, at each latency: at once, and one after the other."""
    from tests.benchmarks import ideal

    changes, reads = _recorded(account_id, whole)
    found: dict[str, Any] = {"chain": ideal.longest_chain(changes), "calls": len(changes)}
    for ms in latencies:
        _control(f"ms={ms}")
        found["verify", ms] = Measured(ideal.at_once(reads, anew=False), _control("ms=0"))
    for ms in latencies:
        for name, calls, way in (
            ("ideal", changes, ideal.at_once),
            ("naive", changes, ideal.in_sequence),
        ):
            _anew(account_id)
            _control(f"ms={ms}")
            before = time.process_time()
            seconds = way(calls)
            found[name, ms] = Measured(seconds, _control("ms=0"), time.process_time() - before)
    return found


_LEFT_OUT = ("mail_records", "zone_association")
"""What waits for people, or whose order nothing in its parameters shows: the ideal has it easier than the portal."""

EXTERNAL_ID = "external-id-of-the-benchmark"


def _anew(account_id: str) -> None:
    from portal import aws
    from tests.aws import RunningStandIn

    _control("reset=1")
    aws.forget_clients()
    RunningStandIn(None, f"http://127.0.0.1:{PORT}").trust_portal(account_id, EXTERNAL_ID)  # type: ignore[arg-type]


def _recorded(account_id: str, whole: bool) -> tuple[list[Any], list[Any]]:
    """Return the calls of one run of the engine in this process: those that change something, and those that prove it."""
    from dataclasses import replace

    from environments.provisioning import graph
    from environments.provisioning.specification import Spec
    from environments.provisioning.steps import STEPS
    from tests.benchmarks import ideal
    from tests.fakes.engine import Vault

    spec = replace(Spec.of(_reference(account_id).specifications.get().content), external_id=EXTERNAL_ID)
    _anew(account_id)
    program = [step for step in graph.needed(STEPS, spec) if not step.waits_for or step.key == "peering_acceptance"]
    program = [step for step in program if step.key not in _LEFT_OUT and (whole or step.key in MEASURED)]
    vault = Vault()
    first = _run_here(spec, program, vault, untouched=True)
    known = set(ideal._words([spec.environment_id, spec.provider_vpc_id, spec.customer_account_id, spec.role_arn]))
    changes = first.connected(known)
    again = _run_here(spec, program, vault, untouched=False)
    reads = [call for call in again.calls if not call.changes]
    for call in reads:
        call.needs = set()
    return changes, reads


def _run_here(spec: Any, program: Any, vault: Any, *, untouched: bool) -> Any:
    """Run the engine in this process, on accounts that remember what they were asked."""
    from datetime import timedelta

    from environments.provisioning.attempt import StepRecord
    from environments.provisioning.engine import Engine
    from environments.provisioning.step import Context
    from environments.services import cloud
    from portal.core import clock
    from tests.benchmarks.ideal import Recording, RecordingAccount
    from tests.fakes.engine import Recorder

    recording = Recording()

    def context(step: str, outputs: Any, now: Any) -> Context:
        completed = spec.completed(outputs)
        provider: Any = RecordingAccount(cloud.provider(completed), recording)
        customer: Any = RecordingAccount(cloud.customer(completed), recording)
        return Context(completed, provider, customer, now, timedelta(seconds=1), outputs, secrets=vault)

    records = {step.key: StepRecord(untouched=untouched) for step in program}
    engine = Engine(program, records, context=context, journal=Recorder(), clock=clock.now, settle=timedelta(0))
    until = time.monotonic() + 30
    while (outcome := engine.advance()).state == "waiting" and time.monotonic() < until:
        time.sleep(0.2)
    left = {key: record.state for key, record in engine.records.items() if record.state != "ready"}
    assert outcome.state == "finished", left
    return recording


def _report(portal: dict[int, tuple[Measured, Measured, int]], alone: dict[str, Any]) -> None:
    say = sys.stdout.write
    say(f"{alone['calls']} calls without which nothing stands, {alone['chain']} on the longest chain\n")
    for ms, (first, again, resources) in portal.items():
        ideal, naive, verify = alone["ideal", ms], alone["naive", ms], alone["verify", ms]
        say(f"\n{ms} ms added to each answer\n")
        say(f"  apply, {resources} resources       {first.seconds:7.2f} s  {first.requests:4d} requests")
        say(f"  ratio to the ideal {first.seconds / ideal.seconds:5.2f}, CPU {first.cpu / ideal.cpu:5.2f}\n")
        say(f"  ideal, its changes at once  {ideal.seconds:7.2f} s  {ideal.requests:4d} requests\n")
        say(f"  naive, one after the other  {naive.seconds:7.2f} s  {naive.requests:4d} requests\n")
        say(f"  unchanged second apply      {again.seconds:7.2f} s  {again.requests:4d} requests")
        say(f"  ratio to the ideal {again.seconds / verify.seconds:5.2f}\n")
        say(f"  ideal, its reads at once    {verify.seconds:7.2f} s  {verify.requests:4d} requests\n")
    if {80, 200} <= set(portal):
        slope = (portal[200][0].seconds - portal[80][0].seconds) / 0.12
        say(f"round trips on the critical path (slope from 80 to 200 ms): {slope:.1f}\n")


if __name__ == "__main__":
    assert BROKER
    main()
