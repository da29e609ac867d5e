"""Route 53: a caller reference makes no second zone; a VPC of another account needs the zone's owner to authorize it."""

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.route53 import urls
from moto.route53.exceptions import NoSuchHostedZone, PublicZoneVPCAssociation, Route53ClientError
from moto.route53.models import Route53Backend, route53_backends
from moto.route53.responses import Route53

_ZONE_PATH = r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)"


def install() -> None:
    _refuse_a_second_zone()
    for verb in ("authorize", "deauthorize"):
        urls.url_paths[f"{_ZONE_PATH}/{verb}vpcassociation/?$"] = Route53.dispatch
    Route53.create_vpc_association_authorization = _authorize
    Route53.list_vpc_association_authorizations = _list_authorizations
    Route53.delete_vpc_association_authorization = _deauthorize
    Route53Backend.associate_vpc_with_hosted_zone = _associate
    Route53Backend.list_hosted_zones_by_vpc = _zones_of_vpc
    _let_both_sides_disassociate()


def _refuse_a_second_zone() -> None:
    create = Route53Backend.create_hosted_zone

    def create_once(self: Any, name: str, private_zone: bool, caller_reference: str | None = None, **more: Any) -> Any:
        if caller_reference and any(zone.caller_reference == caller_reference for zone in self.zones.values()):
            raise Route53ClientError(
                "HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference."
            )
        return create(self, name, private_zone, caller_reference, **more)

    Route53Backend.create_hosted_zone = create_once


def _authorize(self: Any) -> Any:
    """Let the VPC's owner associate it. Said twice, it is listed once."""
    zone, vpc = _zone_and_vpc(self)
    if _owner_of(vpc) is None:
        raise _no_such_vpc(vpc)
    authorized = vars(zone).setdefault("authorized_vpcs", [])
    if vpc not in authorized:
        authorized.append(vpc)
    return ActionResult({"HostedZoneId": zone.resource_id, "VPC": vpc})


def _list_authorizations(self: Any) -> Any:
    zone = self.backend.get_hosted_zone(self._get_param("HostedZoneId"))
    return ActionResult({"HostedZoneId": zone.resource_id, "VPCs": vars(zone).get("authorized_vpcs", [])})


def _deauthorize(self: Any) -> Any:
    """Take the permission back. An association made with it stays."""
    zone, vpc = _zone_and_vpc(self)
    authorized = vars(zone).get("authorized_vpcs", [])
    if vpc not in authorized:
        raise Route53ClientError(
            "VPCAssociationAuthorizationNotFound", f"{vpc['VPCId']} is not authorized to be associated with {zone.name}"
        )
    authorized.remove(vpc)
    return EmptyResult()


def _associate(self: Any, zone_id: str, vpcid: str, vpcregion: str) -> Any:
    """Associate the caller's own VPC: with its own zone, or with one whose owner authorized it."""
    zone = _zone_of_anyone(zone_id)
    vpc = {"VPCId": vpcid, "VPCRegion": vpcregion}
    if not zone.private_zone:
        raise PublicZoneVPCAssociation
    owner = _owner_of(vpc)
    if owner is None:
        raise _no_such_vpc(vpc)
    is_own_zone = zone_id.removeprefix("/hostedzone/") in self.zones
    if owner != self.account_id or not (is_own_zone or vpc in vars(zone).get("authorized_vpcs", [])):
        raise Route53ClientError(
            "NotAuthorizedException", f"{self.account_id} may not associate {vpcid} with {zone.name}"
        )
    if any(row["vpc_id"] == vpcid for row in zone.vpcs):
        raise Route53ClientError(
            "ConflictingDomainExists", f"{vpcid} has already been associated with the hosted zone {zone.resource_id}"
        )
    zone.add_vpc(vpcid, vpcregion)
    return zone


def _let_both_sides_disassociate() -> None:
    disassociate = Route53Backend.disassociate_vpc_from_hosted_zone

    def disassociate_own(self: Any, zone_id: str, vpcid: str) -> Any:
        zone = _zone_of_anyone(zone_id)
        (region,) = [row["vpc_region"] for row in zone.vpcs if row["vpc_id"] == vpcid] or [None]
        if region is None:
            raise Route53ClientError("VPCAssociationNotFound", f"{vpcid} is not associated with {zone.name}")
        is_own_vpc = _owner_of({"VPCId": vpcid, "VPCRegion": region}) == self.account_id
        backend = next(backend for backend in _backends() if zone.resource_id in backend.zones)
        return disassociate(backend if is_own_vpc else self, zone_id, vpcid)

    Route53Backend.disassociate_vpc_from_hosted_zone = disassociate_own


def _zones_of_vpc(self: Any, vpc_id: str) -> list[dict[str, Any]]:
    """Return every account's zones that the VPC is associated with; moto knows only the caller's own."""
    return [
        {"HostedZoneId": zone.resource_id, "Name": zone.name, "Owner": {"OwningAccount": backend.account_id}}
        for backend in _backends()
        for zone in backend.zones.values()
        if zone.private_zone and any(row["vpc_id"] == vpc_id for row in zone.vpcs)
    ]


def _zone_and_vpc(response: Any) -> tuple[Any, dict[str, str]]:
    zone = response.backend.get_hosted_zone(response._get_param("HostedZoneId"))
    return zone, {"VPCId": response._get_param("VPC.VPCId"), "VPCRegion": response._get_param("VPC.VPCRegion")}


def _backends() -> Iterator[Any]:
    for regions in list(dict.values(route53_backends)):
        yield from dict.values(regions)


def _zone_of_anyone(zone_id: str) -> Any:
    for backend in _backends():
        zone = backend.zones.get(zone_id.removeprefix("/hostedzone/"))
        if zone:
            return zone
    raise NoSuchHostedZone(zone_id)


def _owner_of(vpc: dict[str, str]) -> str | None:
    """Return the account that has the VPC."""
    for account_id, regions in list(dict.items(ec2_backends)):
        backend = dict.get(regions, vpc["VPCRegion"])
        if backend is not None and vpc["VPCId"] in backend.vpcs:
            return str(account_id)
    return None


def _no_such_vpc(vpc: dict[str, str]) -> Route53ClientError:
    return Route53ClientError("InvalidVPCId", f"The VPC {vpc['VPCId']} in region {vpc['VPCRegion']} does not exist")
