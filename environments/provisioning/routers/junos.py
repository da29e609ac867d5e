"""Juniper Junos on SRX and J series: `set` lines for configuration mode."""

from environments.provisioning.routers import words
from environments.provisioning.routers.document import Connection, Tunnel

_DIGESTS = {"sha1": "sha1", "sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}
_ESP = {"sha1": "hmac-sha1-96", "sha256": "hmac-sha-256-128", "sha384": "hmac-sha-384", "sha512": "hmac-sha-512"}


def render(connection: Connection) -> str:
    parts = [words.heading(connection, "#", "Juniper Junos")]
    parts += [_tunnel(connection, tunnel) for tunnel in connection.tunnels]
    parts.append(_routes(connection) if connection.is_static else _bgp(connection))
    return "\n\n".join(parts) + "\n"


def _tunnel(connection: Connection, one: Tunnel) -> str:
    name, interface = f"{connection.id}-{one.number}", f"st0.{one.number}"
    ike, esp = _DIGESTS[words.digest(one.ike.integrity)], _ESP[words.digest(one.ipsec.integrity)]
    return f"""\
# Tunnel {one.number}
set security ike proposal ike-prop-{name} authentication-method pre-shared-keys
set security ike proposal ike-prop-{name} authentication-algorithm {ike}
set security ike proposal ike-prop-{name} encryption-algorithm aes-{words.bits(one.ike.encryption)}-cbc
set security ike proposal ike-prop-{name} lifetime-seconds {one.ike.lifetime}
set security ike proposal ike-prop-{name} dh-group group{one.ike.group}
set security ike policy ike-pol-{name} mode main
set security ike policy ike-pol-{name} proposals ike-prop-{name}
set security ike policy ike-pol-{name} pre-shared-key ascii-text "{one.key}"
set security ike gateway gw-{name} ike-policy ike-pol-{name}
set security ike gateway gw-{name} address {one.aws_address}
set security ike gateway gw-{name} local-identity inet {one.router_address}
set security ike gateway gw-{name} no-nat-traversal
set security ike gateway gw-{name} dead-peer-detection interval {one.probe_interval} threshold {one.probe_retries}
# ADAPT: the interface with your public address
set security ike gateway gw-{name} external-interface ge-0/0/0.0
set security ipsec proposal ipsec-prop-{name} protocol esp
set security ipsec proposal ipsec-prop-{name} authentication-algorithm {esp}
set security ipsec proposal ipsec-prop-{name} encryption-algorithm aes-{words.bits(one.ipsec.encryption)}-cbc
set security ipsec proposal ipsec-prop-{name} lifetime-seconds {one.ipsec.lifetime}
set security ipsec policy ipsec-pol-{name} perfect-forward-secrecy keys group{one.ipsec.group}
set security ipsec policy ipsec-pol-{name} proposals ipsec-prop-{name}
set security ipsec vpn {name} ike gateway gw-{name}
set security ipsec vpn {name} ike ipsec-policy ipsec-pol-{name}
set security ipsec vpn {name} df-bit clear
set security ipsec vpn {name} establish-tunnels immediately
set security ipsec vpn {name} bind-interface {interface}
set interfaces {interface} family inet address {one.router_inside}/{one.prefix_length}
set interfaces {interface} family inet mtu 1436
set security zones security-zone trust interfaces {interface}
set security zones security-zone untrust host-inbound-traffic system-services ike
set security flow tcp-mss ipsec-vpn mss {one.segment_size}"""


def _routes(connection: Connection) -> str:
    lines = ["# Routes to the VPC; the second tunnel takes over when the first is down"]
    for cidr in connection.networks:
        first, *others = connection.tunnels
        lines.append(f"set routing-options static route {cidr} next-hop st0.{first.number}")
        lines += [
            f"set routing-options static route {cidr} qualified-next-hop st0.{one.number} preference {100 * one.number}"
            for one in others
        ]
    return "\n".join(lines)


def _bgp(connection: Connection) -> str:
    lines = [
        "# ADAPT: the ranges behind your router",
        "set policy-options policy-statement EXPORT-TO-AWS term own from route-filter 192.0.2.0/24 exact",
        "set policy-options policy-statement EXPORT-TO-AWS term own then accept",
        "set security zones security-zone trust host-inbound-traffic protocols bgp",
    ]
    for one in connection.tunnels:
        neighbour = f"set protocols bgp group aws neighbor {one.aws_inside}"
        lines += [
            f"{neighbour} hold-time {one.hold_time}",
            f"{neighbour} peer-as {one.aws_asn}",
            f"{neighbour} local-as {one.router_asn}",
            f"{neighbour} export EXPORT-TO-AWS",
        ]
    return "\n".join(["set protocols bgp group aws type external", *lines])
