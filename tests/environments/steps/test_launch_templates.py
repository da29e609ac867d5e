import base64
from dataclasses import replace

import pytest

from environments.catalogue.machines import IMAGES
from environments.provisioning import names
from environments.provisioning.specification import Machines, Monitoring
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.launch_templates import LaunchTemplates
from tests.environments.steps.conftest import Bench, bench_of
from tests.environments.steps.test_vpc import OWN
from tests.environments.test_first_boot import BEHIND_PROXY, PROXY, WITH_LOG_IN

TEMPLATES = LaunchTemplates()


@pytest.fixture
def made(bench: Bench) -> Bench:
    bench.make(TEMPLATES)
    return bench


def _latest(bench: Bench) -> dict[str, dict]:
    rows = bench.customer.pages(
        "ec2", "describe_launch_template_versions", "LaunchTemplateVersions", Versions=["$Latest"], MaxResults=200
    )
    return {row["LaunchTemplateName"]: row for row in rows}


def _name(bench: Bench, product: str = "api-manager") -> str:
    return names.of(bench.spec, product)


def _patterned(spec, **patterns):
    return replace(spec, products=tuple(replace(one, pattern=patterns[one.key]) for one in spec.products))


def test_each_product_has_a_template_made_with_one_call_and_one_look_for_images(bench):
    assert isinstance(TEMPLATES.observe(bench.context), Missing)
    bench.forget()
    found = TEMPLATES.apply(bench.context, Missing())
    assert isinstance(found, Ready)
    assert bench.changes == ["ec2.create_launch_template"] * 2
    assert bench.reads == ["ec2.describe_images"]
    assert sorted(found.outputs) == [_name(bench), _name(bench, "identity-server")]


def test_machines_get_encrypted_disks_the_second_metadata_service_and_their_role(made):
    data = _latest(made)[_name(made)]["LaunchTemplateData"]
    assert [one["Ebs"]["Encrypted"] for one in data["BlockDeviceMappings"]] == [True]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert data["IamInstanceProfile"]["Arn"].endswith(f":instance-profile/wso2/{names.of(made.spec, 'node')}")


def test_newest_image_of_the_publisher_is_chosen(made):
    chosen = _latest(made)[_name(made)]["LaunchTemplateData"]["ImageId"]
    publisher = IMAGES["ubuntu"].owner
    images = made.customer.pages("ec2", "describe_images", "Images", Owners=[publisher], Filters=[])
    fitting = [one for one in images if one["OwnerId"] == publisher and "jammy-22.04" in one["Name"]]
    assert chosen == max(fitting, key=lambda one: one["CreationDate"])["ImageId"]


def test_again_takes_one_read_and_keeps_the_image(made):
    before = TEMPLATES.observe(made.context)
    made.forget()
    assert made.make(TEMPLATES).outputs == before.outputs
    assert made.reads == ["ec2.describe_launch_template_versions"]
    assert made.changes == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"InstanceType": "t3.nano"}, "instance type is t3.nano"),
        ({"MetadataOptions": {"HttpTokens": "optional"}}, "metadata is version 1 too"),
    ],
)
def test_drift_is_named_and_mended_by_a_further_version_with_the_same_image(made, changed, told):
    row = _latest(made)[_name(made)]
    made.customer.change(
        "ec2",
        "create_launch_template_version",
        LaunchTemplateId=row["LaunchTemplateId"],
        LaunchTemplateData={**_plain(row["LaunchTemplateData"]), **changed},
    )
    found = TEMPLATES.observe(made.context)
    assert isinstance(found, Drifted)
    assert told in found.differences[0]
    made.forget()
    made.make(TEMPLATES)
    assert made.changes == ["ec2.create_launch_template_version"]
    assert "ec2.describe_images" not in made.reads
    assert _latest(made)[_name(made)]["LaunchTemplateData"]["ImageId"] == row["LaunchTemplateData"]["ImageId"]


def _plain(data: dict) -> dict:
    """Return a template as it may be sent."""
    known = (
        "ImageId",
        "InstanceType",
        "BlockDeviceMappings",
        "IamInstanceProfile",
        "MetadataOptions",
        "TagSpecifications",
    )
    return {key: data[key] for key in known}


def test_another_operating_system_takes_another_image(made):
    made.spec = replace(made.spec, machines=Machines(("red_hat",)))
    found = TEMPLATES.observe(made.context)
    assert isinstance(found, Drifted)
    assert "Ubuntu 22.04 LTS instead of Red Hat Enterprise Linux 9" in found.differences[0]
    made.make(TEMPLATES)
    data = _latest(made)[_name(made)]["LaunchTemplateData"]
    images = made.customer.pages("ec2", "describe_images", "Images", Owners=[IMAGES["red_hat"].owner], Filters=[])
    assert data["ImageId"] in {one["ImageId"] for one in images if one["OwnerId"] == IMAGES["red_hat"].owner}


