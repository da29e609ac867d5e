"""A run in memory: a journal, a clock that jumps over every wait, and a worker that may die and be replaced.

`Recorder.at_commit` is called before and after each commit of the journal, and may raise; `committing` is the step of which it
is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from environments.provisioning import graph
from environments.provisioning.attempt import READY, StepRecord
from environments.provisioning.engine import Engine, Outcome
from environments.provisioning.ports import CallFailed, Failure, LeaseLost, Progress
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Step
from environments.provisioning.steps import STEPS, direct_connect
from tests.fakes.cloud import Cloud, Crash, accounts
from tests.fakes.names import PublicDns

SETTLE = timedelta(minutes=5)


def spec(**changes: Any) -> Spec:
    content = {
        "environment": {"id": "env_1", "name": "Production", "kind": "production"},
        "customer": {
            "slug": "acme",
            "account_id": "222222222222",
            "role_arn": "arn:aws:iam::222222222222:role/Provisioner",
            "external_id": "external-id",
            "region": "eu-west-1",
            "vpc_id": "vpc-0a1b2c3d4e5f60001",
            "cidr_blocks": ["10.20.0.0/16"],
        },
        "provider": {
            "name": "WSO2",
            "tag_prefix": "wso2",
            "account_id": "111111111111",
            "region": "eu-west-1",
            "vpc_id": "vpc-0a1b2c3d4e5f60718",
            "cidr": "10.200.0.0/16",
        },
        "products": [
            {
                "product": "api-manager",
                "version": "4.5.0",
                "hostname": "am.acme.internal",
                "address": "10.20.0.10",
            },
            {
                "product": "identity-server",
                "version": "7.1.0",
                "hostname": "is.acme.internal",
                "address": "10.20.0.11",
            },
        ],
        "dns": {"choice": "route53", "zone": "acme.internal"},
        "data_centre": {
            "choice": "vpn",
            "gateway_ip": "203.0.113.7",
            "routing": "static",
            "prefixes": ["192.168.0.0/16", "172.20.0.0/16"],
            "router_vendor": "Cisco Systems, Inc.",
            "router_model": "ISR Series Routers",
            "router_software": "IOS 12.4+",
        },
        "smtp": {"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@acme.example"},
        "monitoring": {
            "alert_emails": ["operations@acme.example", "night@acme.example"],
            "alert_phones": ["+442079460958"],
            "internet_reachable": True,
        },
        "backup": {"frequency": "daily", "disaster_recovery": True, "dr_region": "eu-central-1"},
        "logs": {
            "retention_days": 30,
            "forward": True,
            "host": "logs.acme.example",
            "port": 6514,
            "protocol": "syslog_tls",
        },
    }
    return replace(Spec.of(content), **changes)


class Recorder:
    """What a journal keeps: progress, and the changes whose effect is not known."""

    def __init__(self) -> None:
        self.records: dict[str, StepRecord] = {}
        self.said: list[Progress] = []
        self.lost = False
        self.intents: list[tuple[str, str]] = []
        self.at_commit: Callable[[str], None] = lambda moment: None
        self.committing = ""

    def progress(self, progress: Progress) -> None:
        self._require_lease()
        self.committing = progress.step
        self.at_commit("before")
        self.said.append(progress)
        known = self.records.get(progress.step, StepRecord())
        self.records[progress.step] = replace(
            known,
            state=progress.state,
            attempt=progress.attempt,
            outputs=progress.outputs,
            next_at=progress.next_at,
            waits_on=progress.waits_on,
            waiting_since=progress.waiting_since,
            unseen_at=None if progress.state == READY else known.unseen_at,
        )
        self.at_commit("after")

    def intend(self, step: str, operation: str, at: datetime) -> None:
        self._require_lease()
        self.committing = step
        self.at_commit("before")
        self.intents.append((step, operation))
        self.records[step] = replace(self.records.get(step, StepRecord()), unseen_at=at, untouched=False)
        self.at_commit("after")

    def touched(self) -> set[str]:
        """Return the steps that have resources, or may have."""
        return {step for step, _ in self.intents} | {said.step for said in self.said if said.resources}

    def beat(self) -> None:
        self._require_lease()

    def flush(self) -> None:
        self._require_lease()

    def _require_lease(self) -> None:
        if self.lost:
            raise LeaseLost("run")


class Vault:
    """Secrets in memory: what a step sealed."""

    def __init__(self, sealed: dict[str, str] | None = None) -> None:
        self.sealed = {} if sealed is None else sealed

    def open(self, reference: str) -> str:
        return self.sealed.get(reference.removeprefix("sealed:"), f"secret of {reference}")

    def keep(self, name: str, value: str) -> str:
        self.sealed[name] = value
        return f"sealed:{name}"

    def kept(self, name: str) -> str:
        return f"sealed:{name}" if name in self.sealed else ""

    def holds(self, name: str, value: str) -> bool:
        return self.sealed.get(name) == value

    def forget(self, name: str) -> None:
        self.sealed.pop(name, None)


class _Working:
    """An account whose changes are in the journal before they are sent; a refusal takes the intent back."""

    def __init__(self, account: Any, step: str, run: "FakeRun") -> None:
        self._account, self._step, self._run = account, step, run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        before = self._run.journal.records.get(self._step, StepRecord()).unseen_at
        self._run.journal.intend(self._step, operation, self._run.now)
        try:
            answer: dict[str, Any] = self._account.change(service, operation, **params)
            return answer
        except CallFailed as failed:
            if failed.failure != Failure.UNKNOWN:
                record = self._run.journal.records[self._step]
                self._run.journal.records[self._step] = replace(record, unseen_at=before)
            raise

    def in_region(self, region: str) -> "_Working":
        return _Working(self._account.in_region(region), self._step, self._run)

    def as_role(self, role_arn: str, external_id: str = "") -> "_Working":
        return _Working(self._account.as_role(role_arn, external_id), self._step, self._run)


class FakeRun:
    """A run on a fake cloud. Time only passes where somebody waits.

    `planned`: a plan saw a moment ago that nothing is there. `program`: what to do, where that is not to provision.
    """

    def __init__(
        self,
        cloud: Cloud,
        steps: Sequence[Step] = STEPS,
        *,
        planned: bool = False,
        program: Sequence[Step] | None = None,
        outputs: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.cloud = cloud
        self.steps = tuple(program) if program is not None else graph.needed(steps, cloud.spec)
        self.journal = Recorder()
        self.known = dict(outputs or {})
        self.vault = Vault(cloud.sealed)
        self.names = PublicDns(cloud)
        self.milestones: dict[str, date] = {}
        if planned:
            self.journal.records = {step.key: StepRecord(untouched=True) for step in self.steps}
        self.crashes = 0

    @property
    def now(self) -> datetime:
        return self.cloud.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self.cloud.now = moment

    def states(self) -> dict[str, str]:
        return {step.key: self.journal.records.get(step.key, StepRecord()).state for step in self.steps}

    def last(self, step: str) -> Progress:
        return next(progress for progress in reversed(self.journal.said) if progress.step == step)

    def context(self, step: str, outputs: Mapping[str, Mapping[str, Any]], now: datetime) -> Context:
        known = {**self.known, **outputs}
        spec = self.cloud.spec.completed(known)
        provider, customer = (_Working(account, step, self) for account in accounts(self.cloud, spec))
        return Context(
            spec,
            provider,
            customer,
            now,
            timedelta(seconds=30),
            known,
            secrets=self.vault,
            milestones=self.milestones,
            names=self.names,
        )

    def advance(self) -> Outcome:
        """One worker works on the run until it waits, ends, or the worker dies (`Crash`)."""
        return self.engine(
            self.steps,
            self.journal.records,
            context=self.context,
            journal=self.journal,
            clock=lambda: self.now,
            settle=SETTLE,
            threads=4,
            known=self.known,
            sleep=self._sleep,
        ).advance()

    def engine(self, *given: Any, **named: Any) -> Engine:
        return Engine(*given, **named)

    def reopen(self) -> None:
        """A person retries what has stopped."""
        for key, record in self.journal.records.items():
            if record.state == "failed":
                self.journal.records[key] = replace(record, state="pending", attempt=0, outputs={}, next_at=None)

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=max(seconds, 0.001))

    def run(self, *, accepts: bool = True, retries: bool = False, most: int = 200) -> Outcome:
        """Advance again and again as the sweep does, with a new worker for each that dies, until the run ends.

        `accepts`: the customer does their part: accepts whatever peering waits, brings tunnels up, gets the line done.
        `retries`: a person retries what has stopped while the rest waits.
        """
        for _ in range(most):
            try:
                outcome = self.advance()
            except Crash:
                self.crashes += 1
                continue
            if outcome.state != "waiting":
                return outcome
            if retries:
                self.reopen()
            if accepts:
                self.cloud.act_as_customer()
                self.milestones = dict.fromkeys(direct_connect.BY_KEY, self.now.date())
            elif self.last("peering_acceptance").state == "waiting":
                return outcome
            self.now = max(self.now, outcome.next_at or self.now)
        raise AssertionError(f"no end in {most} advances: {self.states()}")


def nth(count: int, act: Callable[[], None]) -> Callable[[str], None]:
    """Return an interference that acts at the n-th call only."""
    calls = iter(range(1, 10_000))

    def interfere(operation: str) -> None:
        if next(calls) == count:
            act()

    return interfere
