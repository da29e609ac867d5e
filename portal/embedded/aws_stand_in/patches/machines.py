"""Machines: a private address is one machine's at a time, and free again once that is terminated."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance
from moto.ec2.models.subnets import Subnet


def install() -> None:
    _refuse_an_address_in_use()
    _free_addresses()


def _refuse_an_address_in_use() -> None:
    request = Subnet.request_ip

    def request_free_ip(self: Any, ip: str, instance: Any) -> None:
        if ip in self._subnet_ips:
            raise EC2ClientError("InvalidIPAddress.InUse", f"Address {ip} is in use.")
        request(self, ip, instance)

    Subnet.request_ip = request_free_ip


def _free_addresses() -> None:
    terminate = Instance.terminate

    def terminate_and_free(self: Any) -> Any:
        subnets = {nic.subnet for nic in self.nics.values()}
        answer = terminate(self)
        for subnet in subnets:
            for ip in [ip for ip, holder in subnet._subnet_ips.items() if holder is self]:
                subnet.del_subnet_ip(ip)
        return answer

    Instance.terminate = terminate_and_free
