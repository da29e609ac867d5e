"""Machines: a private address is one machine's at a time; a launch template says which disks there are, and what a machine came
with goes with it."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance
from moto.ec2.models.subnets import Subnet

_TEMPLATE, _VERSION = "aws:ec2launchtemplate:id", "aws:ec2launchtemplate:version"


def install() -> None:
    _refuse_an_address_in_use()
    _take_disks_from_the_template()
    _take_away_what_it_came_with()


def _refuse_an_address_in_use() -> None:
    request = Subnet.request_ip

    def request_free_ip(self: Any, ip: str, instance: Any) -> None:
        if ip in self._subnet_ips:
            raise EC2ClientError("InvalidIPAddress.InUse", f"Address {ip} is in use.")
        request(self, ip, instance)

    Subnet.request_ip = request_free_ip


def _take_disks_from_the_template() -> None:
    """Make no default disk where the template has one: it would stay for ever, attached to nothing."""
    make_disk = Instance.setup_defaults

    def setup_defaults(self: Any) -> None:
        tags = {tag["key"]: tag["value"] for tag in self.get_tags()}
        template = self.ec2_backend.launch_templates.get(tags.get(_TEMPLATE))
        if not (template and template.get_version(tags[_VERSION]).data.get("BlockDeviceMappings")):
            make_disk(self)

    Instance.setup_defaults = setup_defaults


def _take_away_what_it_came_with() -> None:
    terminate = Instance.terminate

    def terminate_whole(self: Any) -> Any:
        interfaces = list(self.nics.values())
        answer = terminate(self)
        for interface in interfaces:
            self.ec2_backend.enis.pop(interface.id, None)
            held = interface.subnet._subnet_ips
            for ip in [ip for ip, holder in held.items() if holder is self]:
                interface.subnet.del_subnet_ip(ip)
        return answer

    Instance.terminate = terminate_whole
