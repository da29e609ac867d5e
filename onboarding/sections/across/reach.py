"""Who reaches the customer's servers: DNS, mail, time, proxy, log collector.

The machines of an environment reach what their own VPC leads to: its own addresses, the Internet, and the data centre over the
VPC's own VPN or line. A peering passes none of that on: from the provider's VPC only the VPC's own addresses are reached, and
from one VPC of the customer no other one (VPC Peering Guide, "Unsupported VPC peering configurations": not transitive, no
edge-to-edge routing). Names are left to the checks: what they stand for can change.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from environments.catalogue.ranges import KEPT_AT_START
from onboarding.sections.across.intake import Block, Intake, Row, hub, is_new, name_of
from onboarding.validators import overlap
from portal.core.errors import FieldProblem

SECTIONS = ("dns", "smtp", "ntp", "monitoring", "logs")

_WHAT = {
    "dns": "DNS server",
    "smtp": "mail server",
    "ntp": "time server",
    "monitoring": "HTTP proxy",
    "logs": "log collector",
}

_WHERE = {
    "dns": "DNS",
    "smtp": "SMTP",
    "ntp": "NTP",
    "monitoring": "Monitoring and alerts",
    "logs": "Logs",
}
"""The titles of these sections, for what is told elsewhere."""

_REMEDIES = {
    "dns": "Its operators then find your products by address only. To let them use names, give a DNS server inside the VPC "
    "that forwards to this one, or choose Amazon Route 53.",
    "smtp": "Your products can send through it. If the provider's own systems shall send through it too, give a relay inside "
    "the VPC, choose Amazon SES, or end the connection on a transit gateway.",
    "ntp": "Nothing of the provider's has to follow it: nothing to do.",
    "monitoring": "What goes out from the provider's VPC takes its own way: nothing to do.",
    "logs": "Logs are sent by your machines only: nothing to do.",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was given by its address in the section `key`. `host` is in CIDR form."""

    key: str
    pointer: str
    address: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return it as another section names it."""
        return f"{self.address}, your {_WHAT[self.key]} under “{_WHERE[self.key]}”"

    @property
    def host(self) -> str:
        return f"{self.address}/{self.address.max_prefixlen}"


def server_is_not_the_providers(intake: Intake) -> Iterable[FieldProblem]:
    """Source: row S2: the provider's VPC belongs to its corporate network."""
    for server in _servers(intake, intake.key):
        if overlap(server.host, hub()):
            message = (
                f"{server.address} is an address of {settings.PROVIDER_NAME}'s own network, where none of your servers is. "
                f"Give the address of your {_WHAT[intake.key]}."
            )
            yield FieldProblem(server.pointer, message, "not_yours")


def server_has_an_address_that_aws_gives(intake: Intake) -> Iterable[FieldProblem]:
    """AWS keeps the first four addresses of every subnet and the last. Source: VPC user guide, "Subnet sizing"."""
    for server, place in _on_kept_addresses(intake, _servers(intake, intake.key)):
        message = (
            f"{server.address} is reserved by AWS in {place.block} of “{name_of(place.row)}”: no server of yours has it. "
            f"Give the address of your {_WHAT[intake.key]}."
        )
        yield FieldProblem(server.pointer, message, "reserved_address")


