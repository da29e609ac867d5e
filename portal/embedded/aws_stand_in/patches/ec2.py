"""EC2: a client token makes nothing twice, filters filter, DHCP options keep their tags, a NAT gateway takes a moment."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.customer_gateways import CustomerGatewayBackend
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.vpn_gateway import VpnGatewayBackend
from moto.ec2.responses import EC2Response
from moto.ec2.utils import filter_dict_attribute_mapping, generic_filter

from portal.embedded.aws_stand_in.patches.repeating import honour_token
from portal.embedded.aws_stand_in.patches.settling import settle

_WITH_TOKEN = ("create_volume", "create_nat_gateway", "create_route_table", "create_vpc_endpoint")


def install() -> None:
    for operation in _WITH_TOKEN:
        honour_token(EC2Response, operation, "ec2_backend", error=EC2ClientError)
    honour_token(EC2Response, "run_instances", "ec2_backend", error=EC2ClientError, check=_refuse_what_is_terminated)
    _filter_also(NatGatewayBackend, "describe_nat_gateways", {"nat-gateway-id", "vpc-id", "subnet-id", "state"})
    _filter_also(
        CustomerGatewayBackend, "describe_customer_gateways", {"customer-gateway-id", "type", "bgp-asn", "ip-address"}
    )
    _refuse_unknown(NatGatewayBackend, "describe_nat_gateways", "NatGatewayNotFound")
    _refuse_unknown(CustomerGatewayBackend, "describe_customer_gateways", "InvalidCustomerGatewayID.NotFound")
    _refuse_unknown(VpnGatewayBackend, "describe_vpn_gateways", "InvalidVpnGatewayID.NotFound")
    _keep_tags_of_dhcp_options()
    filter_dict_attribute_mapping["client-token"] = "client_token"  # moto fails on it
    settle(NatGateway, "state", first="pending", then="available", wait="NAT_GATEWAY")


def _refuse_what_is_terminated(made: Any) -> None:
    if all(one.state == "terminated" for one in made.instances):
        raise EC2ClientError(
            "IdempotentInstanceTerminated", "The instance that was made with this token is terminated."
        )


def _filter_also(backend: type, describe: str, known: set[str]) -> None:
    """Filter by what moto leaves out, tags above all."""
    among = getattr(backend, describe)

    def filtered(self: Any, filters: Any = None, ids: list[str] | None = None) -> Any:
        rest = {name: values for name, values in (filters or {}).items() if name not in known}
        return generic_filter(rest, among(self, filters, ids))

    setattr(backend, describe, filtered)


def _refuse_unknown(backend: type, describe: str, code: str) -> None:
    """Refuse a look-up by an id that is not there; moto answers with nothing."""
    among = getattr(backend, describe)

    def find(self: Any, filters: Any = None, ids: list[str] | None = None) -> Any:
        everything = {one.id for one in among(self, None, None)} if ids else set()
        unknown = set(ids or []) - everything
        if unknown:
            raise EC2ClientError(code, f"{', '.join(sorted(unknown))} does not exist")
        return among(self, filters, ids)

    setattr(backend, describe, find)


def _keep_tags_of_dhcp_options() -> None:
    create = EC2Response.create_dhcp_options

    def create_tagged(self: Any) -> Any:
        answer = create(self)
        answer.result["DhcpOptions"].add_tags(self._parse_tag_specification().get("dhcp-options", {}))
        return answer

    EC2Response.create_dhcp_options = create_tagged
