from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.specification import Machines
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.maintenance import MaintenanceWindow, PatchTarget, PatchTask
from environments.provisioning.steps.patching import GROUP_TAG, PatchBaseline, PatchGroup, group_of
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind

BASELINE, GROUP, WINDOW, TARGET, TASK = PatchBaseline(), PatchGroup(), MaintenanceWindow(), PatchTarget(), PatchTask()
STEPS = (BASELINE, GROUP, WINDOW, TARGET, TASK)
BOTH = Machines(("ubuntu", "red_hat"), "wednesday", 23)


def _made(bench: Bench, step) -> Ready:
    bench.make_required(step)
    made = bench.make(step)
    bench.forget()
    return made


def _baselines(bench: Bench):
    prefix = [{"Key": "NAME_PREFIX", "Values": [names.of(bench.spec, "")]}]
    rows = bench.customer.pages("ssm", "describe_patch_baselines", "BaselineIdentities", Filters=prefix)
    ours = [row["BaselineId"] for row in rows if row["BaselineName"].startswith(names.of(bench.spec, ""))]
    return [bench.customer.read("ssm", "get_patch_baseline", BaselineId=identifier) for identifier in ours]


def _window(bench: Bench):
    rows = bench.customer.pages("ssm", "describe_maintenance_windows", "WindowIdentities")
    (row,) = [row for row in rows if row["Name"] == names.of(bench.spec, "patches")]
    return row


# ---- which patches


def test_each_operating_system_gets_its_security_patches(world, request):
    bench = bench_of(world, request, machines=BOTH)
    _made(bench, BASELINE)
    rules = {row["OperatingSystem"]: row["ApprovalRules"]["PatchRules"] for row in _baselines(bench)}
    assert set(rules) == {"UBUNTU", "REDHAT_ENTERPRISE_LINUX"}
    (red_hat,) = rules["REDHAT_ENTERPRISE_LINUX"]
    assert {"Key": "CLASSIFICATION", "Values": ["Security"]} in red_hat["PatchFilterGroup"]["PatchFilters"]
    assert not any(rule["EnableNonSecurity"] for each in rules.values() for rule in each)


@pytest.mark.parametrize(("kind", "days"), [("production", 7), ("test", 0)])
def test_production_waits_for_what_non_production_has_tried(world, request, kind, days):
    bench = bench_of(world, request, kind=kind, machines=Machines(("red_hat",)))
    _made(bench, BASELINE)
    (row,) = _baselines(bench)
    assert row["ApprovalRules"]["PatchRules"][0]["ApproveAfterDays"] == days


def test_baseline_is_the_one_of_the_group_of_the_machines(bench):
    _made(bench, BASELINE)
    (row,) = _baselines(bench)
    assert row["PatchGroups"] == [group_of(bench.spec)]
    _made(bench, GROUP)
    rows = bench.customer.pages("ec2", "describe_instances", "Reservations")
    machines = [row for reservation in rows for row in reservation["Instances"]]
    marks = {tag["Value"] for row in machines for tag in row["Tags"] if tag["Key"] == GROUP_TAG}
    assert marks == {group_of(bench.spec)}


def test_fresh_baseline_takes_two_calls_and_the_second_apply_two_reads(bench):
    assert isinstance(BASELINE.apply(bench.context, Missing()), Ready)
    assert bench.changes == ["ssm.create_patch_baseline", "ssm.register_patch_baseline_for_patch_group"]
    bench.forget()
    bench.apply(BASELINE)
    assert (bench.reads, bench.changes) == (["ssm.describe_patch_baselines", "ssm.get_patch_baseline"], [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ApprovalRules": {"PatchRules": []}}, "installs is other patches instead of security patches"),
        ({"RejectedPatches": ["kernel*"]}, "installs is other patches"),
        (
            {"Sources": [{"Name": "mine", "Products": ["Ubuntu22.04"], "Configuration": "deb https://example.com /"}]},
            "repositories is mine instead of the system's own",
        ),
    ],
)
def test_other_patches_are_named_and_mended(bench, change, told):
    _made(bench, BASELINE)
    (row,) = _baselines(bench)
    bench.customer.change("ssm", "update_patch_baseline", BaselineId=row["BaselineId"], **change)
    found = BASELINE.observe(bench.context)
    assert isinstance(found, Drifted)
    assert told in found.differences[0]
    bench.make(BASELINE)
    assert isinstance(BASELINE.observe(bench.context), Ready)


def test_baseline_without_its_group_is_registered_again(bench):
    _made(bench, BASELINE)
    (row,) = _baselines(bench)
    group = group_of(bench.spec)
    bench.customer.change(
        "ssm", "deregister_patch_baseline_for_patch_group", BaselineId=row["BaselineId"], PatchGroup=group
    )
    bench.forget()
    bench.make(BASELINE)
    assert bench.changes == ["ssm.register_patch_baseline_for_patch_group"]


def test_second_baseline_of_the_same_name_is_for_a_person(bench):
    _made(bench, BASELINE)
    name = BASELINE.wanted(bench.spec)[0].name
    bench.customer.change("ssm", "create_patch_baseline", OperatingSystem="UBUNTU", Name=name, Tags=[])
    with pytest.raises(StepRefused) as refused:
        BASELINE.observe(bench.context)
    assert refused.value.code == "several"


