"""The private hosted zone of the environment and the name mappings in it (Route 53, in the customer's account)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, differences
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, StepRefused, Wanted

TTL_SECONDS = 307
"""No tag fits on a record: this odd time to live marks those that are ours, in a zone where others may write too."""


class PrivateZone(Collection):
    """One list finds it, the same for all environments of an account, and its caller reference proves that we made it."""

    key = "private_zone"
    title = "Private hosted zone"
    doing = "Creating the private hosted zone"
    done = "Created the private hosted zone"
    requires = ("customer_access", "vpc")
    settles = True
    permissions = (
        "ec2:DescribeVpcs",
        "route53:CreateHostedZone",
        "route53:DeleteHostedZone",
        "route53:GetHostedZone",
        "route53:ListHostedZones",
        "route53:ListHostedZonesByVPC",
    )

    def applies(self, spec: Spec) -> bool:
        return bool(spec.zone)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("hosted_zone", spec.zone, {"visibility": "private"})] if spec.zone else ()

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Zones of ours under an earlier name are among them."""
        rows = ctx.customer.pages("route53", "list_hosted_zones", "HostedZones", HostedZoneType="PrivateHostedZone")
        found: dict[str, list[There]] = {}
        for row in rows:
            if self._made(row, ctx):
                there = There(_bare(row["Id"]), {"visibility": _visibility(row)})
                found.setdefault(_bare(row["Name"]), []).append(there)
        if ctx.spec.zone and ctx.spec.zone not in found:
            found[ctx.spec.zone] = self._in_vpc(ctx)
        return {name: _the_one(name, zones) for name, zones in found.items() if zones}

    def _made(self, row: Mapping[str, Any], ctx: Context) -> bool:
        return str(row["CallerReference"]).startswith(names.caller_reference(ctx.spec, self.key, ""))

    def _in_vpc(self, ctx: Context) -> list[There]:
        """Return the zones of this name that answer in the environment's VPC: somebody else's, or ours that the list of all
        does not show yet."""
        if not ctx.spec.customer_vpc_id:
            return []
        rows = ctx.customer.pages(
            "route53",
            "list_hosted_zones_by_vpc",
            "HostedZoneSummaries",
            VPCId=ctx.spec.customer_vpc_id,
            VPCRegion=ctx.customer.region,
        )
        named = [row for row in rows if _is_named(row, ctx)]
        return [There(row["HostedZoneId"], {"visibility": "private"}, self._is_ours(row, ctx)) for row in named]

    def _is_ours(self, row: Mapping[str, Any], ctx: Context) -> bool:
        if row["Owner"].get("OwningAccount") != ctx.customer.account_id:
            return False
        zone = ctx.customer.read("route53", "get_hosted_zone", Id=row["HostedZoneId"])["HostedZone"]
        return self._made(zone, ctx)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """The reference holds name and minute: Route 53 takes none twice, not even that of a zone which was deleted."""
        attempt = f"{names.token(ctx.spec, self.key, wanted.name)[:8]}-{ctx.now:%Y%m%d%H%M}"
        answer = ctx.customer.change(
            "route53",
            "create_hosted_zone",
            Name=wanted.name,
            VPC={"VPCRegion": ctx.customer.region, "VPCId": ctx.spec.customer_vpc_id},
            CallerReference=names.caller_reference(ctx.spec, self.key, attempt),
            HostedZoneConfig={"Comment": f"{ctx.spec.environment_id} {ctx.spec.environment_name}", "PrivateZone": True},
        )
        return There(_bare(answer["HostedZone"]["Id"]), wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """A zone under an earlier name has our records still: the step that writes them knows the new zone only."""
        if name != ctx.spec.zone:
            self._take_out_records(ctx, there.aws_id)
        try:
            ctx.customer.change("route53", "delete_hosted_zone", Id=there.aws_id)
        except CallFailed as failed:
            if failed.code != "HostedZoneNotEmpty":
                raise
            raise StepRefused(
                f"The private zone {name} ({there.aws_id}) holds records that we did not write.",
                remedy="Move or delete these records, then retry this step.",
                code="zone_not_empty",
            ) from failed

    def _take_out_records(self, ctx: Context, zone_id: str) -> None:
        marked = [row for row in _address_records(ctx, zone_id) if row.get("TTL") == TTL_SECONDS]
        if marked:
            records = {_bare(row["Name"]): _record(zone_id, row, ours=True) for row in marked}
            _change(ctx, zone_id, [_delete(name, there) for name, there in records.items()])

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        zone = there[ctx.spec.zone]
        return {"zone_id": zone.aws_id, "ours": zone.ours}


class DnsRecords(Collection):
    """All mappings change in one batch, which Route 53 carries out whole or not at all.

    The zone's tags are written just before them. So where the records stand, the tags do too, and are not read each time.
    """

    key = "dns_records"
    title = "Name mappings"
    doing = "Writing the name mappings"
    done = "Wrote the name mappings"
    requires = ("private_zone",)
    expected = timedelta(seconds=60)
    simulated = "The stand-in keeps the records, and answers no DNS question."
    permissions = (
        "route53:ChangeResourceRecordSets",
        "route53:ChangeTagsForResource",
        "route53:ListResourceRecordSets",
    )

    def applies(self, spec: Spec) -> bool:
        return bool(spec.zone)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [
            Wanted("dns_record", product.hostname, {"address": product.address, "ttl_seconds": TTL_SECONDS})
            for product in spec.products
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """AWS's change ids prove nothing here; the records that are listed do."""
        zone = ctx.outputs.get("private_zone")
        if not zone:
            return {}
        wanted = {one.name for one in self.wanted(ctx.spec)}
        found = {_bare(row["Name"]): row for row in _address_records(ctx, zone["zone_id"])}
        marked = {name for name, row in found.items() if row.get("TTL") == TTL_SECONDS}
        return {
            name: _record(zone["zone_id"], row, ours=name in marked or zone.get("ours", True))
            for name, row in found.items()
            if name in wanted | marked
        }

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        there = dict(found.there) if isinstance(found, Drifted) else {}
        wanted = {one.name: one for one in self.wanted(ctx.spec)}
        unfit = [one for name, one in wanted.items() if name not in there or differences(one, there[name])]
        leaving = {name: one for name, one in there.items() if name not in wanted and one.ours}
        self._tag_zone(ctx)
        changes = [*map(_upsert, unfit), *(_delete(name, one) for name, one in leaving.items())]
        _change(ctx, ctx.outputs["private_zone"]["zone_id"], changes)
        made = {one.name: self.make(ctx, one) for one in unfit}
        return self._judge(ctx, {**{name: one for name, one in there.items() if name not in leaving}, **made})

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """Return what the batch has made of it."""
        return There(f"{ctx.outputs['private_zone']['zone_id']}/{wanted.name}", wanted.attributes)

    def remove(self, ctx: Context) -> None:
        leaving = [_delete(name, there) for name, there in self.look(ctx).items() if there.ours]
        if leaving:
            _change(ctx, ctx.outputs["private_zone"]["zone_id"], leaving)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        _change(ctx, ctx.outputs["private_zone"]["zone_id"], [_delete(name, there)])

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"records": {name: found.attributes["address"] for name, found in there.items()}}

    def _tag_zone(self, ctx: Context) -> None:
        zone = ctx.outputs["private_zone"]
        if zone.get("ours", True):
            ctx.customer.change(
                "route53",
                "change_tags_for_resource",
                ResourceType="hostedzone",
                ResourceId=zone["zone_id"],
                AddTags=names.listed(names.tags(ctx.spec, PrivateZone.key, ctx.spec.zone)),
            )


def _the_one(name: str, zones: Sequence[There]) -> There:
    if len(zones) > 1:
        ids = ", ".join(sorted(there.aws_id for there in zones))
        raise StepRefused(
            f"There is more than one private zone {name}: {ids}.",
            remedy="Delete the ones that are not in use, then retry this step.",
            code="several_zones",
        )
    return zones[0]


def _address_records(ctx: Context, zone_id: str) -> list[dict[str, Any]]:
    rows = ctx.customer.pages("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone_id)
    return [row for row in rows if row["Type"] == "A"]


def _change(ctx: Context, zone_id: str, changes: list[dict[str, Any]]) -> None:
    batch = {"Comment": ctx.spec.environment_id, "Changes": changes}
    ctx.customer.change("route53", "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch=batch)


def _bare(identifier: str) -> str:
    """Return an id without its path, or a name without its dot at the end."""
    return identifier.rsplit("/", 1)[-1].rstrip(".")


def _is_named(row: Mapping[str, Any], ctx: Context) -> bool:
    return _bare(row["Name"]) == ctx.spec.zone


def _visibility(row: Mapping[str, Any]) -> str:
    return "private" if row["Config"]["PrivateZone"] else "public"


def _record(zone_id: str, row: Mapping[str, Any], *, ours: bool) -> There:
    values = [value["Value"] for value in row.get("ResourceRecords", [])]
    attributes = {"address": ", ".join(values), "ttl_seconds": row.get("TTL")}
    return There(f"{zone_id}/{_bare(row['Name'])}", attributes, ours, extra={"values": values})


def _upsert(wanted: Wanted) -> dict[str, Any]:
    return _changed("UPSERT", wanted.name, wanted.attributes["ttl_seconds"], [wanted.attributes["address"]])


def _delete(name: str, there: There) -> dict[str, Any]:
    """Route 53 deletes only what is named exactly as it stands."""
    return _changed("DELETE", name, there.attributes["ttl_seconds"], there.extra["values"])


def _changed(action: str, name: str, ttl_seconds: Any, values: Sequence[str]) -> dict[str, Any]:
    records = [{"Value": value} for value in values]
    record = {"Name": name, "Type": "A", "TTL": ttl_seconds, "ResourceRecords": records}
    return {"Action": action, "ResourceRecordSet": record}
