"""strongSwan with swanctl, on Linux: route-based over XFRM interfaces."""

from environments.provisioning.routers import words
from environments.provisioning.routers.document import Connection, Phase, Tunnel

_GROUPS = {2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096", 19: "ecp256", 20: "ecp384"}


def render(connection: Connection) -> str:
    tunnels = connection.tunnels
    parts = [
        words.heading(connection, "#", "strongSwan"),
        "# /etc/swanctl/conf.d/aws.conf",
        "connections {\n" + "\n".join(_connection(one) for one in tunnels) + "\n}",
        "secrets {\n" + "\n".join(_secret(one) for one in tunnels) + "\n}",
        "# Once at every start, as root",
        "\n".join(_interface(one) for one in tunnels),
        _routes(connection) if connection.is_static else _bgp(connection),
        "# Then: swanctl --load-all && swanctl --list-sas",
    ]
    return "\n\n".join(parts) + "\n"


def proposal(phase: Phase) -> str:
    group = _GROUPS.get(phase.group, f"group{phase.group}")
    return f"aes{words.bits(phase.encryption)}-{words.digest(phase.integrity)}-{group}"


def _connection(one: Tunnel) -> str:
    return f"""\
  aws-{one.number} {{
    version = 2
    local_addrs = {one.router_address}
    remote_addrs = {one.aws_address}
    proposals = {proposal(one.ike)}
    rekey_time = {one.ike.lifetime}s
    dpd_delay = {one.probe_interval}s
    if_id_in = {one.number}
    if_id_out = {one.number}
    local {{
      auth = psk
      id = {one.router_address}
    }}
    remote {{
      auth = psk
      id = {one.aws_address}
    }}
    children {{
      aws-{one.number} {{
        local_ts = 0.0.0.0/0
        remote_ts = 0.0.0.0/0
        esp_proposals = {proposal(one.ipsec)}
        rekey_time = {one.ipsec.lifetime}s
        dpd_action = restart
        start_action = start
      }}
    }}
  }}"""


def _secret(one: Tunnel) -> str:
    return f'  ike-aws-{one.number} {{\n    id = {one.aws_address}\n    secret = "{one.key}"\n  }}'


def _interface(one: Tunnel) -> str:
    return f"""\
# ADAPT: eth0 is the interface with your public address
ip link add aws{one.number} type xfrm dev eth0 if_id {one.number}
ip address add {one.router_inside}/{one.prefix_length} dev aws{one.number}
ip link set aws{one.number} up mtu 1436
iptables -t mangle -A FORWARD -o aws{one.number} -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {one.segment_size}"""


def _routes(connection: Connection) -> str:
    lines = ["# Routes to the VPC; the second tunnel takes over when the first is down"]
    for cidr in connection.networks:
        lines += [f"ip route add {cidr} dev aws{one.number} metric {100 * one.number}" for one in connection.tunnels]
    return "\n".join(lines)


def _bgp(connection: Connection) -> str:
    lines = ["# BGP, as lines for FRRouting (vtysh)", f"#   router bgp {connection.tunnels[0].router_asn}"]
    for one in connection.tunnels:
        lines += [
            f"#    neighbor {one.aws_inside} remote-as {one.aws_asn}",
            f"#    neighbor {one.aws_inside} timers {one.hold_time // 3} {one.hold_time}",
        ]
    return "\n".join([*lines, "#    ADAPT: network <range behind your router>"])
