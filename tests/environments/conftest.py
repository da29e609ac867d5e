"""AWS for the services' tests: the cloud in memory, in the place of `portal.aws`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from environments.models import Environment, Run
from environments.provisioning import attempt
from environments.provisioning.attempt import Attempt
from environments.provisioning.ports import CallFailed, Progress
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Pending
from environments.services.journal import at_once
from environments.states import StepState
from portal import aws
from tests.fakes.cloud import Cloud, FakeAccount


class Behind:
    """What answers the portal's calls: the cloud of the one environment of the test. In it a quarter of an hour passes with
    each call, so that nothing is still on its way when it is looked at again."""

    cloud: Cloud

    def stand_for(self, environment: Environment) -> Cloud:
        self.cloud = Cloud(Spec.of(environment.specifications.order_by("-version")[0].content))
        return self.cloud

    def let_time_pass(self, run: Run) -> None:
        """Let the waits of a run be over: every step looks at once."""
        run.steps.filter(state=StepState.WAITING).update(next_at=None)
        Run.objects.filter(pk=run.pk).update(next_at=at_once())

    def call(
        self, identity: aws.Identity, region: str, service: str, operation: str, *, changes: bool, **params: Any
    ) -> Any:
        self.cloud.now += timedelta(minutes=15)
        account = FakeAccount(self.cloud, identity.account_id, region)
        try:
            return (account.change if changes else account.read)(service, operation, **params)
        except CallFailed as failed:
            raise aws.AwsError(aws.Kind(failed.failure), failed.code, failed.message) from failed

    def pages(
        self, identity: aws.Identity, region: str, service: str, operation: str, key: str, **params: Any
    ) -> list[Any]:
        return self.call(identity, region, service, operation, changes=False, **params)[key]

    def admits_without_external_id(self, identity: aws.Identity) -> bool:
        return not self.cloud.role_requires_external_id


def _soon(wait: Callable[..., Progress]) -> Callable[..., Progress]:
    """Let the engine look again at once at what AWS is to finish: these tests are about other things than waiting for AWS."""

    def look_again(trying: Attempt, pending: Pending, **counted: int) -> Progress:
        soon = replace(pending, look_again=timedelta(milliseconds=5)) if pending.waits_on == AWS else pending
        return wait(trying, soon, **counted)

    return look_again


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Behind:
    found = Behind()
    monkeypatch.setattr(Attempt, "_wait", _soon(Attempt._wait))
    monkeypatch.setattr(attempt, "_LOOKED_FOR", timedelta(0))
    for name in ("call", "pages", "admits_without_external_id"):
        monkeypatch.setattr(aws, name, getattr(found, name))
    return found
