"""The private hosted zone of the environment and the name mappings in it (Route 53, in the customer's account)."""

from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.ports import Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, Step, StepRefused

TTL_SECONDS = 300


def _zones(ctx: Context) -> list[dict[str, Any]]:
    """Return the private zones of this name that belong to the environment's VPC."""
    here = ctx.customer.pages(
        "route53",
        "list_hosted_zones_by_vpc",
        "HostedZoneSummaries",
        VPCId=ctx.spec.customer_vpc_id,
        VPCRegion=ctx.customer.region,
    )
    return [zone for zone in here if zone["Name"].rstrip(".") == ctx.spec.zone]


def _ours(ctx: Context, zone_id: str) -> bool:
    answer = ctx.customer.read("route53", "list_tags_for_resource", ResourceType="hostedzone", ResourceId=zone_id)
    return names.carries(answer["ResourceTagSet"]["Tags"], names.tags(ctx.spec, PrivateZone.key))


class PrivateZone(Step):
    key = "private_zone"
    title = "Private hosted zone"
    doing = "Creating the private hosted zone"
    done = "Created the private hosted zone"
    requires = ("customer_access",)

    def applies(self, spec: Spec) -> bool:
        return bool(spec.zone)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"Private hosted zone {spec.zone} in {spec.customer_vpc_id}",)

    def observe(self, ctx: Context) -> Finding:
        zones = _zones(ctx)
        if not zones:
            return Missing()
        if len(zones) > 1:
            ids = ", ".join(sorted(zone["HostedZoneId"] for zone in zones))
            raise StepRefused(
                f"More than one private zone {ctx.spec.zone} belongs to this VPC: {ids}.",
                remedy="Delete the ones that are not in use, then retry this step.",
                code="several_zones",
            )
        zone_id = zones[0]["HostedZoneId"]
        if not _ours(ctx, zone_id):
            return self._unmarked(ctx, zone_id)
        seen = Seen("hosted_zone", ctx.spec.zone, zone_id, ctx.customer.account_id, "global")
        return Ready({"zone_id": zone_id}, (seen,))

    def _unmarked(self, ctx: Context, zone_id: str) -> Finding:
        """Our own zone before its tags, made by a call of ours, or somebody else's: the caller reference tells."""
        zone = ctx.customer.read("route53", "get_hosted_zone", Id=zone_id)["HostedZone"]
        if zone["CallerReference"].startswith(f"{ctx.spec.environment_id}-"):
            return Drifted((f"Zone {zone_id} does not carry our tags yet",))
        raise StepRefused(
            f"The VPC already has a private zone {ctx.spec.zone} ({zone_id}) that we did not make.",
            remedy="Choose another zone name in the DNS section, or remove the zone, then retry this step.",
            code="zone_taken",
        )

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        zones = _zones(ctx)
        zone_id = zones[0]["HostedZoneId"] if zones else self._create(ctx)
        ctx.customer.change(
            "route53",
            "change_tags_for_resource",
            ResourceType="hostedzone",
            ResourceId=zone_id,
            AddTags=names.listed(names.tags(ctx.spec, self.key)),
        )

    def _create(self, ctx: Context) -> str:
        """Create the zone. The caller reference holds the day, so that a zone deleted by hand can be made again."""
        reference = names.caller_reference(ctx.spec, self.key, f"{ctx.now:%Y%m%d}")
        answer = ctx.customer.change(
            "route53",
            "create_hosted_zone",
            Name=ctx.spec.zone,
            VPC={"VPCRegion": ctx.customer.region, "VPCId": ctx.spec.customer_vpc_id},
            CallerReference=reference,
            HostedZoneConfig={"Comment": f"{ctx.spec.environment_id} {ctx.spec.environment_name}", "PrivateZone": True},
        )
        return str(answer["HostedZone"]["Id"]).rsplit("/", 1)[-1]

    def remove(self, ctx: Context) -> None:
        for zone in _zones(ctx):
            if _ours(ctx, zone["HostedZoneId"]):
                ctx.customer.change("route53", "delete_hosted_zone", Id=zone["HostedZoneId"])


class DnsRecords(Step):
    key = "dns_records"
    title = "Name mappings"
    doing = "Writing the name mappings"
    done = "Wrote the name mappings"
    requires = ("private_zone",)
    expected = timedelta(seconds=60)

    def applies(self, spec: Spec) -> bool:
        return bool(spec.zone)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return tuple(f"{product.hostname} to {product.address}" for product in spec.products)

    def observe(self, ctx: Context) -> Finding:
        """AWS's change ids prove nothing here; the records that are listed do."""
        there = self._there(ctx)
        wanted = {product.hostname: product.address for product in ctx.spec.products}
        differing = tuple(
            f"{name} leads to {', '.join(there[name]) if name in there else 'nothing'} instead of {address}"
            for name, address in wanted.items()
            if there.get(name) != [address]
        )
        if len(differing) == len(wanted) and not there.keys() & wanted.keys():
            return Missing()
        if differing:
            return Drifted(differing)
        zone_id = ctx.outputs["private_zone"]["zone_id"]
        seen = tuple(
            Seen("dns_record", name, f"{zone_id}/{name}", ctx.customer.account_id, "global", {"address": address})
            for name, address in wanted.items()
        )
        return Ready({"records": wanted}, seen)

    def _there(self, ctx: Context) -> dict[str, list[str]]:
        rows = ctx.customer.pages(
            "route53",
            "list_resource_record_sets",
            "ResourceRecordSets",
            HostedZoneId=ctx.outputs["private_zone"]["zone_id"],
        )
        return {
            row["Name"].rstrip("."): [value["Value"] for value in row.get("ResourceRecords", [])]
            for row in rows
            if row["Type"] == "A"
        }

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        self._change(ctx, "UPSERT", {product.hostname: product.address for product in ctx.spec.products})

    def remove(self, ctx: Context) -> None:
        there = self._there(ctx)
        ours = {p.hostname: p.address for p in ctx.spec.products if there.get(p.hostname) == [p.address]}
        if ours:
            self._change(ctx, "DELETE", ours)

    def _change(self, ctx: Context, action: str, mappings: dict[str, str]) -> None:
        changes = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": "A",
                    "TTL": TTL_SECONDS,
                    "ResourceRecords": [{"Value": address}],
                },
            }
            for name, address in mappings.items()
        ]
        ctx.customer.change(
            "route53",
            "change_resource_record_sets",
            HostedZoneId=ctx.outputs["private_zone"]["zone_id"],
            ChangeBatch={"Comment": ctx.spec.environment_id, "Changes": changes},
        )
