"""AWS quotas that an intake can run into, as they stand without a raise, and how far AWS raises them.

A live account may have more: the plan reads its own from Service Quotas (`environments/provisioning/quotas.py`). Sources, read
on the date below: VPC user guide, "Amazon VPC quotas"; VPC Peering Guide, "Quotas"; Site-to-Site VPN user guide, "Quotas";
EC2 API, CreateDhcpOptions; ACM user guide, "Certificate characteristics".
"""

AS_OF = "2026-11-24"

VPC_BLOCKS, MOST_VPC_BLOCKS = 5, 50
"""IPv4 blocks of one VPC: the default, and the most that AWS raises it to."""

VPC_IPV6_BLOCKS = 5

PEERINGS_PER_VPC, MOST_PEERINGS_PER_VPC = 50, 125
"""Active peerings of one VPC."""

ROUTES_PER_TABLE = 50
"""Routes of one route table that were not propagated. AWS raises it; beyond 100 its network slows down."""

STATIC_VPN_ROUTES = 100
"""Static prefixes of one VPN connection on a virtual private gateway; a route table takes no more propagated ones either."""

TIME_SERVERS_PER_FAMILY = 4
"""Time servers that DHCP announces, of IPv4 and IPv6 each."""

CERTIFICATE_NAME = 64
"""Characters of the first name of a certificate of ACM: it becomes the common name."""

ROOT_EMAIL = 64
"""Characters of the address of a new account's root user. Source: Organizations API, CreateAccount."""

NAME_TO_SIGN = 253 - len("._domainkey.") - 32
"""Characters of a domain that SES signs for: its records stand below, under a name of 32 letters."""

DIALLED_PORTS = {"starttls": (587, 2587), "tls": (465, 2465)}
"""Ports on which mail is handed in with a log-in. Source: SES developer guide, "Connecting to the SMTP endpoint"; RFC 8314."""
