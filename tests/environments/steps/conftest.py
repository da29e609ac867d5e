"""The steps against the stand-in, as the engine works with them, without a run around."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from environments.provisioning.specification import Product, Spec
from environments.provisioning.step import Context, Ready, Step
from environments.services import cloud
from environments.services.cloud import LookingAccount
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import ROLE, RunningStandIn
from tests.fakes.engine import spec

EXTERNAL_ID = "external-id-of-northwind"
NORTHWIND = CUSTOMER_ACCOUNTS[0]


@dataclass
class ChangingAccount:
    """An account without a journal: it counts what it changes."""

    looking: LookingAccount
    changes: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.looking, name)

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        self.changes.append(f"{service}.{operation}")
        return self.looking.send_change(service, operation, params)


@dataclass
class Bench:
    """One customer's environment in the stand-in, and the step's context in it."""

    stand_in: RunningStandIn
    spec: Spec
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.provider = ChangingAccount(cloud.provider(self.spec))
        self.customer = ChangingAccount(cloud.customer(self.spec))

    @property
    def context(self) -> Context:
        now = datetime.now(UTC)
        return Context(self.spec, self.provider, self.customer, now, timedelta(seconds=30), self.outputs)

    @property
    def changes(self) -> list[str]:
        return [*self.provider.changes, *self.customer.changes]

    def forget(self) -> None:
        self.provider.changes.clear()
        self.customer.changes.clear()

    def make(self, step: Step) -> Ready:
        """Apply the step until it is ready, and let later steps use its outputs."""
        if not isinstance(step.observe(self.context), Ready):
            step.apply(self.context)
        found = step.observe(self.context)
        assert isinstance(found, Ready), found
        self.outputs[step.key] = found.outputs
        return found


def spec_of_northwind(**changes: Any) -> Spec:
    return replace(
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
        **changes,
    )


@pytest.fixture
def bench(stand_in: RunningStandIn) -> Bench:
    """An environment whose customer has created the role."""
    stand_in.trust_portal(NORTHWIND.account_id, EXTERNAL_ID)
    return Bench(stand_in, spec_of_northwind())
