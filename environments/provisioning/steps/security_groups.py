"""Who may connect to what: a security group for the products, one for the database and one for the load balancer.

All our rules are by range: a group of the other VPC of a peering can be named in one Region only (VPC Peering Guide). The
groups come first and alone, so that machines need not wait for their rules. Everything may go out, as EC2 makes a group.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from environments.catalogue import products as catalogue
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ours import take_away
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Finding, Ready, Wanted

DATABASE_PORT = 5432
"""PostgreSQL."""
HTTPS = 443
SSH = 22
"""Operators log in through the peering; each log-in is recorded."""

ANYWHERE = "-1 all to 0.0.0.0/0"
_ANYWHERE_IN_IPV6 = "-1 all to ::/0"
"""EC2 gives a new group the first, and in a VPC with a range of IPv6 the second too."""

_ENDS = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId"),
    ("UserIdGroupPairs", "GroupId"),
)
"""What a rule may name at its other end, and by which key."""

_USES = {
    "products": "Nodes that the products run on",
    "database": "The products' database",
    "load_balancer": "Load balancer before the products",
}


class SecurityGroups(Collection):
    """The groups, without rules. outputs: {"products": group id, "database": group id, "load_balancer": group id}."""

    key = "security_groups"
    title = "Security groups"
    doing = "Creating security groups"
    done = "Created security groups"
    requires = ("customer_access", "vpc")
    permissions = (
        "ec2:DescribeSecurityGroups",
        "ec2:CreateSecurityGroup",
        "ec2:DeleteSecurityGroup",
        "ec2:CreateTags",
    )
    quotas = {"security_group": "vpc/L-E79EC296"}

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("security_group", name) for name in _by_name(spec)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        mark = names.tags(ctx.spec, self.key)
        return {
            row["GroupName"]: There(row["GroupId"], {}, names.carries(row.get("Tags"), mark)) for row in _groups(ctx)
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "ec2",
            "create_security_group",
            GroupName=wanted.name,
            Description=_USES[_by_name(ctx.spec)[wanted.name]],
            VpcId=ctx.spec.customer_vpc_id,
            TagSpecifications=names.at_create("security-group", names.tags(ctx.spec, self.key, wanted.name)),
        )
        return There(answer["GroupId"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        take_away(ctx.customer, "delete_security_group", GroupId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        uses = _by_name(ctx.spec)
        return {uses[name]: found.aws_id for name, found in there.items()}


class SecurityRules(Collection):
    """What each group lets in and out. What a person added is taken out again: nobody else's rule belongs in our groups."""

    key = "security_rules"
    title = "Security group rules"
    doing = "Setting who may connect to what"
    done = "Set who may connect to what"
    requires = ("security_groups",)
    permissions = (
        "ec2:DescribeSecurityGroups",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupEgress",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        rules = {"products": _of_products(spec), "database": _of_the_database(spec), "load_balancer": _of_https(spec)}
        return [
            Wanted("security_group_rules", name, {"rules": tuple(sorted(set(rules[use]))), "outgoing": (ANYWHERE,)})
            for name, use in _by_name(spec).items()
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """A group as EC2 makes it, which lets nothing in, has no rules yet."""
        found = {row["GroupName"]: There(row["GroupId"], _shown(row)) for row in _groups(ctx)}
        return {name: there for name, there in found.items() if there.attributes != _AS_MADE}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        group = ctx.outputs["security_groups"][_by_name(ctx.spec)[wanted.name]]
        return self._set(ctx, wanted, There(group, _AS_MADE))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self._set(ctx, wanted, there)

    def _set(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """What is missing comes first, so that nobody is locked out in between."""
        for attribute, way in (("rules", "ingress"), ("outgoing", "egress")):
            have, rules = set(there.attributes[attribute]), set(wanted.attributes[attribute])
            for act, concerned in (("authorize", rules - have), ("revoke", have - rules)):
                if concerned:
                    permissions = [_permission(rule) for rule in sorted(concerned)]
                    operation = f"{act}_security_group_{way}"
                    ctx.customer.change("ec2", operation, GroupId=there.aws_id, IpPermissions=permissions)
        return There(there.aws_id, dict(wanted.attributes))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """Rules go with their group."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _by_name(spec: Spec) -> dict[str, str]:
    """Return what each group is for, by its name."""
    return {names.of(spec, use.replace("_", "-")): use for use in _USES}


def _groups(ctx: Context) -> list[Mapping[str, Any]]:
    """Return the groups of the environment's VPC that bear our names; none where there is no VPC (any more)."""
    vpc_id, wanted = ctx.spec.customer_vpc_id, _by_name(ctx.spec)
    if not vpc_id:
        return []
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = ctx.customer.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=filters)
    return [row for row in rows if row["VpcId"] == vpc_id and row["GroupName"] in wanted]


def _rule(port: int, source: str) -> str:
    return f"tcp {port} from {source}"


def _of_products(spec: Spec) -> Iterable[str]:
    """From the customer's network and the provider's: what people and programs use. Between nodes: also what joins them."""
    known = [catalogue.BY_KEY[product.key] for product in spec.products]
    served = [port.number for product in known for port in product.ports if port.to_customer]
    joined = [port.number for product in known for port in product.ports if port.between_nodes]
    yield _rule(SSH, spec.provider_cidr)
    for source in (spec.provider_cidr, *spec.customer_cidrs, *spec.data_centre.prefixes):
        yield from (_rule(port, source) for port in served)
    for source in spec.customer_cidrs:
        yield from (_rule(port, source) for port in joined)


def _of_the_database(spec: Spec) -> Iterable[str]:
    return (_rule(DATABASE_PORT, source) for source in spec.customer_cidrs)


def _of_https(spec: Spec) -> Iterable[str]:
    return (_rule(HTTPS, source) for source in (spec.provider_cidr, *spec.customer_cidrs, *spec.data_centre.prefixes))


def _permission(rule: str) -> dict[str, Any]:
    """Return a rule of ours, or one that somebody else made, as EC2 writes it."""
    protocol, ports, _, end = rule.split(" ")
    first, _, last = ports.partition("-")
    spread = {} if ports == "all" else {"FromPort": int(first), "ToPort": int(last or first)}
    return {"IpProtocol": protocol, **spread, **_end(end)}


def _end(end: str) -> dict[str, Any]:
    owner, _, group = end.rpartition(":") if "sg-" in end else ("", "", "")
    if group:
        return {"UserIdGroupPairs": [{"GroupId": group, **({"UserId": owner} if owner else {})}]}
    if end.startswith("pl-"):
        return {"PrefixListIds": [{"PrefixListId": end}]}
    return {"Ipv6Ranges": [{"CidrIpv6": end}]} if ":" in end else {"IpRanges": [{"CidrIp": end}]}


_AS_MADE = {"rules": (), "outgoing": (ANYWHERE,)}


def _shown(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the rules of a group in our words."""
    outgoing = set(_told(row, "IpPermissionsEgress", "to")) - {_ANYWHERE_IN_IPV6}
    return {"rules": tuple(sorted(_told(row, "IpPermissions", "from"))), "outgoing": tuple(sorted(outgoing))}


def _told(row: Mapping[str, Any], key: str, way: str) -> Iterable[str]:
    """Another account's group is told with its owner."""
    for one in row[key]:
        for kind, name in _ENDS:
            for end in one.get(kind, ()):
                owner = end.get("UserId", row.get("OwnerId"))
                known = end[name] if owner == row.get("OwnerId") else f"{owner}:{end[name]}"
                yield f"{one['IpProtocol']} {_ports(one)} {way} {known}"


def _ports(permission: Mapping[str, Any]) -> str:
    first, last = permission.get("FromPort"), permission.get("ToPort")
    if first is None or first == -1:
        return "all"
    return str(first) if first == last else f"{first}-{last}"
