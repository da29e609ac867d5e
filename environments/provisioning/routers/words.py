"""What the texts for all routers share."""

from ipaddress import ip_network

from environments.provisioning.routers.document import Connection


def heading(connection: Connection, mark: str, family: str) -> str:
    """Return the comment that each text begins with."""
    lines = (
        f"VPN connection {connection.id} for {family}.",
        "It holds the pre-shared keys of both tunnels: keep it as you keep a password.",
        "Configure both tunnels. AWS takes one down for maintenance from time to time.",
        "Read it before you use it, and adapt what says ADAPT: names of interfaces, and what your router already has.",
        "Let UDP 500, UDP 4500 and IP protocol 50 through your firewall, both ways, for:",
        *(f"  tunnel {one.number}: {one.aws_address}" for one in connection.tunnels),
    )
    return "\n".join(f"{mark} {line}" for line in lines)


def network(cidr: str) -> str:
    return str(ip_network(cidr).network_address)


def mask(cidr: str) -> str:
    return str(ip_network(cidr).netmask)


def bits(encryption: str) -> str:
    """Return the key length in `aes-128-cbc` or `AES128-GCM-16`."""
    return "256" if "256" in encryption else "128"


def digest(integrity: str) -> str:
    """Return `sha1`, `sha256`, `sha384` or `sha512` for what AWS writes as `hmac-sha1-96`, `sha1`, `hmac-sha2-256`..."""
    said = integrity.casefold()
    return next((f"sha{size}" for size in ("256", "384", "512") if size in said), "sha1")
