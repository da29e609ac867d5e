"""Managing machines."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]

UBUNTU_PARAMETER = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
UBUNTU_OWNER, RED_HAT_OWNER = "099720109477", "309956199498"


@pytest.fixture
def ssm(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "ssm")


def images(stand_in: RunningStandIn, owner: str, name: str) -> list[dict[str, Any]]:
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    found = ec2.describe_images(Owners=[owner], Filters=[{"Name": "name", "Values": [name]}])["Images"]
    return sorted(found, key=lambda image: image["CreationDate"])


def run(stand_in: RunningStandIn, image: str) -> str:
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    return ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


def test_both_systems_images_are_found_by_owner_and_name(stand_in: RunningStandIn) -> None:
    ubuntu = images(stand_in, UBUNTU_OWNER, "ubuntu/images/hvm-ssd*/ubuntu-*-amd64-server-*")
    red_hat = images(stand_in, RED_HAT_OWNER, "RHEL-9.*_HVM-*-x86_64-*")

    assert (len(ubuntu), len(red_hat)) == (3, 2)
    assert {row["OwnerId"] for row in ubuntu} == {UBUNTU_OWNER}
    assert {(row["Architecture"], row["RootDeviceType"], row["State"]) for row in (*ubuntu, *red_hat)} == {
        ("x86_64", "ebs", "available")
    }


def test_an_image_leaves_no_snapshot_in_the_account(stand_in: RunningStandIn) -> None:
    images(stand_in, UBUNTU_OWNER, "*")
    ec2 = stand_in.customer(NORTHWIND, "ec2")

    assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    assert ec2.describe_volumes()["Volumes"] == []


def test_canonicals_parameter_names_the_newest_image(stand_in: RunningStandIn, ssm: Any) -> None:
    (*_, newest) = images(stand_in, UBUNTU_OWNER, "*noble*")

    assert ssm.get_parameter(Name=UBUNTU_PARAMETER)["Parameter"]["Value"] == newest["ImageId"]
    assert [row["Value"] for row in ssm.get_parameters(Names=[UBUNTU_PARAMETER])["Parameters"]] == [newest["ImageId"]]


def test_running_machines_report(stand_in: RunningStandIn, ssm: Any) -> None:
    (*_, red_hat) = images(stand_in, RED_HAT_OWNER, "RHEL-9*")
    machines = [run(stand_in, red_hat["ImageId"]), run(stand_in, "ami-1"), run(stand_in, "ami-1")]
    stand_in.customer(NORTHWIND, "ec2").stop_instances(InstanceIds=machines[2:])

    told = {row["InstanceId"]: row for row in ssm.describe_instance_information()["InstanceInformationList"]}
    only = ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": machines[:1]}])

    assert set(told) == set(machines[:2])
    assert {row["PingStatus"] for row in told.values()} == {"Online"}
    assert told[machines[0]]["PlatformName"] == "Red Hat Enterprise Linux"
    assert [row["InstanceId"] for row in only["InstanceInformationList"]] == machines[:1]


def test_a_command_runs_a_known_document_on_a_running_machine(stand_in: RunningStandIn, ssm: Any) -> None:
    machine = run(stand_in, "ami-1")
    ssm.create_document(Name="install", Content='{"schemaVersion": "2.2", "mainSteps": []}', DocumentType="Command")

    command = ssm.send_command(DocumentName="install", InstanceIds=[machine])["Command"]["CommandId"]
    assert ssm.get_command_invocation(CommandId=command, InstanceId=machine)["Status"] == "Success"

    for given, code in (
        ({"DocumentName": "unknown", "InstanceIds": [machine]}, "InvalidDocument"),
        ({"DocumentName": "install", "InstanceIds": ["i-0123456789abcdef0"]}, "InvalidInstanceId"),
    ):
        with pytest.raises(ClientError) as refusal:
            ssm.send_command(**given)
        assert code_of(refusal) == code


@pytest.mark.parametrize(
    ("operation", "given", "changed", "member"),
    [
        ("create_patch_baseline", {"Name": "one"}, {"Name": "two"}, "BaselineId"),
        (
            "create_maintenance_window",
            {
                "Name": "nightly",
                "Schedule": "cron(0 2 ? * SUN *)",
                "Duration": 3,
                "Cutoff": 1,
                "AllowUnassociatedTargets": False,
            },
            {"Duration": 4},
            "WindowId",
        ),
    ],
)
def test_a_token_makes_nothing_twice(
    ssm: Any, operation: str, given: dict[str, Any], changed: dict[str, Any], member: str
) -> None:
    create = getattr(ssm, operation)

    first, second = (create(ClientToken="t" * 10, **given)[member] for _ in range(2))
    with pytest.raises(ClientError) as refusal:
        create(ClientToken="t" * 10, **given | changed)

    assert first == second != create(ClientToken="u" * 10, **given)[member]
    assert code_of(refusal) == "IdempotentParameterMismatch"


def test_a_baseline_is_found_by_the_beginning_of_its_name(ssm: Any) -> None:
    ssm.create_patch_baseline(Name="northwind-production-ubuntu", OperatingSystem="UBUNTU")
    filters = [{"Key": "NAME_PREFIX", "Values": ["northwind-production"]}]

    found = ssm.describe_patch_baselines(Filters=filters)["BaselineIdentities"]

    assert [row["BaselineName"] for row in found] == ["northwind-production-ubuntu"]


@pytest.mark.parametrize(
    ("service", "code"), [("vpc", "L-F678F1CE"), ("ec2", "L-0263D0A3"), ("rds", "L-7B6409FD"), ("vpc", "L-DF5E4CA3")]
)
def test_quotas_are_known(stand_in: RunningStandIn, service: str, code: str) -> None:
    quotas = stand_in.customer(NORTHWIND, "service-quotas")

    assert quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"] > 0
