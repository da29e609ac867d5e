"""Address ranges that AWS keeps for itself or advises against, and where free ones are looked for.

Sources, read on the date below: VPC user guide, "VPC CIDR blocks" (reserved blocks, sizes of IPv6 blocks, 172.17.0.0/16) and
"Subnet sizing"; EC2 API, VpnTunnelOptionsSpecification (tunnels' inside addresses lie in 169.254.0.0/16); IPAM user guide,
"Private IPv6 addressing"; RFC 1918.
"""

AS_OF = "2026-11-24"

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Private IPv4 addresses (RFC 1918)."""

PRIVATE_IPV6 = ("fd80::/9",)
"""The private IPv6 addresses that AWS takes for a VPC."""

NEVER_A_VPC: dict[str, str] = {
    "0.0.0.0/8": "it means “this network”",
    "127.0.0.0/8": "it is the loopback range",
    "169.254.0.0/16": "it is the link-local range, which AWS uses itself",
    "224.0.0.0/3": "it is the multicast and reserved range",
}

AWS_SERVICES = "198.19.0.0/16"
"""What AWS services use inside VPCs."""

DOCKER = "172.17.0.0/16"
"""Docker's own network on a machine, and that of services such as Cloud9 and SageMaker: a VPC with it works, until a machine
has to reach an address there."""

IPV6_LARGEST, IPV6_SMALLEST, IPV6_STEP = 44, 60, 4
"""Prefix lengths of a VPC's IPv6 block: /44 to /60, every fourth."""

KEPT_AT_START = 4
"""The first addresses of every subnet that AWS keeps; the last one too. The third is Amazon's own DNS server."""
