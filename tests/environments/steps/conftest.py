"""The steps as the engine works with them, without a run around: against the stand-in and in memory.

A test that takes `bench` runs in both worlds, which holds the memory equal to the stand-in as far as the steps can tell. It
looks at AWS through `bench.customer.read(...)`. What only one of them can show takes `stand_in_bench` or `memory_bench`.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from environments.provisioning.ports import Lookup
from environments.provisioning.specification import Product, Spec
from environments.provisioning.step import Context, Finding, Pending, Ready, Step
from environments.provisioning.steps import BY_KEY
from environments.services import cloud
from environments.services.cloud import LookingAccount
from environments.services.lookups import StandInDns
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, CUSTOMER_ADMINISTRATOR
from tests.aws import ROLE, RunningStandIn
from tests.fakes.cloud import Cloud, accounts
from tests.fakes.engine import Vault, spec
from tests.fakes.names import PublicDns

EXTERNAL_ID = "external-id-of-northwind"
NORTHWIND = CUSTOMER_ACCOUNTS[0]
_PATIENCE_SECONDS = 20


@dataclass
class Counted:
    """What was asked of an account, in all Regions."""

    reads: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


class CountingAccount:
    """An account without a journal: it counts what it is asked."""

    def __init__(self, account: Any, counted: Counted) -> None:
        self._account, self.counted = account, counted
        self.account_id: str = account.account_id
        self.region: str = account.region

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        self.counted.reads.append(f"{service}.{operation}")
        found: dict[str, Any] = self._account.read(service, operation, **params)
        return found

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        self.counted.reads.append(f"{service}.{operation}")
        found: list[Any] = self._account.pages(service, operation, key, **params)
        return found

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        self.counted.changes.append(f"{service}.{operation}")
        if isinstance(self._account, LookingAccount):
            return self._account.send_change(service, operation, params)
        answer: dict[str, Any] = self._account.change(service, operation, **params)
        return answer

    def admits_without_external_id(self) -> bool:
        return bool(self._account.admits_without_external_id())

    def in_region(self, region: str) -> "CountingAccount":
        return CountingAccount(self._account.in_region(region), self.counted)

    def as_role(self, role_arn: str, external_id: str = "") -> "CountingAccount":
        return CountingAccount(self._account.as_role(role_arn, external_id), self.counted)


class Bench:
    """One environment and the context of a step in it. `stand_in` or `memory` is the world that it stands in.

    `outputs` are those of the steps that were made; `vault` holds what they sealed.
    """

    def __init__(self, spec: Spec, *, stand_in: RunningStandIn | None = None, memory: Cloud | None = None) -> None:
        self.spec = spec
        self.in_stand_in, self.in_memory = stand_in, memory
        self.outputs: dict[str, dict[str, Any]] = {}
        self.vault = Vault()
        self.counted = Counted()
        self.now = datetime.now(UTC)

    @property
    def stand_in(self) -> RunningStandIn:
        assert self.in_stand_in, "this bench is in memory"
        return self.in_stand_in

    @property
    def memory(self) -> Cloud:
        assert self.in_memory, "this bench is in the stand-in"
        return self.in_memory

    @property
    def provider(self) -> CountingAccount:
        return self._accounts()[0]

    @property
    def customer(self) -> CountingAccount:
        return self._accounts()[1]

    def _accounts(self) -> tuple[CountingAccount, CountingAccount]:
        known = self.spec.completed(self.outputs)
        pair: tuple[Any, Any] = (
            accounts(self.in_memory, known) if self.in_memory else (cloud.provider(known), cloud.customer(known))
        )
        return CountingAccount(pair[0], self.counted), CountingAccount(pair[1], self.counted)

    @property
    def context(self) -> Context:
        provider, customer = self._accounts()
        now = self.now if self.in_memory else datetime.now(UTC)
        return Context(
            self.spec.completed(self.outputs),
            provider,
            customer,
            now,
            timedelta(seconds=30),
            self.outputs,
            secrets=self.vault,
            names=self.names,
        )

    @property
    def names(self) -> Lookup:
        """Return the public DNS of this world."""
        if self.in_memory:
            return PublicDns(self.in_memory)
        return StandInDns(self.spec, CUSTOMER_ADMINISTRATOR)

    @property
    def changes(self) -> list[str]:
        return self.counted.changes

    @property
    def reads(self) -> list[str]:
        return self.counted.reads

    def forget(self) -> None:
        """Count anew."""
        self.counted.reads.clear()
        self.counted.changes.clear()

    def apply(self, step: Step) -> None:
        """Look and apply once, as the engine does."""
        found = step.observe(self.context)
        if not isinstance(found, Ready | Pending):
            step.apply(self.context, found)

    def make(self, step: Step) -> Ready:
        """Apply the step until it is ready, and let later steps use its outputs."""
        found = self._settled(step, step.observe(self.context))
        assert isinstance(found, Ready), found
        self.outputs[step.key] = found.outputs
        return found

    def make_required(self, step: Step) -> None:
        """Make all that a step requires, in order; the customer accepts the peering."""
        for key in step.requires:
            required = BY_KEY[key]
            if key not in self.outputs and required.applies(self.spec):
                self.make_required(required)
                if key == "peering_acceptance":
                    self.accept()
                self.make(required)

    def tear_down(self, step: Step) -> Finding:
        """Remove what the step made, until nothing of ours is left."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not isinstance(found := step.observe_removal(self.context), Ready):
            assert time.monotonic() < until, found
            if isinstance(found, Pending):
                self.pass_time(found.look_again)
            else:
                step.remove(self.context)
        return found

    def accept(self) -> None:
        """The customer accepts the peering that waits."""
        if self.in_memory:
            self.in_memory.accept()
        else:
            identifier = self.outputs["peering_request"]["peering_id"]
            self.stand_in.accept(self.spec.customer_account_id, identifier, self.spec.customer_region)

    def pass_time(self, time_to_pass: timedelta) -> None:
        if self.in_memory:
            self.now += time_to_pass
            self.in_memory.now = self.now
        else:
            self.stand_in.pass_time(time_to_pass)

    def _settled(self, step: Step, found: Finding) -> Finding:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not isinstance(found, Ready):
            assert time.monotonic() < until, found
            if isinstance(found, Pending):
                self.pass_time(found.look_again)
                found = step.observe(self.context)
            else:
                found = step.apply(self.context, found) or step.observe(self.context)
        return found


