"""Fortinet FortiOS on FortiGate: lines for the command line."""

from environments.provisioning.routers import words
from environments.provisioning.routers.document import Connection, Tunnel

_MTU = 1427


def render(connection: Connection) -> str:
    parts = [words.heading(connection, "#", "Fortinet FortiOS")]
    parts += [_tunnel(connection, tunnel) for tunnel in connection.tunnels]
    parts.append(_routes(connection) if connection.is_static else _bgp(connection))
    parts.append(_policies(connection))
    return "\n\n".join(parts) + "\n"


def _name(one: Tunnel) -> str:
    """Return the interface's name: FortiOS allows 15 characters."""
    return f"aws-tunnel-{one.number}"


def _tunnel(connection: Connection, one: Tunnel) -> str:
    ike = f"aes{words.bits(one.ike.encryption)}-{words.digest(one.ike.integrity)}"
    ipsec = f"aes{words.bits(one.ipsec.encryption)}-{words.digest(one.ipsec.integrity)}"
    return f"""\
# Tunnel {one.number} of {connection.id}
config vpn ipsec phase1-interface
 edit {_name(one)}
  # ADAPT: the interface with your public address
  set interface "wan1"
  set peertype any
  set local-gw {one.router_address}
  set remote-gw {one.aws_address}
  set psksecret {one.key}
  set proposal {ike}
  set dhgrp {one.ike.group}
  set keylife {one.ike.lifetime}
  set dpd on-idle
  set dpd-retryinterval {one.probe_interval}
  set dpd-retrycount {one.probe_retries}
 next
end
config vpn ipsec phase2-interface
 edit "{_name(one)}"
  set phase1name "{_name(one)}"
  set proposal {ipsec}
  set dhgrp {one.ipsec.group}
  set pfs enable
  set keylifeseconds {one.ipsec.lifetime}
  set auto-negotiate enable
 next
end
config system interface
 edit "{_name(one)}"
  set ip {one.router_inside} 255.255.255.255
  set remote-ip {one.aws_inside} {one.inside_mask}
  set allowaccess ping
  set tcp-mss {one.segment_size}
  set mtu-override enable
  set mtu {_MTU}
 next
end"""


def _routes(connection: Connection) -> str:
    lines = ["# Routes to the VPC; the second tunnel takes over when the first is down", "config router static"]
    for cidr in connection.networks:
        for one in connection.tunnels:
            lines += [
                " edit 0",
                f"  set dst {words.network(cidr)} {words.mask(cidr)}",
                f'  set device "{_name(one)}"',
                f"  set distance {10 * one.number}",
                " next",
            ]
    return "\n".join([*lines, "end"])


def _bgp(connection: Connection) -> str:
    lines = ["config router bgp", f" set as {connection.tunnels[0].router_asn}", " config neighbor"]
    for one in connection.tunnels:
        lines += [
            f"  edit {one.aws_inside}",
            f"   set remote-as {one.aws_asn}",
            f"   set holdtime-timer {one.hold_time}",
            "  next",
        ]
    lines += [" end", " # ADAPT: one entry for each range behind your router", " config network", "  edit 1"]
    return "\n".join([*lines, "   set prefix 192.0.2.0 255.255.255.0", "  next", " end", "end"])


def _policies(connection: Connection) -> str:
    tunnels = " ".join(f'"{_name(one)}"' for one in connection.tunnels)
    return f"""\
# FortiOS brings a tunnel up only where a policy uses it. ADAPT: the inner interface, and what you let through
config firewall policy
 edit 0
  set name "to-aws"
  set srcintf "internal"
  set dstintf {tunnels}
  set srcaddr "all"
  set dstaddr "all"
  set action accept
  set schedule "always"
  set service "ALL"
 next
 edit 0
  set name "from-aws"
  set srcintf {tunnels}
  set dstintf "internal"
  set srcaddr "all"
  set dstaddr "all"
  set action accept
  set schedule "always"
  set service "ALL"
 next
end"""