def test_both_systems_are_chosen_in_turn(world, request):
    bench = bench_of(world, request, machines=Machines(("ubuntu", "red_hat")))
    systems = [one.attributes["operating_system"] for one in TEMPLATES.wanted(bench.spec)]
    assert systems == ["Ubuntu 22.04 LTS", "Red Hat Enterprise Linux 9"]
    assert len({one["image"] for one in bench.make(TEMPLATES).outputs.values()}) == 2


def test_nodes_that_are_alike_share_a_template_and_layers_have_their_own(bench):
    apart = _patterned(bench.spec, **{"api-manager": "distributed", "identity-server": "ha"})
    assert [one.name.removeprefix(names.of(apart, "")) for one in TEMPLATES.wanted(apart)] == [
        "api-manager-control-plane",
        "api-manager-gateway",
        "api-manager-key-manager",
        "identity-server",
    ]


def test_machines_behind_a_proxy_are_told_their_way_out_when_they_first_start(world, request):
    bench = bench_of(world, request, monitoring=BEHIND_PROXY)
    bench.make(TEMPLATES)
    data = _latest(bench)[_name(bench)]["LaunchTemplateData"]
    assert f"proxy={PROXY}" in base64.b64decode(data["UserData"]).decode()
    bench.forget()
    bench.make(TEMPLATES)
    assert bench.changes == []


def test_another_way_out_is_drift_that_a_further_version_mends(made):
    made.spec = replace(made.spec, monitoring=BEHIND_PROXY)
    found = TEMPLATES.observe(made.context)
    assert isinstance(found, Drifted)
    assert f"first boot is something else instead of goes out through {PROXY}" in found.differences[0]
    made.forget()
    made.make(TEMPLATES)
    assert made.changes == ["ec2.create_launch_template_version"] * 2


@pytest.mark.parametrize(
    ("monitoring", "told"),
    [
        (Monitoring(internet_reachable=False), "no HTTP proxy is given"),
        (WITH_LOG_IN, "asks for a log-in, which no machine has when it starts"),
    ],
    ids=["neither Internet nor proxy", "a proxy with a log-in"],
)
def test_machines_that_could_never_report_are_refused_before_they_start(world, request, monitoring, told):
    bench = bench_of(world, request, **OWN, monitoring=monitoring)
    with pytest.raises(StepRefused) as refused:
        TEMPLATES.observe(bench.context)
    assert refused.value.code == "no_way_out"
    assert told in refused.value.message
    assert "section on monitoring" in refused.value.remedy
    assert isinstance(TEMPLATES.observe_removal(bench.context), Ready)


@pytest.mark.parametrize(
    "changes",
    [{**OWN, "monitoring": BEHIND_PROXY}, OWN, {"monitoring": WITH_LOG_IN}],
    ids=["a proxy", "the Internet", "the customer's VPC"],
)
def test_machines_with_a_way_out_or_in_a_vpc_of_the_customers_are_not(world, request, changes):
    assert isinstance(TEMPLATES.observe(bench_of(world, request, **changes).context), Missing)


def test_template_of_a_product_that_left_is_taken_away(made):
    made.spec = replace(made.spec, products=made.spec.products[:1])
    found = TEMPLATES.observe(made.context)
    assert isinstance(found, Drifted)
    assert "no longer wanted" in found.differences[0]
    made.make(TEMPLATES)
    assert list(_latest(made)) == [_name(made)]


def test_template_of_this_name_that_we_did_not_make_is_refused(bench):
    bench.customer.change(
        "ec2", "create_launch_template", LaunchTemplateName=_name(bench), LaunchTemplateData={"ImageId": "ami-1"}
    )
    with pytest.raises(StepRefused) as refused:
        TEMPLATES.observe(bench.context)
    assert refused.value.code == "not_ours"


def test_system_without_an_image_is_told(memory_bench, monkeypatch):
    monkeypatch.setattr("tests.fakes.cloud.services.ec2_machines.IMAGES", ())
    with pytest.raises(StepRefused) as refused:
        TEMPLATES.apply(memory_bench.context, Missing())
    assert refused.value.code == "no_image"
    assert "Ubuntu 22.04 LTS" in refused.value.message


def test_removal_leaves_nothing(made):
    made.tear_down(TEMPLATES)
    assert _latest(made) == {}
    made.forget()
    made.tear_down(TEMPLATES)
    assert made.changes == []
