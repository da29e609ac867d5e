"""Names across the peering: a public DNS name of a machine in either VPC leads to its private address in the other.

Each side can only be set by its own account, and only once the peering is active (VPC Peering Guide, "DNS resolution").
"""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import Account
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Finding, Ready, Wanted
from environments.provisioning.steps.peering import Peering, find

_OPTION = "AllowDnsResolutionFromRemoteVpc"
_SIDES = {"of the provider's VPC": "Requester", "of the customer's VPC": "Accepter"}


class PeeringDns(Collection):
    key = "peering_dns"
    title = "Names across the peering"
    doing = "Switching on names across the peering"
    done = "Switched on names across the peering"
    requires = ("peering_acceptance", "vpc_dns_names")
    permissions = ("ec2:DescribeVpcPeeringConnections", "ec2:ModifyVpcPeeringConnectionOptions")
    provider_permissions = ("ec2:DescribeVpcPeeringConnections", "ec2:ModifyVpcPeeringConnectionOptions")

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("peering_names", name, {"state": "on"}) for name in _SIDES]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """A side on which names are off is as good as not there."""
        identifier = self._peering(ctx)
        peering = find(ctx.provider, identifier) or {}
        return {
            name: There(f"{identifier}/{side.lower()}", {"state": "on"})
            for name, side in _SIDES.items()
            if self._options(ctx, peering, side).get(_OPTION)
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        identifier, side = self._peering(ctx), _SIDES[wanted.name]
        _account(ctx, side).change(
            "ec2",
            "modify_vpc_peering_connection_options",
            VpcPeeringConnectionId=identifier,
            **{f"{side}PeeringConnectionOptions": {_OPTION: True}},
        )
        return There(f"{identifier}/{side.lower()}", dict(wanted.attributes))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """It goes with the peering."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {}

    def _options(self, ctx: Context, peering: Peering, side: str) -> Mapping[str, Any]:
        """Return what is set on a side. Where AWS does not show it to the provider, its own account is asked."""
        shown = peering.get(f"{side}VpcInfo", {}).get("PeeringOptions")
        if shown is None and peering:
            own = find(_account(ctx, side), self._peering(ctx)) or {}
            shown = own.get(f"{side}VpcInfo", {}).get("PeeringOptions")
        return shown or {}

    def _peering(self, ctx: Context) -> str:
        return str(ctx.outputs["peering_acceptance"]["peering_id"])


def _account(ctx: Context, side: str) -> Account:
    return ctx.provider if side == "Requester" else ctx.customer
