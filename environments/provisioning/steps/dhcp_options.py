"""What machines in an environment's own VPC are told when they start: their domain, and the customer's time servers.

Only addresses of time servers can be told so. All of them, names too, and in every VPC, are written by the installation.

The DNS server stays Amazon's also where the customer keeps the names: it forwards their zone to their servers (the step
`resolver`), and it alone knows the names that AWS gives, such as the database's.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, differences
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted

Row = Mapping[str, Any]

_DEFAULT = "default"


class DhcpOptions(Collection):
    """AWS changes no set of options: another one takes its place. outputs: {"dhcp_options_id": id}."""

    key = "dhcp_options"
    title = "DHCP options"
    doing = "Setting what machines are told when they start"
    done = "Set what machines are told when they start"
    requires = ("vpc",)
    settles = True
    permissions = (
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeVpcs",
        "ec2:CreateDhcpOptions",
        "ec2:AssociateDhcpOptions",
        "ec2:DeleteDhcpOptions",
        "ec2:CreateTags",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.creates_vpc and (spec.dns.choice == "own" or bool(_time_servers(spec)))

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("dhcp_options", _name(spec), {**_told(spec), "state": "in use"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Of several, the one that fits best is the one; the others are what a change was to replace."""
        (wanted,) = self.wanted(ctx.spec)
        in_use = _in_use(ctx)
        found = sorted(
            (_there(row, in_use) for row in self._ours(ctx)), key=lambda there: len(differences(wanted, there))
        )
        return {wanted.name if place == 0 else there.aws_id: there for place, there in enumerate(found)}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        servers = [{"Key": "ntp-servers", "Values": list(_time_servers(ctx.spec))}] if _time_servers(ctx.spec) else []
        domain = [{"Key": "domain-name", "Values": [ctx.spec.dns.zone]}] if ctx.spec.dns.zone else []
        answer = ctx.customer.change(
            "ec2",
            "create_dhcp_options",
            DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}, *domain, *servers],
            TagSpecifications=names.at_create("dhcp-options", names.tags(ctx.spec, self.key, wanted.name)),
        )
        return self._use(ctx, wanted, answer["DhcpOptions"]["DhcpOptionsId"])

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if {**there.attributes, "state": "in use"} == dict(wanted.attributes):
            return self._use(ctx, wanted, there.aws_id)
        made = self.make(ctx, wanted)
        ctx.customer.change("ec2", "delete_dhcp_options", DhcpOptionsId=there.aws_id)
        return made

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        if there.attributes["state"] == "in use":
            self._associate(ctx, _DEFAULT)
        ctx.customer.change("ec2", "delete_dhcp_options", DhcpOptionsId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"dhcp_options_id": there[_name(ctx.spec)].aws_id}

    def _ours(self, ctx: Context) -> list[Row]:
        mark = names.tags(ctx.spec, self.key)
        rows = ctx.customer.pages("ec2", "describe_dhcp_options", "DhcpOptions", Filters=names.marked(mark))
        return [row for row in rows if names.carries(row.get("Tags"), mark)]

    def _use(self, ctx: Context, wanted: Wanted, identifier: str) -> There:
        self._associate(ctx, identifier)
        return There(identifier, dict(wanted.attributes))

    def _associate(self, ctx: Context, identifier: str) -> None:
        vpc_id = ctx.spec.customer_vpc_id
        ctx.customer.change("ec2", "associate_dhcp_options", DhcpOptionsId=identifier, VpcId=vpc_id)


def _name(spec: Spec) -> str:
    return names.of(spec, "dhcp")


def _told(spec: Spec) -> dict[str, Any]:
    return {"domain": spec.dns.zone, "time_servers": tuple(sorted(_time_servers(spec)))}


def _time_servers(spec: Spec) -> tuple[str, ...]:
    """Return the customer's time servers that DHCP can announce: it knows addresses only, no names (RFC 2132, 8.3)."""
    return tuple(server for server in spec.ntp.servers if spec.ntp.choice == "own" and _is_address(server))


def _is_address(server: str) -> bool:
    try:
        ip_address(server)
    except ValueError:
        return False
    return True


def _in_use(ctx: Context) -> str:
    """Return the set that the VPC uses, empty where there is no VPC (any more)."""
    vpc_id = ctx.spec.customer_vpc_id
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = ctx.customer.pages("ec2", "describe_vpcs", "Vpcs", Filters=filters) if vpc_id else []
    return next((str(row["DhcpOptionsId"]) for row in rows if row["VpcId"] == vpc_id), "")


def _there(row: Row, in_use: str) -> There:
    values = {one["Key"]: tuple(sorted(value["Value"] for value in one["Values"])) for one in row["DhcpConfigurations"]}
    identifier = row["DhcpOptionsId"]
    attributes = {
        "domain": "".join(values.get("domain-name", ())),
        "time_servers": values.get("ntp-servers", ()),
        "state": "in use" if identifier == in_use else "not in use",
    }
    return There(identifier, attributes)
