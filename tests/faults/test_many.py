"""Fifty environments of twenty customers at once, workers killed at random: all finish, nothing twice, nobody starves."""

import random
import time
from collections import Counter
from typing import Any

import pytest

from environments.models import AwsCall, Environment, Run
from environments.states import RunState
from portal.embedded.aws_stand_in.accounts import CustomerAccount
from tests.aws import RunningStandIn
from tests.factories import environments, people
from tests.faults.conftest import WORKER, Workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

CUSTOMERS, ENVIRONMENTS = 20, 50
PATIENCE_SECONDS, KILL_EVERY_SECONDS = 400, 3
STEPS = (
    "provider_access",
    "customer_access",
    "subnets",
    "security_groups",
    "node_role",
    "launch_templates",
    "instances",
    "volumes",
    "volume_attachments",
    "peering_request",
    "peering_acceptance",
    "provider_routes",
    "customer_routes",
    "private_zone",
    "log_bucket",
    "log_groups",
)
"""One of each way in which AWS tells a thing made twice: tokens, names, tags, natural keys, and none of these."""


def test_all_finish_nothing_twice_and_nobody_starves(workers: Workers, stand_in: RunningStandIn):
    accounts = [stand_in.add_customer(number) for number in range(CUSTOMERS)]
    runs = [run for number, account in enumerate(accounts) for run in _runs(number, account, stand_in)]
    assert len(runs) == ENVIRONMENTS
    stand_in.application.on_call = _accepting(stand_in)
    workers.start(*WORKER[:-1], "second@%h")

    kills, begun = _kill_until_finished(workers)

    assert kills, "nobody was killed"
    assert len(begun) == CUSTOMERS, "when half of all were done, every customer's first was under way"
    for account in accounts:
        _require_one_of_each(account, stand_in)
    assert Counter(row["Status"]["Code"] for row in stand_in.peerings()) == {"active": ENVIRONMENTS}


def _runs(number: int, account: CustomerAccount, stand_in: RunningStandIn) -> list[Run]:
    """Return three queued runs of each of the first ten customers and two of each other."""
    customer = people.customer()
    places = [(account.production_vpc_id, account.production_cidr), (account.test_vpc_id, account.test_cidr)]
    if number < ENVIRONMENTS - 2 * CUSTOMERS:
        places.append(_another_vpc(number, account, stand_in))
    made = [
        environments.environment(
            customer,
            kind=kind,
            account_id=account.account_id,
            vpc_id=vpc_id,
            cidr=cidr,
            zone=f"{kind.replace('_', '-')}-{number}.internal",
        )
        for kind, (vpc_id, cidr) in zip(("production", "test", "development"), places, strict=False)
    ]
    stand_in.trust_portal(account.account_id, made[0].aws_account.external_id)
    return [environments.run_of(environment, *STEPS) for environment in made]


def _another_vpc(number: int, account: CustomerAccount, stand_in: RunningStandIn) -> tuple[str, str]:
    ec2 = stand_in.client(account.account_id, "ec2", account.region)
    network = f"172.{16 + number}"
    vpc = ec2.create_vpc(CidrBlock=f"{network}.0.0/16")["Vpc"]["VpcId"]
    for block, zone in ((f"{network}.0.0/24", "a"), (f"{network}.1.0/24", "b")):
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{account.region}{zone}")
    return vpc, f"{network}.0.0/16"


def _accepting(stand_in: RunningStandIn) -> Any:
    """Return a hook by which every customer accepts at once."""
    from moto.ec2.models import ec2_backends

    def on_call(phase: str, service: str, operation: str, account_id: str) -> None:
        if (phase, operation) == ("after", "CreateVpcPeeringConnection"):
            for backend in list(ec2_backends[account_id].values()):
                for peering in list(backend.vpc_pcxs.values()):
                    peering._status.code = "active"

    return on_call


def _kill_until_finished(workers: Workers) -> tuple[int, set[str]]:
    """Kill a worker every few seconds until all runs are finished. Return how often, and which customers had begun when half
    of all runs were finished."""
    chance = random.Random(0)
    deadline, kill_at, kills, begun = time.monotonic() + PATIENCE_SECONDS, 0.0, 0, set[str]()
    while time.monotonic() < deadline:
        states = Counter(Run.objects.values_list("state", flat=True))
        assert not states[RunState.FAILED], list(
            Run.objects.filter(state="failed").values("steps__key", "steps__error")
        )
        if states[RunState.FINISHED] >= ENVIRONMENTS / 2 and not begun:
            begun = set(AwsCall.objects.values_list("customer_id", flat=True).distinct())
        if states[RunState.FINISHED] == ENVIRONMENTS:
            return kills, begun
        if time.monotonic() > kill_at:
            workers.kill_worker()
            workers.start_worker()
            kills += 1
            kill_at = time.monotonic() + KILL_EVERY_SECONDS * chance.uniform(0.5, 1.5)
        time.sleep(0.3)
    pytest.fail(f"not finished: {states}\n{workers.log()}")


def _require_one_of_each(account: CustomerAccount, stand_in: RunningStandIn) -> None:
    """Count by clients that know nothing of the portal."""
    here = Environment.objects.filter(aws_account__account_id=account.account_id)
    count = here.count()
    nodes = 2 * count  # each has one product on two machines
    ec2 = stand_in.client(account.account_id, "ec2", account.region)
    reservations = ec2.describe_instances()["Reservations"]
    assert len([one for row in reservations for one in row["Instances"]]) == nodes
    volumes = ec2.describe_volumes(Filters=[{"Name": "tag-key", "Values": ["wso2:env"]}])["Volumes"]
    ours = [
        row for row in volumes if any(tag["Key"] == "wso2:step" and tag["Value"] == "volumes" for tag in row["Tags"])
    ]
    assert len(ours) == nodes
    groups = [row for row in ec2.describe_security_groups()["SecurityGroups"] if row["GroupName"].startswith("wso2-")]
    assert Counter(row["VpcId"] for row in groups) == dict.fromkeys(here.values_list("vpc_id", flat=True), 3)
    zones = stand_in.client(account.account_id, "route53", account.region).list_hosted_zones()["HostedZones"]
    assert len(zones) == count
    buckets = stand_in.client(account.account_id, "s3", account.region).list_buckets()["Buckets"]
    assert len(buckets) == count
    logs = stand_in.client(account.account_id, "logs", account.region).describe_log_groups()["logGroups"]
    assert len(logs) == 3 * count
    roles = stand_in.client(account.account_id, "iam", account.region).list_roles()["Roles"]
    assert len([role for role in roles if role["RoleName"].endswith("-node")]) == count
