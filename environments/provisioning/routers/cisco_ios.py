"""Cisco IOS and IOS XE: route-based, one tunnel interface each."""

from environments.provisioning.routers import words
from environments.provisioning.routers.document import Connection, Tunnel

_HASH = {"sha1": "sha"}


def render(connection: Connection) -> str:
    parts = [words.heading(connection, "!", "Cisco IOS")]
    parts += [_tunnel(connection, tunnel) for tunnel in connection.tunnels]
    parts.append(_routes(connection) if connection.is_static else _bgp(connection))
    return "\n!\n".join(parts) + "\n"


def _tunnel(connection: Connection, one: Tunnel) -> str:
    name = f"{connection.id}-{one.number}"
    ike, ipsec = words.digest(one.ike.integrity), words.digest(one.ipsec.integrity)
    return f"""\
! Tunnel {one.number}
crypto isakmp policy {200 + one.number - 1}
 encryption aes {words.bits(one.ike.encryption)}
 authentication pre-share
 group {one.ike.group}
 lifetime {one.ike.lifetime}
 hash {_HASH.get(ike, ike)}
exit
crypto keyring keyring-{name}
 local-address {one.router_address}
 pre-shared-key address {one.aws_address} key {one.key}
exit
crypto isakmp profile isakmp-{name}
 local-address {one.router_address}
 match identity address {one.aws_address}
 keyring keyring-{name}
exit
crypto ipsec transform-set ipsec-prop-{name} esp-aes {words.bits(one.ipsec.encryption)} esp-{_HASH.get(ipsec, ipsec)}-hmac
 mode tunnel
exit
crypto ipsec profile ipsec-{name}
 set pfs group{one.ipsec.group}
 set security-association lifetime seconds {one.ipsec.lifetime}
 set transform-set ipsec-prop-{name}
exit
crypto ipsec df-bit clear
crypto ipsec fragmentation before-encryption
crypto isakmp keepalive {one.probe_interval} {one.probe_retries} on-demand
! ADAPT: the number of the tunnel interface must be free
interface Tunnel{one.number}
 ip address {one.router_inside} {one.inside_mask}
 ip virtual-reassembly
 tunnel source {one.router_address}
 tunnel destination {one.aws_address}
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile ipsec-{name}
 ip tcp adjust-mss {one.segment_size}
 no shutdown
exit"""


def _routes(connection: Connection) -> str:
    lines = ["! Routes to the VPC; the second tunnel takes over when the first is down"]
    for cidr in connection.networks:
        for one in connection.tunnels:
            distance = f" {100 * one.number}"
            lines.append(f"ip route {words.network(cidr)} {words.mask(cidr)} Tunnel{one.number}{distance}")
    return "\n".join(lines)


def _bgp(connection: Connection) -> str:
    lines = [f"router bgp {connection.tunnels[0].router_asn}"]
    for one in connection.tunnels:
        lines += [
            f" neighbor {one.aws_inside} remote-as {one.aws_asn}",
            f" neighbor {one.aws_inside} timers {one.hold_time // 3} {one.hold_time} {one.hold_time}",
            f" neighbor {one.aws_inside} activate",
            f" neighbor {one.aws_inside} soft-reconfiguration inbound",
        ]
    lines.append(" ! ADAPT: one line for each range behind your router")
    lines += [" ! network <range> mask <mask>", "exit"]
    return "\n".join(lines)
