"""What AWS charges for what stands, by the month: on-demand list prices of eu-west-1 in US dollars, without tax, traffic and
free tiers. An estimate, to compare plans by: AWS's bill is what counts.

Source: the public price pages of EC2, VPC, VPN, RDS, ELB, S3, KMS, CloudWatch and Route 53, as known on the date below; a month
has 730 hours, as there.
"""

from collections.abc import Mapping
from typing import Any

from environments.provisioning.step import Wanted

AS_OF = "2026-11-24"
HOURS = 730

_BY_HOUR: Mapping[str, float] = {
    "nat_gateway": 0.048,
    "vpn_connection": 0.05,
    "load_balancer": 0.0252,
    "resolver_endpoint": 2 * 0.125,
    "elastic_ip": 0.005,
}
_BY_MONTH: Mapping[str, float] = {
    "hosted_zone": 0.50,
    "kms_key": 1.00,
    "alarm": 0.10,
    "dashboard": 3.00,
    "secret": 0.40,
}
_INSTANCE_BY_HOUR: Mapping[str, float] = {
    "t3.medium": 0.0456,
    "t3.large": 0.0912,
    "t3.xlarge": 0.1824,
    "m5.large": 0.107,
    "m5.xlarge": 0.214,
    "m6i.large": 0.107,
    "m6i.xlarge": 0.214,
    "c5.xlarge": 0.192,
}
_DATABASE_BY_HOUR: Mapping[str, float] = {
    "db.t3.medium": 0.074,
    "db.t3.large": 0.148,
    "db.t4g.medium": 0.072,
    "db.m5.large": 0.188,
    "db.m6g.large": 0.168,
    "db.m6i.large": 0.188,
}
_VOLUME_BY_GIB = 0.088
_DATABASE_STORAGE_BY_GIB = 0.127


def monthly_usd(wanted: Wanted) -> float:
    """Return what a resource costs a month; 0 for what is free, charged by use alone, or not in the table."""
    given = wanted.attributes
    if wanted.kind == "instance":
        return _INSTANCE_BY_HOUR.get(str(given.get("instance_type")), 0.0) * HOURS
    if wanted.kind == "volume":
        return _gib(given) * _VOLUME_BY_GIB
    if wanted.kind == "database":
        zones = 2 if given.get("multi_az") else 1
        by_hour = _DATABASE_BY_HOUR.get(str(given.get("instance_class")), 0.0)
        return zones * (by_hour * HOURS + _gib(given) * _DATABASE_STORAGE_BY_GIB)
    return _BY_HOUR.get(wanted.kind, 0.0) * HOURS + _BY_MONTH.get(wanted.kind, 0.0)


def _gib(given: Mapping[str, Any]) -> float:
    return float(given.get("size_gib", 0) or 0)
