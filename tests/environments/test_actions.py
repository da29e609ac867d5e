"""Each step states the IAM actions that it calls, and no others: by the calls themselves, recorded in memory over every variant
of an environment, which is made, looked at again, changed by hand, mended and taken away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from environments.provisioning import graph
from environments.provisioning.engine import Outcome
from environments.provisioning.ports import CallFailed
from environments.provisioning.step import Context, Drifted, Missing, Step, StepRefused
from environments.provisioning.steps import BY_KEY, STEPS
from tests import iam_names
from tests.environments import by_hand
from tests.environments.test_reference import Obliging
from tests.fakes.cloud import Cloud
from tests.fakes.engine import spec
from tests.fakes.specifications import VARIANTS

pytestmark = pytest.mark.xdist_group("actions")

CUSTOMER, PROVIDER, OPENED = "customer", "provider", "opened"
"""As whom a call is made: by the customer's role, as the provider, or in a new account by the role that AWS makes for whoever
opened it, which may do everything."""

Call = tuple[str, str, str]
"""The step, as whom, and the action in lower case."""

UNCALLED: Mapping[tuple[str, str], str] = {
    ("backup_role", "iam:DeleteRole"): "stated with those of all service roles; this one stays when the others go",
    ("backup_role", "iam:DeleteRolePolicy"): "the same",
    **{
        (step, action): "only after a peering was deleted and made again"
        for step in ("provider_routes", "customer_routes")
        for action in ("ec2:ReplaceRoute", "ec2:DescribeVpcPeeringConnections")
    },
    ("dr_key", "kms:CreateKey"): "KMS asks for it in the Region of the replica; the call is ReplicateKey",
    ("private_zone", "route53:GetHostedZone"): "only while the list of all zones does not show a new one yet",
    (
        "zone_association",
        "route53:ListHostedZonesByVPC",
    ): "only where another customer's zone of the same name is in the way",
}
"""What is stated and called on none of these ways, and why."""

FREE = {"sts:getcalleridentity"}
"""What AWS lets anybody do, whatever their policies say."""


class Recorded:
    """An account that records what each step calls in it."""

    def __init__(self, account: Any, calls: set[Call], step: str, whom: str) -> None:
        self._account, self._calls, self._step, self._whom = account, calls, step, whom

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def read(self, service: str, operation: str, **params: Any) -> Any:
        self._note(service, operation)
        return self._account.read(service, operation, **params)

    def pages(self, service: str, operation: str, key: str, **params: Any) -> Any:
        self._note(service, operation)
        return self._account.pages(service, operation, key, **params)

    def change(self, service: str, operation: str, **params: Any) -> Any:
        self._note(service, operation)
        return self._account.change(service, operation, **params)

    def in_region(self, region: str) -> "Recorded":
        return Recorded(self._account.in_region(region), self._calls, self._step, self._whom)

    def as_role(self, role_arn: str, external_id: str = "") -> "Recorded":
        self._note("sts", "assume_role")
        return Recorded(self._account.as_role(role_arn, external_id), self._calls, self._step, OPENED)

    def _note(self, service: str, operation: str) -> None:
        self._calls.add((self._step, self._whom, iam_names.of(service, operation)))


class Recording(Obliging):
    """A run that records its steps' calls. It looks before it makes anything."""

    def __init__(self, cloud: Cloud, program: tuple[Step, ...], calls: set[Call], outputs: Any = None) -> None:
        super().__init__(cloud.spec, program, cloud=cloud, planned=False)
        self.calls, self.known = calls, outputs or {}

    def context(self, step: str, outputs: Mapping[str, Mapping[str, Any]], now: datetime) -> Context:
        ctx = super().context(step, outputs, now)
        provider: Any = Recorded(ctx.provider, self.calls, step, PROVIDER)
        customer: Any = Recorded(ctx.customer, self.calls, step, CUSTOMER)
        return replace(ctx, provider=provider, customer=customer)

    def finish(self) -> dict[str, dict[str, Any]]:
        """Run to the end and return every step's outputs."""
        outcome: Outcome = self.run()
        assert outcome.state == "finished", self.states()
        return {key: dict(record.outputs) for key, record in self.journal.records.items()}


@cache
def recorded() -> frozenset[Call]:
    """Return every call that any step makes on any of the ways."""
    calls: set[Call] = set()
    for changes in VARIANTS.values():
        wanted = spec(**changes)
        program = graph.needed(STEPS, wanted)
        first = Recording(Cloud(wanted), program, calls)
        outputs = first.finish()
        Recording(first.cloud, program, calls, outputs).finish()
        for edits in (by_hand.CHANGED, by_hand.DELETED_OR_FAILED):
            mend(first.cloud.copy(), edits, program, calls, outputs)
        gone = graph.tear_down(STEPS, wanted, {step.key for step in program})
        shared = first.cloud.copy()
        by_hand.change(shared, by_hand.SHARED)
        for cloud in (first.cloud, shared):
            Recording(cloud, gone, calls, outputs).finish()
    return frozenset(calls)


def mend(cloud: Cloud, edits: by_hand.Edits, program: tuple[Step, ...], calls: set[Call], outputs: Any) -> None:
    """Have every step look at what was changed and mend what it may; some leave that to a person."""
    by_hand.change(cloud, edits)
    run = Recording(cloud, program, calls, outputs)
    cloud.after = lambda operation: None  # the customer does nothing about it meanwhile
    for step in program:
        try:
            found = step.observe(run.context(step.key, {}, run.now))
            if isinstance(found, Missing | Drifted):
                step.apply(run.context(step.key, {}, run.now), found)
        except (StepRefused, CallFailed):
            continue


def stated(step: Step) -> Iterator[tuple[str, str]]:
    yield from ((CUSTOMER, action) for action in step.permissions)
    yield from ((PROVIDER, action) for action in step.provider_permissions)


def test_no_step_states_an_action_that_it_never_calls() -> None:
    uncalled = {
        (step.key, action)
        for step in STEPS
        for whom, action in stated(step)
        if action not in iam_names.NEEDED and (step.key, whom, action.casefold()) not in recorded()
    }
    assert uncalled == set(UNCALLED)


def test_no_step_calls_an_action_that_it_does_not_state() -> None:
    known = {key: {(whom, action.casefold()) for whom, action in stated(step)} for key, step in BY_KEY.items()}
    unstated = {
        (step, whom, action)
        for step, whom, action in recorded()
        if whom != OPENED and action not in FREE and (whom, action) not in known[step]
    }
    assert unstated == set()


def test_what_aws_asks_for_besides_is_stated_by_a_step() -> None:
    assert set(iam_names.NEEDED) <= {action for step in STEPS for _, action in stated(step)}
