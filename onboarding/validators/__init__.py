"""Rules of single values, each with its source.

A rule takes text (or a number), returns the canonical value, and raises `ValueProblem` with a sentence that says what
is wrong, why, and how to mend it. It asks nothing of the network.
"""

from onboarding.validators.aws import aws_account_id, bgp_asn, environment_name, root_email, vlan, vpc_id
from onboarding.validators.contacts import email_address, http_proxy, one_line, phone_number, smtp_port, tcp_port
from onboarding.validators.names import (
    domain_name,
    host,
    ntp_server,
    public_domain,
    too_few_or_many_time_servers,
    zone_name,
)
from onboarding.validators.networks import (
    dns_server,
    gateway_ip,
    network,
    overlap,
    routed_prefix,
    server_address,
    vpc_cidr,
    vpc_ipv6_cidr,
)
from onboarding.validators.problem import ValueProblem

__all__ = [
    "ValueProblem",
    "aws_account_id",
    "bgp_asn",
    "dns_server",
    "domain_name",
    "email_address",
    "environment_name",
    "gateway_ip",
    "host",
    "http_proxy",
    "network",
    "ntp_server",
    "one_line",
    "overlap",
    "phone_number",
    "public_domain",
    "root_email",
    "routed_prefix",
    "server_address",
    "smtp_port",
    "tcp_port",
    "too_few_or_many_time_servers",
    "vlan",
    "vpc_cidr",
    "vpc_id",
    "vpc_ipv6_cidr",
    "zone_name",
]
