"""A real worker process is killed in the middle of a run, at different moments; the run ends by itself all the same.

The moment is chosen inside the stand-in: before the n-th changing call takes effect, or after it did and before the worker
hears of it. What stands at the end is counted by clients that know nothing of the portal.
"""

import threading
import time
from collections import Counter
from collections.abc import Set
from typing import Any

import pytest

from environments.models import Environment, Run
from environments.provisioning import names
from environments.provisioning.specification import Spec
from environments.states import RunState, StepState
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_VPC_ID, CustomerAccount
from tests.aws import RunningStandIn
from tests.factories import environments
from tests.faults.conftest import Workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

PATIENCE_SECONDS = 200
MOMENTS = [(phase, call) for call in (1, 5, 10, 16, 23) for phase in ("before", "after")]
THROUGHOUT = {("after", 4), ("before", 16), ("after", 32), ("before", 48), ("after", 64), ("before", 80)}
UNDISTURBED = [account for account in CUSTOMER_ACCOUNTS if account.account_id != "777777777777"]
CONNECTION = (
    *(
        "provider_access",
        "customer_access",
        "peering_request",
        "peering_acceptance",
        "provider_routes",
        "customer_routes",
    ),
    *("private_zone", "dns_records", "zone_association", "log_bucket", "audit_bucket", "audit_trail"),
)
"""Steps that take seconds, so that a worker can be killed in many runs of them."""

WHOLE = {
    "machines": 2,
    "volumes": 4,
    "launch templates": 1,
    "load balancers": 1,
    "target groups": 3,
    "databases": 1,
    "VPN connections": 1,
    "VPN gateways": 1,
    "customer gateways": 1,
    "log groups": 3,
    "delivery streams": 1,
    "keys": 1,
    "alert topics": 1,
    "alarms": 10,
    "dashboards": 1,
    "backup vaults": 1,
    "backup plans": 1,
}
"""What one product on two nodes has, where there was nothing. Each node has a volume to start from and one for data."""


@pytest.mark.parametrize(("phase", "call"), MOMENTS)
def test_killed_worker_leaves_exactly_one_of_each(phase, call, workers: Workers, stand_in: RunningStandIn):
    account = UNDISTURBED[call % len(UNDISTURBED)]
    run = environments.run_of(_environment(account, stand_in), *CONNECTION)
    killed = _kill_at({(phase, call)}, workers, stand_in)

    _help_until_finished(run, account, stand_in, workers)

    assert killed, "the moment never came"
    assert Run.objects.get(pk=run.pk).epoch > 1, "another worker took the run over"
    _require_connection(Spec.of(run.plan.specification.content), account, stand_in)


def test_run_of_everything_leaves_exactly_one_of_each_however_often_its_worker_is_killed(
    workers: Workers, stand_in: RunningStandIn
):
    account = UNDISTURBED[0]
    run = environments.run(_environment(account, stand_in, data_centre="vpn"))
    killed = _kill_at(THROUGHOUT, workers, stand_in)

    _help_until_finished(run, account, stand_in, workers)

    assert killed == THROUGHOUT
    _require_connection(Spec.of(run.plan.specification.content), account, stand_in)
    assert _counted(account, stand_in) == WHOLE


def _environment(account: CustomerAccount, stand_in: RunningStandIn, **answers: Any) -> Environment:
    made = environments.environment(
        account_id=account.account_id,
        region=account.region,
        vpc_id=account.production_vpc_id,
        cidr=account.production_cidr,
        **answers,
    )
    stand_in.trust_portal(account.account_id, made.aws_account.external_id)
    return made


def _kill_at(moments: Set[tuple[str, int]], workers: Workers, stand_in: RunningStandIn) -> set[tuple[str, int]]:
    """Kill the worker around these changing calls of the run; return those that came, as they come."""
    counted: Counter[str] = Counter()
    killed: set[tuple[str, int]] = set()
    one_by_one = threading.Lock()

    def on_call(phase: str, service: str, operation: str, account_id: str) -> None:
        with one_by_one:
            counted[phase] += 1
            moment = phase, counted[phase]
            if moment not in moments:
                return
            killed.add(moment)
            workers.kill_worker()
            workers.start_worker()
        if phase == "before":
            raise ConnectionAbortedError("whoever asked is dead")

    stand_in.application.on_call = on_call
    return killed


def _help_until_finished(run: Run, account: CustomerAccount, stand_in: RunningStandIn, workers: Workers) -> None:
    """Do the customer's part as soon as it can be done: accept the peering, let the router hold the tunnels."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for peering in stand_in.peerings():
            if peering["Status"]["Code"] == "pending-acceptance":
                stand_in.accept(account.account_id, peering["VpcPeeringConnectionId"])
        for vpn in stand_in.customer(account, "ec2").describe_vpn_connections()["VpnConnections"]:
            stand_in.tunnels_are_up(account, vpn["VpnConnectionId"])
        state = Run.objects.values_list("state", flat=True).get(pk=run.pk)
        if state == RunState.FINISHED:
            return
        assert state != RunState.FAILED, list(run.steps.exclude(error={}).values("key", "error"))
        time.sleep(0.2)
    left = run.steps.exclude(state=StepState.READY).values("key", "state", "reason")
    pytest.fail(f"not finished: {list(left)}\n{workers.log()}")


def _require_connection(spec: Spec, account: CustomerAccount, stand_in: RunningStandIn) -> None:
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


def _counted(account: CustomerAccount, stand_in: RunningStandIn) -> dict[str, int]:
    """Count everything there is of each kind, whoever made it and whatever it is called."""

    def rows(service: str, operation: str, key: str, **params: Any) -> list[Any]:
        found: list[Any] = getattr(stand_in.customer(account, service), operation)(**params)[key]
        return found

    reservations = rows("ec2", "describe_instances", "Reservations")
    aliases = [row["AliasName"] for row in rows("kms", "list_aliases", "Aliases")]
    return {
        "machines": sum(len(reservation["Instances"]) for reservation in reservations),
        "volumes": len(rows("ec2", "describe_volumes", "Volumes")),
        "launch templates": len(rows("ec2", "describe_launch_templates", "LaunchTemplates")),
        "load balancers": len(rows("elbv2", "describe_load_balancers", "LoadBalancers")),
        "target groups": len(rows("elbv2", "describe_target_groups", "TargetGroups")),
        "databases": len(rows("rds", "describe_db_instances", "DBInstances")),
        "VPN connections": len(rows("ec2", "describe_vpn_connections", "VpnConnections")),
        "VPN gateways": len(rows("ec2", "describe_vpn_gateways", "VpnGateways")),
        "customer gateways": len(rows("ec2", "describe_customer_gateways", "CustomerGateways")),
        "log groups": len(rows("logs", "describe_log_groups", "logGroups")),
        "delivery streams": len(rows("firehose", "list_delivery_streams", "DeliveryStreamNames")),
        "keys": len([name for name in aliases if not name.startswith("alias/aws/")]),
        "alert topics": len(rows("sns", "list_topics", "Topics")),
        "alarms": len(rows("cloudwatch", "describe_alarms", "MetricAlarms")),
        "dashboards": len(rows("cloudwatch", "list_dashboards", "DashboardEntries")),
        "backup vaults": len(rows("backup", "list_backup_vaults", "BackupVaultList")),
        "backup plans": len(rows("backup", "list_backup_plans", "BackupPlansList")),
    }
