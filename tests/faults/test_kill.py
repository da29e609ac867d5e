"""A real worker process is killed in the middle of a run, at ten different moments; the run ends by itself all the same.

The moment is chosen inside the stand-in: before the n-th changing call takes effect, or after it did and before the worker
hears of it. What stands at the end is counted by clients that know nothing of the portal.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from environments.models import Run
from environments.provisioning import names
from environments.provisioning.specification import Spec
from environments.states import RunState
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_VPC_ID, CustomerAccount
from tests.aws import RunningStandIn
from tests.factories import environments
from tests.faults.conftest import Workers

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 60
MOMENTS = [(phase, call) for call in (1, 5, 10, 16, 23) for phase in ("before", "after")]
UNDISTURBED = [account for account in CUSTOMER_ACCOUNTS if account.account_id != "777777777777"]


@pytest.mark.parametrize(("phase", "call"), MOMENTS)
def test_killed_worker_leaves_exactly_one_of_each(phase, call, workers: Workers, stand_in: RunningStandIn):
    account = UNDISTURBED[call % len(UNDISTURBED)]
    run = _approved(account, stand_in)
    killed: list[str] = []
    stand_in.application.on_call = _killing(workers, phase, call, killed)

    _accept_until_finished(run, account, stand_in, workers)

    assert killed, "the moment never came"
    assert Run.objects.get(pk=run.pk).epoch > 1, "another worker took the run over"
    _require_one_of_each(Spec.of(run.plan.specification.content), account, stand_in)


def _approved(account: CustomerAccount, stand_in: RunningStandIn) -> Run:
    made = environments.environment(
        account_id=account.account_id,
        region=account.region,
        vpc_id=account.production_vpc_id,
        cidr=account.production_cidr,
    )
    stand_in.trust_portal(account.account_id, made.aws_account.external_id)
    return environments.run(made)


def _killing(workers: Workers, phase: str, call: int, killed: list[str]) -> Callable[..., None]:
    """Return a hook that kills the worker at the n-th changing call of the run."""
    counted: list[str] = []

    def on_call(at: str, service: str, operation: str, account_id: str) -> None:
        if at != phase or killed:
            return
        counted.append(operation)
        if len(counted) == call:
            killed.append(operation)
            workers.kill_worker()
            workers.start_worker()
            if phase == "before":
                raise ConnectionAbortedError("whoever asked is dead")

    return on_call


def _accept_until_finished(run: Run, account: CustomerAccount, stand_in: RunningStandIn, workers: Workers) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for peering in stand_in.peerings():
            if peering["Status"]["Code"] == "pending-acceptance":
                stand_in.accept(account.account_id, peering["VpcPeeringConnectionId"])
        state = Run.objects.values_list("state", flat=True).get(pk=run.pk)
        if state == RunState.FINISHED:
            return
        assert state != RunState.FAILED, list(run.steps.exclude(error={}).values("key", "error"))
        time.sleep(0.2)
    pytest.fail(f"not finished: {list(run.steps.values('key', 'state', 'reason'))}\n{workers.log()}")


def _require_one_of_each(spec: Spec, account: CustomerAccount, stand_in: RunningStandIn) -> None:
    (peering,) = stand_in.peerings()
    assert peering["Status"]["Code"] == "active"
    _require_routes(stand_in.provider("ec2"), PROVIDER_VPC_ID, account.production_cidr, peering)
    _require_routes(stand_in.customer(account, "ec2"), account.production_vpc_id, spec.provider_cidr, peering)
    _require_zone(spec, stand_in.customer(account, "route53"))
    _require_buckets(spec, stand_in.customer(account, "s3"))
    trails = stand_in.customer(account, "cloudtrail")
    (trail,) = trails.describe_trails()["trailList"]
    assert trails.get_trail_status(Name=trail["Name"])["IsLogging"]


def _require_routes(ec2: Any, vpc_id: str, cidr: str, peering: dict[str, Any]) -> None:
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"]
    assert len(tables) >= 2
    for table in tables:
        targets = [
            route["VpcPeeringConnectionId"] for route in table["Routes"] if route["DestinationCidrBlock"] == cidr
        ]
        assert targets == [peering["VpcPeeringConnectionId"]]


def _require_zone(spec: Spec, route53: Any) -> None:
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    rows = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    records = {row["Name"].rstrip("."): row["ResourceRecords"][0]["Value"] for row in rows if row["Type"] == "A"}
    assert records == {product.hostname: product.address for product in spec.products}


def _require_buckets(spec: Spec, s3: Any) -> None:
    found = sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"])
    assert found == sorted(names.bucket(spec, use) for use in ("logs", "audit"))
    for name in found:
        assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
        (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        assert rule["Transitions"] == [{"Days": 30, "StorageClass": "GLACIER"}]