def spec_of_northwind(**changes: Any) -> Spec:
    northwind = replace(
        spec(),
        customer_slug="northwind",
        customer_account_id=NORTHWIND.account_id,
        customer_vpc_id=NORTHWIND.production_vpc_id,
        customer_cidrs=(NORTHWIND.production_cidr,),
        role_arn=f"arn:aws:iam::{NORTHWIND.account_id}:role/{ROLE}",
        external_id=EXTERNAL_ID,
        zone="northwind.internal",
        products=(
            Product("api-manager", "4.5.0", "am.northwind.internal", "10.20.0.10"),
            Product("identity-server", "7.1.0", "is.northwind.internal", "10.20.0.11"),
        ),
    )
    return replace(northwind, **changes)


def bench_of(world: str, request: pytest.FixtureRequest, **changes: Any) -> Bench:
    """Return a bench of a changed specification in one of the two worlds; the customer has created the role."""
    of = spec_of_northwind(**changes)
    if world == "memory":
        return Bench(of, memory=Cloud(of))
    running: RunningStandIn = request.getfixturevalue("stand_in")
    running.trust_portal(NORTHWIND.account_id, EXTERNAL_ID)
    return Bench(of, stand_in=running)


@pytest.fixture(params=["stand-in", "memory"])
def world(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def bench(world: str, request: pytest.FixtureRequest) -> Bench:
    """An environment in each of the two worlds."""
    return bench_of(world, request)


@pytest.fixture
def stand_in_bench(request: pytest.FixtureRequest) -> Bench:
    return bench_of("stand-in", request)


@pytest.fixture
def memory_bench(request: pytest.FixtureRequest) -> Bench:
    return bench_of("memory", request)
