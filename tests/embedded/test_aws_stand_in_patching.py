"""What patches machines: baselines, the groups they are for, and windows."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]
RULES = {
    "PatchRules": [
        {
            "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
            "ApproveAfterDays": 7,
        }
    ]
}


@pytest.fixture
def ssm(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "ssm")


def baseline(ssm: Any, system: str = "UBUNTU", **more: Any) -> str:
    return ssm.create_patch_baseline(Name=f"northwind-{system}", OperatingSystem=system, **more)["BaselineId"]


def test_a_baseline_is_read_and_changed(ssm: Any) -> None:
    identifier = baseline(ssm, Description="Security only")

    ssm.update_patch_baseline(BaselineId=identifier, ApprovalRules=RULES)

    seen = ssm.get_patch_baseline(BaselineId=identifier)
    assert (seen["Name"], seen["OperatingSystem"], seen["Description"]) == (
        "northwind-UBUNTU",
        "UBUNTU",
        "Security only",
    )
    assert seen["ApprovalRules"] == RULES


def test_a_group_has_a_baseline_for_each_system(ssm: Any) -> None:
    ubuntu, red_hat, other = baseline(ssm), baseline(ssm, "REDHAT_ENTERPRISE_LINUX"), baseline(ssm)
    for identifier in (ubuntu, red_hat, ubuntu):
        ssm.register_patch_baseline_for_patch_group(BaselineId=identifier, PatchGroup="production")
    with pytest.raises(ClientError) as refusal:
        ssm.register_patch_baseline_for_patch_group(BaselineId=other, PatchGroup="production")

    for system, expected in (("UBUNTU", ubuntu), ("REDHAT_ENTERPRISE_LINUX", red_hat)):
        found = ssm.get_patch_baseline_for_patch_group(PatchGroup="production", OperatingSystem=system)
        assert found["BaselineId"] == expected
    assert code_of(refusal) == "AlreadyExistsException"
    mappings = ssm.describe_patch_groups(Filters=[{"Key": "NAME_PREFIX", "Values": ["prod"]}])["Mappings"]
    assert {row["BaselineIdentity"]["BaselineId"] for row in mappings} == {ubuntu, red_hat}
    assert ssm.get_patch_baseline(BaselineId=ubuntu)["PatchGroups"] == ["production"]


def test_a_baseline_in_use_is_not_deleted(ssm: Any) -> None:
    identifier = baseline(ssm)
    given = {"BaselineId": identifier, "PatchGroup": "production"}
    ssm.register_patch_baseline_for_patch_group(**given)
    with pytest.raises(ClientError) as refusal:
        ssm.delete_patch_baseline(BaselineId=identifier)
    assert code_of(refusal) == "ResourceInUseException"

    ssm.deregister_patch_baseline_for_patch_group(**given)
    ssm.delete_patch_baseline(BaselineId=identifier)

    with pytest.raises(ClientError) as refusal:
        ssm.get_patch_baseline(BaselineId=identifier)
    assert code_of(refusal) == "DoesNotExistException"


def test_a_window_is_changed(ssm: Any) -> None:
    given = {"Name": "nightly", "Schedule": "cron(0 2 ? * SUN *)", "Duration": 3, "Cutoff": 1}
    window = ssm.create_maintenance_window(**given, AllowUnassociatedTargets=False)["WindowId"]

    ssm.update_maintenance_window(WindowId=window, Schedule="cron(0 3 ? * SAT *)", ScheduleTimezone="Europe/Dublin")

    seen = ssm.get_maintenance_window(WindowId=window)
    assert (seen["Schedule"], seen["ScheduleTimezone"]) == ("cron(0 3 ? * SAT *)", "Europe/Dublin")
    assert (seen["Duration"], seen["Cutoff"]) == (3, 1)
