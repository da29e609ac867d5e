"""Address ranges that AWS keeps for itself or advises against, and where free ones are looked for.

Sources, read on the date below: VPC user guide, "VPC CIDR blocks" (reserved blocks, sizes of IPv6 blocks, 172.17.0.0/16) and
"Subnet sizing"; EC2 API, VpnTunnelOptionsSpecification (tunnels' inside addresses lie in 169.254.0.0/16); IPAM user guide,
"Private IPv6 addressing"; RFC 1918; IANA registries of IPv6 addresses.
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

INTERNET_IPV6 = "2000::/3"
"""What of IPv6 the Internet routes (RFC 4291, section 2.4; IANA IPv6 global unicast assignments)."""

NEVER_A_VPC_IPV6: dict[str, str] = {
    "2001::/23": "it is kept for protocols",
    "2001:db8::/32": "it is for documentation",
    "2002::/16": "it is 6to4, around IPv4 addresses",
    "3fff::/20": "it is for documentation",
}
"""What of that no network is given (IANA IPv6 special-purpose address registry; RFC 6890)."""

PRIVATE_UNICAST_IPV6 = "fc00::/7"
"""Private addresses of IPv6, those that AWS takes for a VPC among them (RFC 4193)."""

NEVER_A_SERVER_IPV6 = ("2001::/32", "2002::/16", "fd00:ec2::/32")
"""Addresses around an IPv4 one (Teredo, 6to4), and AWS's own services on a machine: metadata, DNS, time (EC2 user guide)."""

AWS_SERVICES = "198.19.0.0/16"
"""What AWS services use inside VPCs."""

DOCKER = "172.17.0.0/16"
"""Docker's own network on a machine, and that of services such as Cloud9 and SageMaker: a VPC with it works, until a machine
has to reach an address there."""

IPV6_LARGEST, IPV6_SMALLEST, IPV6_STEP = 44, 60, 4
"""Prefix lengths of a VPC's IPv6 block: /44 to /60, every fourth."""

KEPT_AT_START = 4
"""The first addresses of every subnet that AWS keeps; the last one too. The third is Amazon's own DNS server."""
