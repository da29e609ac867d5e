"""How much the engine costs over what it cannot do without. Prints ratios of figures from one run on one machine.

    python -m tests.benchmarks.engine

Needs Redis (TEST_REDIS_URL). Starts a stand-in in this process, and real workers of its own; uses a SQLite database in a
temporary folder, or the server in DATABASE_URL.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ECHOES = 50
BROKER = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9").rsplit("/", 1)[0] + "/11"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, _stand_in() as (application, endpoint):
        os.environ.update(_environment(Path(folder), endpoint))
        import django

        django.setup()
        from django.core.management import call_command

        from tests.aws import RunningStandIn

        call_command("migrate", "--noinput", verbosity=0)
        stand_in = RunningStandIn(application, endpoint)
        with _worker("tests.benchmarks.bare"):
            bare = _bare_round_trips()
        with _worker("portal"):
            _report(bare, _runs(stand_in), _in_sequence(stand_in))


def _environment(folder: Path, endpoint: str) -> dict[str, str]:
    from portal.embedded.aws_stand_in import accounts

    key, secret = accounts.access_key_of(accounts.PROVIDER_ACCOUNT_ID)
    database = f"sqlite:///{folder / 'portal.sqlite3'}"
    return {
        "BENCHMARK_BROKER": BROKER,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "only for the benchmark, which keeps nothing, 0123456789 abcdef",
        "DATA_DIR": str(folder),
        "DATABASE_URL": os.environ.get("DATABASE_URL") or database,
        "CELERY_BROKER_URL": BROKER,
        "LOG_LEVEL": "WARNING",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "RUN_LEASE_SECONDS": "15",
    }


@contextmanager
def _stand_in() -> Iterator[tuple[Any, str]]:
    """Run a stand-in whose customers accept every peering in the same moment, so that nothing but work is measured."""
    from moto.ec2.models import ec2_backends

    from portal.embedded.aws_stand_in import accounts, patches
    from portal.embedded.aws_stand_in.server import StandIn, serve

    patches.DELIVERY = timedelta(0)

    def accept(phase: str, service: str, operation: str, account_id: str) -> None:
        if (phase, operation) == ("after", "CreateVpcPeeringConnection"):
            for peering in ec2_backends[account_id][accounts.PROVIDER_REGION].vpc_pcxs.values():
                peering._status.code = "active"

    application = StandIn(on_call=accept)
    server = serve(application, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield application, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def _worker(app: str) -> Iterator["subprocess.Popen[str]"]:
    """Run one real worker process, and wait until it listens."""
    import redis

    redis.Redis.from_url(BROKER).flushdb()
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "--pool", "threads", "--concurrency", "8"]
    process = subprocess.Popen([*command, "--loglevel", "INFO"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    while "ready" not in process.stderr.readline():
        assert process.poll() is None, "the worker ended"
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _bare_round_trips() -> list[float]:
    """Return the seconds from sending a hint to its first sign of life in the worker."""
    from tests.benchmarks.bare import hear, heard

    def once(word: str) -> float:
        began = time.perf_counter()
        hear.delay(word)
        heard.blpop(word, timeout=10)
        return time.perf_counter() - began

    return [once(f"word-{number}") for number in range(ECHOES)][10:]


def _environments(account_ids: tuple[str, ...], stand_in: Any) -> Iterator[Any]:
    """Yield two environments of each account; their customer has created the role."""
    from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
    from tests.factories import environments, people

    for account in (known for known in CUSTOMER_ACCOUNTS if known.account_id in account_ids):
        customer, trusted = people.customer(), False
        for kind, vpc_id, cidr in (
            ("production", account.production_vpc_id, account.production_cidr),
            ("test", account.test_vpc_id, account.test_cidr),
        ):
            made = environments.environment(
                customer, kind=kind, account_id=account.account_id, vpc_id=vpc_id, cidr=cidr
            )
            if not trusted:
                stand_in.trust_portal(account.account_id, made.aws_account.external_id)
                trusted = True
            yield made


def _runs(stand_in: Any) -> tuple[list[float], list[float], list[int]]:
    """Return, for each run: seconds from the approval to its first call of AWS, to its end, and how many calls it made."""
    from environments.services import plans
    from environments.states import RunState
    from portal.core import clock
    from tests.factories import environments, people

    first, whole, calls = [], [], []
    for environment in _environments(("222222222222", "333333333333"), stand_in):
        plan, engineer = environments.planned(environment), people.engineer()
        clicked = clock.now()
        run = plans.approve(plan, digest=plan.digest, by=engineer)
        while run.state not in (RunState.FINISHED, RunState.FAILED):
            time.sleep(0.01)
            run.refresh_from_db()
        assert run.state == RunState.FINISHED, list(run.steps.values("key", "error"))
        first.append((run.aws_calls.order_by("started_at")[0].started_at - clicked).total_seconds())
        whole.append((run.finished_at - clicked).total_seconds())
        calls.append(run.aws_calls.count())
    return first, whole, calls


def _in_sequence(stand_in: Any) -> list[float]:
    """Return the seconds that the same calls take one after the other, without database, journal and worker."""
    from environments.provisioning.specification import Spec
    from environments.provisioning.step import Ready
    from environments.provisioning.steps import STEPS
    from tests.environments.steps.conftest import Bench

    took = []
    for environment in _environments(("444444444444", "888888888888"), stand_in):
        bench = Bench(stand_in, Spec.of(environment.specifications.get().content))
        began = time.perf_counter()
        for step in STEPS:
            if not isinstance(step.observe(bench.context), Ready):
                step.apply(bench.context)
            found = step.observe(bench.context)
            assert isinstance(found, Ready), (step.key, found)
            bench.outputs[step.key] = found.outputs
        took.append(time.perf_counter() - began)
    return took


def _report(bare: list[float], runs: tuple[list[float], list[float], list[int]], sequence: list[float]) -> None:
    first, whole, calls = runs
    echo, call, run, naive = map(statistics.median, (bare, first, whole, sequence))
    for line in (
        f"bare Celery round trip               {echo * 1000:8.1f} ms  (median of {len(bare)})",
        f"approval to first AWS call           {call * 1000:8.1f} ms  ratio {call / echo:5.1f}  aim 3, at most 10",
        f"the same calls one after the other   {naive:8.2f} s",
        f"finished run, {statistics.median(calls):3.0f} calls              {run:8.2f} s   ratio {run / naive:5.2f}",
    ):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