def blocks_leave_the_servers_their_addresses(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where the blocks are answered."""
    for server, place in _on_kept_addresses(intake, _all_servers(intake)):
        message = (
            f"AWS reserves an address in {place.block} that is said to be in use: {server}. Correct one of the two."
        )
        yield FieldProblem(place.pointer, message, "reserved_address")


def new_vpcs_lead_to_the_server(intake: Intake) -> Iterable[FieldProblem]:
    """Out of a VPC that the provider makes leads what these answers say, and nothing else."""
    for server in _private(intake):
        row = next((row for row in intake.environments if _is_cut_off(intake, row, server)), None)
        if row:
            message = (
                f"Nothing leads from the new VPC of “{name_of(row)}” to {server.address}: {_no_way(intake, server)}, or give "
                f"a {_WHAT[intake.key]} that is reached over the Internet."
            )
            yield FieldProblem(server.pointer, message, "out_of_reach")


def new_vpcs_reach_the_servers(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where it is answered that the provider makes the VPC; once for all servers."""
    for index, row in enumerate(intake.environments):
        cut_off = [server for server in _all_servers(intake) if _is_cut_off(intake, row, server)]
        if cut_off:
            message = (
                f"Nothing would lead from a new VPC to {_listed(cut_off)}. Use a VPC of yours that leads there, change the "
                "way under “Data-centre connection”, or give a server that is reached over the Internet."
            )
            yield FieldProblem(f"environments/{index}/vpc", message, "out_of_reach")


def connection_leads_to_the_servers(intake: Intake) -> Iterable[FieldProblem]:
    """The same, told where the connection is answered; once for all servers."""
    rows = intake.environments
    cut_off = [one for one in _all_servers(intake) if any(_is_cut_off(intake, row, one) for row in rows)]
    if not cut_off:
        return
    pointer, mend = ("choice", "Choose a connection") if _is_none(intake) else ("prefixes", "Add the prefix")
    names = dict.fromkeys(name_of(row) for row in rows if any(_is_cut_off(intake, row, one) for one in cut_off))
    message = (
        f"Nothing would lead from the new VPC of {', '.join(f'“{name}”' for name in names)} to {_listed(cut_off)}. {mend}, or "
        "give a server that is reached over the Internet."
    )
    yield FieldProblem(pointer, message, "out_of_reach")


def server_is_beyond_the_peering(intake: Intake) -> Iterable[FieldProblem]:
    """A hint, once for all of them: in the data centre, which the provider's VPC does not reach."""
    if intake.section("data_centre").get("choice") not in ("vpn", "direct_connect"):
        return
    beyond = [one for one in _private(intake) if _home(intake, one) is None and not _no_way(intake, one)]
    if beyond:
        addresses = ", ".join(str(server.address) for server in beyond)
        message = (
            f"In your data centre, whose connection ends on your VPC: {addresses}. Your machines reach it; "
            f"{settings.PROVIDER_NAME}'s VPC does not, since a peering does not pass the connection on. {_REMEDIES[intake.key]}"
        )
        yield FieldProblem(beyond[0].pointer, message, "beyond_the_peering")


def server_is_in_one_vpc(intake: Intake) -> Iterable[FieldProblem]:
    """A hint: one of the customer's VPCs does not reach another one through the provider's."""
    for server in _servers(intake, intake.key):
        place = _home(intake, server)
        others = [name_of(row) for row in intake.environments if place and row is not place.row]
        if place and others:
            message = (
                f"{server.address} is in the VPC of “{name_of(place.row)}”. A peering with {settings.PROVIDER_NAME} leads to "
                f"none of your other VPCs: for {', '.join(others)}, connect the VPCs with each other."
            )
            yield FieldProblem(server.pointer, message, "in_one_vpc")


def way_to_the_server_is_not_known(intake: Intake) -> Iterable[FieldProblem]:
    """A hint: nothing in these answers leads there, and an existing VPC may have ways of its own."""
    for server in _private(intake):
        if _home(intake, server) is None and _no_way(intake, server):
            message = (
                f"{server.address} is a private address, and nothing in these answers leads to it. Check that the route tables "
                "of your VPCs do, or add the way under “Data-centre connection”."
            )
            yield FieldProblem(server.pointer, message, "way_not_known")


def name_is_of_multicast_dns(intake: Intake) -> Iterable[FieldProblem]:
    """A hint. Source: RFC 6762, section 3 (names in .local)."""
    for pointer, name in _given(intake, intake.key):
        if name.endswith(".local"):
            message = (
                f"{name} ends in .local, which belongs to multicast DNS: many machines never ask a DNS server for it. Give "
                f"another name of your {_WHAT[intake.key]}, or its address."
            )
            yield FieldProblem(pointer, message, "multicast_name")


def _given(intake: Intake, key: str) -> Iterator[tuple[str, str]]:
    """Yield the names and addresses of the servers of a section, with where each was answered."""
    given = intake.section(key)
    lists = [(f"servers/{index}", value) for index, value in enumerate(given.get("servers", []))]
    proxy = urlsplit(given.get("http_proxy", "")).hostname or ""
    yield from (*lists, ("host", given.get("host", "")), ("http_proxy", proxy))


def _servers(intake: Intake, key: str) -> Iterator[Server]:
    """Yield the servers of a section that were given by address."""
    for pointer, value in _given(intake, key):
        try:
            yield Server(key, pointer, ip_address(value))
        except ValueError:
            continue


def _all_servers(intake: Intake) -> Iterator[Server]:
    return (server for key in SECTIONS for server in _servers(intake, key))


def _private(intake: Intake) -> Iterator[Server]:
    """Yield those of the judged section that the Internet does not reach."""
    return (server for server in _servers(intake, intake.key) if _is_private(server))


def _is_private(server: Server) -> bool:
    """Return whether the Internet does not reach its address, which is outside the provider's network."""
    return not server.address.is_global and not overlap(server.host, hub())


def _is_cut_off(intake: Intake, row: Row, server: Server) -> bool:
    """Return whether the VPC is new, and none of its ways leads to the server."""
    return is_new(row) and _is_private(server) and not _is_in(server, row) and bool(_no_way(intake, server))


def _on_kept_addresses(intake: Intake, servers: Iterable[Server]) -> Iterator[tuple[Server, Block]]:
    """Yield those that are said to have an address that AWS keeps, with the block of which it is one."""
    for server in servers:
        place = _home(intake, server)
        if place and server.address.version == 4 and _is_kept(server, place.block):
            yield server, place


def _listed(servers: Iterable[Server]) -> str:
    return "; ".join(str(server) for server in servers)


def _home(intake: Intake, server: Server) -> Block | None:
    """Return the block of the customer's VPCs in which the server is."""
    return next((place for place in intake.blocks() if overlap(server.host, [place.block])), None)


def _is_in(server: Server, row: Row) -> bool:
    return overlap(server.host, [*row.get("cidr_blocks", []), *row.get("ipv6_blocks", [])]) is not None


def _is_kept(server: Server, block: str) -> bool:
    network = ip_network(block)
    offset = int(server.address) - int(network.network_address)
    return offset < KEPT_AT_START or offset == network.num_addresses - 1


def _no_way(intake: Intake, server: Server) -> str:
    """Return why the data-centre connection does not lead to the server, and what would; nothing where it does or may."""
    connection = intake.section("data_centre")
    if _is_none(intake):
        return "you chose no data-centre connection. Choose one"
    if connection.get("routing") == "static" and intake.prefixes and not overlap(server.host, intake.prefixes):
        return "it is behind none of the prefixes of your router. Add its prefix under “Data-centre connection”"
    return ""


def _is_none(intake: Intake) -> bool:
    return intake.section("data_centre").get("choice") == "none"
