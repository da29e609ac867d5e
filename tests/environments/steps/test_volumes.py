from dataclasses import replace

import pytest

from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.instances import Instances
from environments.provisioning.steps.volumes import VolumeAttachments, Volumes
from tests.environments.steps.conftest import Bench

VOLUMES, ATTACHMENTS, MACHINES = Volumes(), VolumeAttachments(), Instances()


@pytest.fixture
def made(bench: Bench) -> Bench:
    bench.make_required(VOLUMES)
    bench.make(VOLUMES)
    return bench


@pytest.fixture
def attached(bench: Bench) -> Bench:
    """As a later run finds it: the volumes were looked at again."""
    bench.make_required(ATTACHMENTS)
    bench.make(ATTACHMENTS)
    bench.make(VOLUMES)
    return bench


def _volume(bench: Bench, name: str = "api-manager-1") -> dict:
    (row,) = bench.customer.read("ec2", "describe_volumes", VolumeIds=[bench.outputs["volumes"][name]])["Volumes"]
    return row


def _detach(bench: Bench, name: str = "api-manager-1") -> None:
    machine = bench.outputs["instances"][name]
    bench.customer.change("ec2", "detach_volume", VolumeId=bench.outputs["volumes"][name], InstanceId=machine)


def test_each_node_gets_an_encrypted_volume_with_one_call(bench):
    bench.make_required(VOLUMES)
    assert isinstance(VOLUMES.observe(bench.context), Missing)
    bench.forget()
    bench.make(VOLUMES)
    assert bench.changes == ["ec2.create_volume"] * 2
    row = _volume(bench)
    assert (row["Encrypted"], row["VolumeType"], row["Size"]) == (True, "gp3", 50)


def test_volumes_stand_in_the_zone_of_their_machine(attached):
    machines = attached.customer.pages("ec2", "describe_instances", "Reservations", Filters=[])
    zones = {row["InstanceId"]: row["Placement"]["AvailabilityZone"] for one in machines for row in one["Instances"]}
    volume = _volume(attached)
    assert zones[volume["Attachments"][0]["InstanceId"]] == volume["AvailabilityZone"]


def test_attaching_is_one_call_each_and_no_read(bench):
    bench.make_required(ATTACHMENTS)
    bench.forget()
    assert isinstance(ATTACHMENTS.apply(bench.context, Missing()), Ready)
    assert bench.changes == ["ec2.attach_volume"] * 2
    assert bench.reads == []


def test_again_takes_the_same_read_for_volumes_and_attachments(attached):
    """A run makes it once: see `SharedReads`."""
    attached.forget()
    attached.make(VOLUMES)
    attached.make(ATTACHMENTS)
    assert attached.reads == ["ec2.describe_volumes"] * 2
    assert attached.changes == []


def test_same_request_again_makes_no_second_volume(bench):
    bench.make_required(VOLUMES)
    context = bench.context
    VOLUMES.apply(context, Missing())
    VOLUMES.apply(context, Missing())
    volumes = bench.customer.pages("ec2", "describe_volumes", "Volumes", Filters=[])
    assert len([row for row in volumes if any(tag["Value"] == "volumes" for tag in row.get("Tags", ()))]) == 2


def test_attaching_what_is_attached_is_no_error(attached):
    attached.outputs["volumes"] = {**attached.outputs["volumes"], "attached": {}}
    assert isinstance(ATTACHMENTS.apply(attached.context, Missing()), Ready)


def test_detached_volume_is_attached_again(attached):
    _detach(attached)
    attached.make(VOLUMES)
    found = ATTACHMENTS.observe(attached.context)
    assert isinstance(found, Drifted)
    assert found.differences == ("There is no volume attachment api-manager-1",)
    attached.forget()
    attached.make(ATTACHMENTS)
    assert attached.changes == ["ec2.attach_volume"]


def test_volume_at_another_machine_is_for_a_person(attached):
    _detach(attached)
    other = attached.outputs["instances"]["identity-server-1"]
    volume = attached.outputs["volumes"]["api-manager-1"]
    attached.customer.change("ec2", "attach_volume", VolumeId=volume, InstanceId=other, Device="/dev/sdg")
    attached.make(VOLUMES)
    found = ATTACHMENTS.observe(attached.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused) as refused:
        ATTACHMENTS.apply(attached.context, found)
    assert refused.value.code == "attached_elsewhere"


def test_new_machine_gets_the_old_volume(attached):
    volume = attached.outputs["volumes"]["api-manager-1"]
    machine = attached.outputs["instances"]["api-manager-1"]
    attached.customer.change("ec2", "terminate_instances", InstanceIds=[machine])
    attached.make(MACHINES)
    attached.make(VOLUMES)
    attached.make(ATTACHMENTS)
    assert attached.outputs["volumes"]["api-manager-1"] == volume
    assert (
        _volume(attached)["Attachments"][0]["InstanceId"] == attached.outputs["instances"]["api-manager-1"] != machine
    )


def test_more_room_is_had_in_place_and_less_is_refused(made):
    class Larger(Volumes):
        def wanted(self, spec):
            return [replace(one, attributes={**one.attributes, "size_gib": self.size}) for one in super().wanted(spec)]

    step = Larger()
    step.size = 80
    found = step.observe(made.context)
    assert isinstance(found, Drifted)
    assert "size gib is 50 instead of 80" in found.differences[0]
    made.forget()
    made.make(step)
    assert made.changes == ["ec2.modify_volume"] * 2
    found = VOLUMES.observe(made.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused):
        VOLUMES.apply(made.context, found)


def test_attached_volumes_wait_for_their_machines_at_tear_down(attached):
    assert isinstance(ATTACHMENTS.observe_removal(attached.context), Ready)
    found = VOLUMES.observe_removal(attached.context)
    assert isinstance(found, Pending)
    attached.tear_down(MACHINES)
    attached.tear_down(VOLUMES)
    attached.forget()
    attached.tear_down(VOLUMES)
    assert attached.changes == []
    volumes = attached.customer.pages("ec2", "describe_volumes", "Volumes", Filters=[])
    assert not [row for row in volumes if any(tag["Value"] == "volumes" for tag in row.get("Tags", ()))]