def test_machine_without_its_group_is_put_back(bench):
    _made(bench, GROUP)
    machine = bench.outputs["instances"]["identity-server-1"]
    bench.customer.change("ec2", "delete_tags", Resources=[machine], Tags=[{"Key": GROUP_TAG}])
    bench.forget()
    found = GROUP.observe(bench.context)
    assert isinstance(found, Drifted)
    assert bench.reads == ["ec2.describe_instances"]
    bench.make(GROUP)
    assert bench.changes == ["ec2.create_tags"]


# ---- when


def test_window_opens_in_the_hour_that_the_customer_chose(world, request):
    bench = bench_of(world, request, machines=BOTH)
    _made(bench, WINDOW)
    row = _window(bench)
    assert (row["Schedule"], row["ScheduleTimezone"]) == ("cron(0 23 ? * WED *)", "UTC")
    assert row["Duration"] - row["Cutoff"] == 1


def test_another_hour_changes_the_window(bench):
    _made(bench, WINDOW)
    before = _window(bench)["WindowId"]
    bench.spec = replace(bench.spec, machines=replace(bench.spec.machines, patch_day="monday", patch_hour=4))
    found = WINDOW.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "instead of every monday at 04:00 UTC" in found.differences[0]
    bench.make(WINDOW)
    assert bench.changes == ["ssm.update_maintenance_window"]
    assert _window(bench) | {"Schedule": "cron(0 4 ? * MON *)", "WindowId": before} == _window(bench)


def test_every_machine_of_the_environment_is_patched_one_after_the_other(bench):
    _made(bench, TASK)
    window = bench.outputs["maintenance_window"]["window_id"]
    (target,) = bench.customer.pages("ssm", "describe_maintenance_window_targets", "Targets", WindowId=window)
    (task,) = bench.customer.pages("ssm", "describe_maintenance_window_tasks", "Tasks", WindowId=window)
    assert target["Targets"] == [{"Key": "tag:wso2:env", "Values": [bench.spec.environment_id]}]
    assert task["Targets"] == [{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}]
    assert (task["TaskArn"], task["MaxConcurrency"]) == ("AWS-RunPatchBaseline", "1")


@pytest.mark.parametrize(
    ("step", "operation", "key"),
    [
        (TARGET, "target_from_maintenance_window", "WindowTargetId"),
        (TASK, "task_from_maintenance_window", "WindowTaskId"),
    ],
    ids=["target", "task"],
)
def test_what_was_taken_out_of_the_window_is_registered_again(bench, step, operation, key):
    found = _made(bench, step)
    window = bench.outputs["maintenance_window"]["window_id"]
    bench.customer.change("ssm", f"deregister_{operation}", WindowId=window, **{key: found.resources[0].aws_id})
    bench.forget()
    assert isinstance(step.observe(bench.context), Missing)
    again = bench.make(step)
    assert len(bench.changes) == 1
    assert isinstance(step.observe(bench.context), Ready)
    assert again.resources[0].aws_id != found.resources[0].aws_id


def test_task_that_does_something_else_is_registered_anew(bench):
    made = _made(bench, TASK)
    window, mine = bench.outputs["maintenance_window"]["window_id"], made.resources[0].aws_id
    bench.customer.change("ssm", "deregister_task_from_maintenance_window", WindowId=window, WindowTaskId=mine)
    bench.customer.change(
        "ssm",
        "register_task_with_maintenance_window",
        WindowId=window,
        Name=TASK.wanted(bench.spec)[0].name,
        TaskArn="AWS-RunShellScript",
        TaskType="RUN_COMMAND",
        Targets=[{"Key": "WindowTargetIds", "Values": [bench.outputs["patch_target"]["target_id"]]}],
        MaxConcurrency="10",
        MaxErrors="1",
    )
    found = TASK.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "runs is AWS-RunShellScript instead of AWS-RunPatchBaseline" in found.differences[0]
    assert "at once is 10 instead of 1" in found.differences[0]
    bench.make(TASK)
    assert isinstance(TASK.observe(bench.context), Ready)


@pytest.mark.parametrize("step", [WINDOW, TARGET, TASK], ids=lambda step: step.key)
def test_unchanged_window_costs_one_read_each(bench, step):
    _made(bench, step)
    bench.apply(step)
    assert bench.changes == []
    assert len(bench.reads) == 1


def test_patches_are_for_every_environment():
    assert all(step.applies(spec_of_northwind(kind="test")) for step in STEPS)


def test_what_nothing_patches_on_the_stand_in_says_so():
    assert "nothing is patched" in TASK.simulated


def test_tear_down_leaves_nothing_and_may_be_repeated(bench):
    for step in STEPS:
        _made(bench, step)
    for step in reversed(STEPS):
        bench.tear_down(step)
        step.remove(bench.context)
    assert _baselines(bench) == []
    rows = bench.customer.pages("ssm", "describe_maintenance_windows", "WindowIdentities")
    assert names.of(bench.spec, "patches") not in {row["Name"] for row in rows}
