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
    """A server that was given by its address. `host` is in CIDR form."""

    pointer: str
    address: IPv4Address | IPv6Address

    @property
    def host(self) -> str:
        return f"{self.address}/{self.address.max_prefixlen}"


def server_is_not_the_providers(intake: Intake) -> Iterable[FieldProblem]:
    """Source: row S2: the provider's VPC belongs to its corporate network."""
    for server in _servers(intake):
        if overlap(server.host, hub()):
            message = (
                f"{server.address} is an address of {settings.PROVIDER_NAME}'s own network, where none of your servers is. "
                f"Give the address of your {_WHAT[intake.key]}."
            )
            yield FieldProblem(server.pointer, message, "not_yours")


def server_has_an_address_that_aws_gives(intake: Intake) -> Iterable[FieldProblem]:
    """AWS keeps the first four addresses of every subnet and the last. Source: VPC user guide, "Subnet sizing"."""
    for server in _servers(intake):
        place = _home(intake, server)
        if place and server.address.version == 4 and _is_kept(server, place.block):
            message = (
                f"{server.address} is reserved by AWS in {place.block} of “{name_of(place.row)}”: no server of yours has it. "
                f"Give the address of your {_WHAT[intake.key]}."
            )
            yield FieldProblem(server.pointer, message, "reserved_address")


def new_vpcs_lead_to_the_server(intake: Intake) -> Iterable[FieldProblem]:
    """Out of a VPC that the provider makes leads what these answers say, and nothing else."""
    for server in _private(intake):
        for row in intake.environments:
            why = _no_way(intake, server) if is_new(row) and not _is_in(server, row) else ""
            if why:
                message = (
                    f"Nothing leads from the new VPC of “{name_of(row)}” to {server.address}: {why}, or give a "
                    f"{_WHAT[intake.key]} that is reached over the Internet."
                )
                yield FieldProblem(server.pointer, message, "out_of_reach")
                break


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
    for server in _servers(intake):
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


def _servers(intake: Intake) -> Iterator[Server]:
    """Yield the servers of the judged section that were given by address."""
    given = intake.section(intake.key)
    lists = [(f"servers/{index}", value) for index, value in enumerate(given.get("servers", []))]
    proxy = urlsplit(given.get("http_proxy", "")).hostname or ""
    for pointer, value in (*lists, ("host", given.get("host", "")), ("http_proxy", proxy)):
        try:
            yield Server(pointer, ip_address(value))
        except ValueError:
            continue


def _private(intake: Intake) -> Iterator[Server]:
    """Yield those with an address that the Internet does not reach, outside the provider's network."""
    return (server for server in _servers(intake) if not server.address.is_global and not overlap(server.host, hub()))


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
    if connection.get("choice") == "none":
        return "you chose no data-centre connection. Choose one"
    if connection.get("routing") == "static" and intake.prefixes and not overlap(server.host, intake.prefixes):
        return "it is behind none of the prefixes of your router. Add its prefix under “Data-centre connection”"
    return ""
