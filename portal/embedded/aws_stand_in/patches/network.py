"""What stands for something else lets go of it: an address when its NAT gateway is deleted, DHCP options when others come."""

from typing import Any

from moto.ec2.models import EC2Backend


def install() -> None:
    delete, associate = EC2Backend.delete_nat_gateway, EC2Backend.associate_dhcp_options

    def delete_and_free(self: Any, nat_gateway_id: str) -> Any:
        gateway = delete(self, nat_gateway_id)
        for place in gateway.address_set:
            for address in self.addresses:
                if place.get("allocationId") == address.allocation_id and address.eni is gateway._eni:
                    self.disassociate_address(address=address.public_ip)
        return gateway

    def associate_instead(self: Any, dhcp_options: Any, vpc: Any) -> None:
        self.disassociate_dhcp_options(vpc)
        associate(self, dhcp_options, vpc)

    EC2Backend.delete_nat_gateway = delete_and_free
    EC2Backend.associate_dhcp_options = associate_instead
