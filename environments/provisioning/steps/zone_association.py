"""The private zone answers in the provider's VPC too: operators find the products by name (Route 53, both accounts).

Route 53 developer guide, "Associating an Amazon VPC and a private hosted zone that you created with different AWS accounts":
the zone's owner authorises, the VPC's owner associates, and the authorisation is withdrawn, since the association outlives it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted

_OPEN, _WITHDRAWN = "still open", "withdrawn"
_UNSEEN = Pending(AWS, "AWS says that it is associated already and does not show it yet.", timedelta(seconds=1))


class ZoneAssociation(Collection):
    key = "zone_association"
    title = "Names for the operators"
    doing = "Letting the provider's VPC ask the private zone"
    done = "The provider's VPC asks the private zone"
    requires = ("provider_access", "private_zone")
    simulated = "The stand-in keeps the association, and answers no DNS question."
    settles = (
        True  # to authorise once more what is associated unseen would leave an authorisation that nobody withdraws
    )
    permissions = (
        "route53:CreateVPCAssociationAuthorization",
        "route53:DeleteVPCAssociationAuthorization",
        "route53:DisassociateVPCFromHostedZone",
        "route53:GetHostedZone",
        "route53:ListVPCAssociationAuthorizations",
    )
    provider_permissions = ("ec2:DescribeVpcs", "route53:AssociateVPCWithHostedZone", "route53:ListHostedZonesByVPC")

    def applies(self, spec: Spec) -> bool:
        return bool(spec.zone)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("zone_association", spec.provider_vpc_id, {"authorisation": _WITHDRAWN})]

    def look(self, ctx: Context) -> Mapping[str, There]:
        zone = ctx.outputs.get("private_zone")
        if not zone:
            return {}
        vpc_id = ctx.spec.provider_vpc_id
        try:
            if vpc_id not in _vpcs(ctx, "get_hosted_zone", zone["zone_id"]):
                return {}
            # After the association is seen, not beside it: an answer from before both would hide an authorisation left open.
            authorized = _vpcs(ctx, "list_vpc_association_authorizations", zone["zone_id"])
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        standing = _OPEN if vpc_id in authorized else _WITHDRAWN
        return {vpc_id: There(f"{zone['zone_id']}/{vpc_id}", {"authorisation": standing})}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """Authorising what is authorised already changes nothing, so that a second try needs no other way."""
        where = _where(ctx)
        identifier = f"{where['HostedZoneId']}/{wanted.name}"
        ctx.customer.change("route53", "create_vpc_association_authorization", **where)
        try:
            ctx.provider.change("route53", "associate_vpc_with_hosted_zone", **where)
        except CallFailed as failed:
            if failed.code != "ConflictingDomainExists":
                raise
            self._require_free_name(ctx)
            self._withdraw(ctx)
            return There(identifier, wanted.attributes, pending=_UNSEEN)
        self._withdraw(ctx)
        return There(identifier, wanted.attributes)

    def _withdraw(self, ctx: Context) -> None:
        ctx.customer.change("route53", "delete_vpc_association_authorization", **_where(ctx))

    def _require_free_name(self, ctx: Context) -> None:
        """A VPC has at most one zone of a name: say whose it is, unless it is this very one."""
        zone_id = ctx.outputs["private_zone"]["zone_id"]
        rows = ctx.provider.pages(
            "route53",
            "list_hosted_zones_by_vpc",
            "HostedZoneSummaries",
            VPCId=ctx.spec.provider_vpc_id,
            VPCRegion=ctx.spec.provider_region,
        )
        taken = [row for row in rows if row["Name"].rstrip(".") == ctx.spec.zone and row["HostedZoneId"] != zone_id]
        if taken:
            owner = taken[0].get("Owner", {}).get("OwningAccount", "another account")
            raise StepRefused(
                f"The provider's VPC has a zone {ctx.spec.zone} already: {taken[0]['HostedZoneId']} of {owner}.",
                remedy="One of the two needs another name: change the zone name in the DNS section, or take the other "
                "zone away from the provider's VPC, then retry this step.",
                code="zone_name_taken",
            )

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """The association stands; its authorisation was left open."""
        self._withdraw(ctx)
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("route53", "disassociate_vpc_from_hosted_zone", **_where(ctx))


def _where(ctx: Context) -> dict[str, Any]:
    vpc = {"VPCRegion": ctx.spec.provider_region, "VPCId": ctx.spec.provider_vpc_id}
    return {"HostedZoneId": ctx.outputs["private_zone"]["zone_id"], "VPC": vpc}


def _vpcs(ctx: Context, read: str, zone_id: str) -> set[str]:
    key = "Id" if read == "get_hosted_zone" else "HostedZoneId"
    answer = ctx.customer.read("route53", read, **{key: zone_id})
    return {vpc["VPCId"] for vpc in answer["VPCs"]}
