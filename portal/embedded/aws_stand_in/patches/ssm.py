"""Systems Manager: tokens, running machines that report, commands only for them, and Canonical's public parameter."""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ssm.exceptions import InvalidDocument, SSMException
from moto.ssm.models import Parameter, ParameterDict, SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from portal.embedded.aws_stand_in.patches import images
from portal.embedded.aws_stand_in.patches.repeating import honour_token

UBUNTU_PARAMETER = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
_WITH_TOKEN = (
    "create_patch_baseline",
    "create_maintenance_window",
    "register_target_with_maintenance_window",
    "register_task_with_maintenance_window",
)


def install() -> None:
    for operation in _WITH_TOKEN:
        honour_token(SimpleSystemManagerResponse, operation, "ssm_backend", error=SSMException)
    SimpleSystemManagerResponse.describe_instance_information = _instance_information
    _refuse_commands_for_nobody()
    _offer_public_parameter()
    _match_prefix_of_baselines()


def _instance_information(self: Any) -> Any:
    """Return the account's running machines: each is there as soon as it runs."""
    backend = self.ssm_backend
    wanted = {row["Key"]: row["Values"] for row in self._get_param("Filters") or []}
    wanted |= {row["key"]: row["valueSet"] for row in self._get_param("InstanceInformationFilterList") or []}
    running = [
        {
            "InstanceId": instance.id,
            "PingStatus": "Online",
            "LastPingDateTime": utcnow(),
            "AgentVersion": "3.3.2746.0",
            "IsLatestVersion": True,
            "PlatformType": "Linux",
            "PlatformName": "Red Hat Enterprise Linux" if _is_red_hat(instance) else "Ubuntu",
            "PlatformVersion": "9.6" if _is_red_hat(instance) else "24.04",
            "ResourceType": "EC2Instance",
            "IPAddress": instance.private_ip,
            "ComputerName": instance.private_dns_name,
        }
        for instance in _running(backend)
    ]
    found = [row for row in running if all(row.get(_FILTERS.get(key, key)) in values for key, values in wanted.items())]
    return ActionResult({"InstanceInformationList": found})


_FILTERS = {"InstanceIds": "InstanceId", "PlatformTypes": "PlatformType"}


def _running(backend: Any) -> list[Any]:
    machines = ec2_backends[backend.account_id][backend.region_name].all_instances()
    return [machine for machine in machines if machine.state == "running"]


def _is_red_hat(instance: Any) -> bool:
    image = instance.ec2_backend.amis.get(instance.image_id)
    return image is not None and image.owner_id == images.RED_HAT


def _refuse_commands_for_nobody() -> None:
    send = SimpleSystemManagerBackend.send_command

    def send_to_known(self: Any, **given: Any) -> Any:
        document = given["document_name"] or ""
        if document not in self._documents and not document.startswith("AWS-"):
            raise InvalidDocument(f"Document with name {document} does not exist.")
        unknown = set(given["instance_ids"] or []) - {machine.id for machine in _running(self)}
        if unknown:
            raise SSMException(
                "InvalidInstanceId", f"Instances {sorted(unknown)} not in a valid state for the account."
            )
        return send(self, **given)

    SimpleSystemManagerBackend.send_command = send_to_known


def _offer_public_parameter() -> None:
    load = ParameterDict._check_loading_status

    def load_also(self: Any, key: str) -> None:
        load(self, key)
        if key == UBUNTU_PARAMETER and key not in dict.keys(self):
            value = images.image_id(self.region_name, images.NEWEST_UBUNTU)
            dict.__setitem__(self, key, [_parameter(self.account_id, key, value)])

    ParameterDict._check_loading_status = load_also


def _parameter(account_id: str, name: str, value: str) -> Parameter:
    return Parameter(
        account_id=account_id,
        name=name,
        value=value,
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=utcnow(),
        version=1,
        data_type="aws:ec2:image",
    )


def _match_prefix_of_baselines() -> None:
    describe = SimpleSystemManagerBackend.describe_patch_baselines

    def describe_by_prefix(self: Any, filters: list[dict[str, Any]] | None) -> Any:
        prefixes = [tuple(row["Values"]) for row in filters or [] if row["Key"] == "NAME_PREFIX"]
        others = [row for row in filters or [] if row["Key"] != "NAME_PREFIX"]
        return [one for one in describe(self, others) if all(one.name.startswith(prefix) for prefix in prefixes)]

    SimpleSystemManagerBackend.describe_patch_baselines = describe_by_prefix
