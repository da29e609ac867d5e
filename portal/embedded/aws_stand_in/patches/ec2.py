"""EC2: a client token makes nothing twice, filters filter, DHCP options keep their tags, a NAT gateway takes a moment."""

import json
import threading
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.customer_gateways import CustomerGatewayBackend
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from portal.embedded.aws_stand_in.patches.settling import settle

_WITH_TOKEN = ("run_instances", "create_volume", "create_nat_gateway", "create_route_table", "create_vpc_endpoint")
_one_at_a_time = threading.RLock()


def install() -> None:
    for operation in _WITH_TOKEN:
        _honour_token(operation)
    _filter_also(NatGatewayBackend, "describe_nat_gateways", {"nat-gateway-id", "vpc-id", "subnet-id", "state"})
    _filter_also(
        CustomerGatewayBackend, "describe_customer_gateways", {"customer-gateway-id", "type", "bgp-asn", "ip-address"}
    )
    _keep_tags_of_dhcp_options()
    settle(NatGateway, "state", first="pending", then="available", wait="NAT_GATEWAY")


def _honour_token(operation: str) -> None:
    """Answer the same token with what it made the first time; refuse it with other parameters.

    A token of instances that were terminated meanwhile is refused too, as AWS does.
    """
    create = getattr(EC2Response, operation)

    def create_once(self: Any) -> Any:
        token = self._get_param("ClientToken")
        if not token or self._get_param("DryRun"):
            return create(self)
        asked = _fingerprint(self.params)
        with _one_at_a_time:
            known = vars(self.ec2_backend).setdefault("client_tokens", {})
            if (operation, token) not in known:
                answer = create(self)
                known[operation, token] = (asked, answer.result)
                return answer
            first_asked, made = known[operation, token]
        if first_asked != asked:
            raise EC2ClientError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used.",
            )
        if operation == "run_instances" and all(one.state == "terminated" for one in made.instances):
            raise EC2ClientError(
                "IdempotentInstanceTerminated", "The instance that was made with this token is terminated."
            )
        return ActionResult(made)

    setattr(EC2Response, operation, create_once)


def _fingerprint(parameters: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in parameters.items() if key != "ClientToken"}, sort_keys=True)


def _filter_also(backend: type, describe: str, known: set[str]) -> None:
    """Filter by what moto leaves out, tags above all."""
    among = getattr(backend, describe)

    def filtered(self: Any, filters: Any = None, ids: list[str] | None = None) -> Any:
        rest = {name: values for name, values in (filters or {}).items() if name not in known}
        return generic_filter(rest, among(self, filters, ids))

    setattr(backend, describe, filtered)


def _keep_tags_of_dhcp_options() -> None:
    create = EC2Response.create_dhcp_options

    def create_tagged(self: Any) -> Any:
        answer = create(self)
        answer.result["DhcpOptions"].add_tags(self._parse_tag_specification().get("dhcp-options", {}))
        return answer

    EC2Response.create_dhcp_options = create_tagged
