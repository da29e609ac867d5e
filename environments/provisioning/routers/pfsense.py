"""pfSense: the values in the order of its pages, since it takes no text."""

from environments.provisioning.routers import words
from environments.provisioning.routers.document import Connection, Tunnel


def render(connection: Connection) -> str:
    parts = [words.heading(connection, "#", "pfSense")]
    parts += [_tunnel(tunnel) for tunnel in connection.tunnels]
    parts.append(_routes(connection) if connection.is_static else _bgp(connection))
    parts.append("# Firewall > Rules > IPsec: let through what your people and the products need")
    return "\n\n".join(parts) + "\n"


def _tunnel(one: Tunnel) -> str:
    return f"""\
# Tunnel {one.number}
VPN > IPsec > Add P1
  Key Exchange version:        IKEv2
  Remote Gateway:              {one.aws_address}
  Authentication Method:       Mutual PSK
  My identifier:               IP address {one.router_address}
  Peer identifier:             IP address {one.aws_address}
  Pre-Shared Key:              {one.key}
  Encryption Algorithm:        AES, {words.bits(one.ike.encryption)} bits
  Hash:                        {words.digest(one.ike.integrity).upper()}
  DH Group:                    {one.ike.group}
  Life Time:                   {one.ike.lifetime}
  Dead Peer Detection:         delay {one.probe_interval}, max failures {one.probe_retries}
VPN > IPsec > Add P2
  Mode:                        Routed (VTI)
  Local Network:               Address {one.router_inside}
  Remote Network:              Address {one.aws_inside}
  Protocol:                    ESP
  Encryption Algorithms:       AES, {words.bits(one.ipsec.encryption)} bits
  Hash Algorithms:             {words.digest(one.ipsec.integrity).upper()}
  PFS key group:               {one.ipsec.group}
  Life Time:                   {one.ipsec.lifetime}
VPN > IPsec > Advanced Settings
  Maximum MSS:                 {one.segment_size}
Interfaces > Assignments:      add the new ipsec interface and enable it"""


def _routes(connection: Connection) -> str:
    lines = ["System > Routing > Static Routes"]
    for cidr in connection.networks:
        lines.append(
            f"  {cidr} through a gateway group of {' then '.join(_gateway(one) for one in connection.tunnels)}"
        )
    return "\n".join(lines)


def _gateway(one: Tunnel) -> str:
    return f"{one.aws_inside} (tunnel {one.number})"


def _bgp(connection: Connection) -> str:
    lines = ["Services > FRR BGP (package FRR)", f"  Local AS:                    {connection.tunnels[0].router_asn}"]
    for one in connection.tunnels:
        lines.append(f"  Neighbor {one.aws_inside}: remote AS {one.aws_asn}, hold time {one.hold_time}")
    return "\n".join([*lines, "  Networks to distribute:      ADAPT: the ranges behind your router"])
