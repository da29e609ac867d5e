"""AWS for the services' tests: the cloud in memory, in the place of `portal.aws`."""

from typing import Any

import pytest

from environments.models import Environment
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from portal import aws
from tests.fakes.cloud import Cloud, FakeAccount


class Behind:
    """What answers the portal's calls: the cloud of the one environment of the test."""

    cloud: Cloud

    def stand_for(self, environment: Environment) -> Cloud:
        self.cloud = Cloud(Spec.of(environment.specifications.order_by("-version")[0].content))
        return self.cloud

    def call(
        self, identity: aws.Identity, region: str, service: str, operation: str, *, changes: bool, **params: Any
    ) -> Any:
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


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Behind:
    found = Behind()
    for name in ("call", "pages", "admits_without_external_id"):
        monkeypatch.setattr(aws, name, getattr(found, name))
    return found
