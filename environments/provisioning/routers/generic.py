"""Any other router: every value by name."""

from environments.provisioning.routers import words
from environments.provisioning.routers.document import Connection, Phase, Tunnel


def render(connection: Connection) -> str:
    parts = [words.heading(connection, "#", "any router")]
    parts += [_tunnel(connection, tunnel) for tunnel in connection.tunnels]
    parts.append("Ranges behind AWS:             " + ", ".join(connection.networks))
    return "\n\n".join(parts) + "\n"


def _tunnel(connection: Connection, one: Tunnel) -> str:
    return f"""\
# Tunnel {one.number}
Your outer address:            {one.router_address}
Outer address of AWS:          {one.aws_address}
Your inner address:            {one.router_inside}/{one.prefix_length}
Inner address of AWS:          {one.aws_inside}/{one.prefix_length}
Pre-shared key:                {one.key}
{_phase("IKE (phase 1)", one.ike)}
{_phase("IPsec (phase 2), ESP", one.ipsec)}
Dead peer detection:           every {one.probe_interval} seconds, {one.probe_retries} tries
TCP maximum segment size:      {one.segment_size}
{_routing(connection, one)}"""


def _phase(name: str, phase: Phase) -> str:
    algorithms = f"{phase.encryption}, {phase.integrity}, Diffie-Hellman group {phase.group}"
    return f"{name + ':':<30} {algorithms}, lifetime {phase.lifetime} seconds"


def _routing(connection: Connection, one: Tunnel) -> str:
    if connection.is_static:
        return "Routing:                       static, to the ranges below"
    return (
        f"Routing:                       BGP, your ASN {one.router_asn}, ASN of AWS {one.aws_asn}, "
        f"neighbour {one.aws_inside}, hold time {one.hold_time} seconds"
    )
