"""Service Quotas: the quotas of the other services that the portal counts against; moto knows those of VPC."""

from typing import Any

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend

QUOTAS = {
    "ebs": {"L-7A658B76": ("Storage for General Purpose SSD (gp3) volumes, in TiB", 50)},
    "ec2": {
        "L-0263D0A3": ("EC2-VPC Elastic IPs", 5),
        "L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 256),
        "L-3E6EC3A3": ("VPN connections per Region", 50),
        "L-4FB7FF5D": ("Customer gateways per Region", 50),
        "L-7029FAB6": ("Virtual private gateways per Region", 5),
        "L-FB451C26": ("Launch templates per Region", 5000),
    },
    "elasticloadbalancing": {
        "L-53DA6B97": ("Application Load Balancers per Region", 50),
        "L-69A177A2": ("Network Load Balancers per Region", 50),
        "L-B22855CB": ("Target Groups per Region", 3000),
    },
    "iam": {"L-6E65F664": ("Instance profiles per account", 1000), "L-FE177D64": ("Roles per account", 1000)},
    "rds": {"L-48C6BF61": ("DB subnet groups", 50), "L-7B6409FD": ("DB instances", 40)},
    "route53": {"L-4EA4796A": ("Hosted zones", 500)},
    "s3": {"L-DC2B2D3D": ("General purpose buckets", 10000)},
}
"""Name and value by service and code: AWS's defaults, but for the instances, whose default of 5 every account has raised."""


def install() -> None:
    get, defaults = ServiceQuotasBackend.get_service_quota, ServiceQuotasBackend.list_aws_default_service_quotas

    def get_known(self: Any, service_code: str, quota_code: str) -> dict[str, Any]:
        if service_code not in QUOTAS:
            known: dict[str, Any] = get(self, service_code, quota_code)
            return known
        found = [row for row in _rows(self, service_code) if row["QuotaCode"] == quota_code]
        if not found:
            raise NoSuchResource
        return found[0]

    def list_known(self: Any, service_code: str) -> list[dict[str, Any]]:
        return _rows(self, service_code) if service_code in QUOTAS else defaults(self, service_code)

    ServiceQuotasBackend.get_service_quota = get_known
    ServiceQuotasBackend.list_aws_default_service_quotas = list_known


def _rows(backend: Any, service: str) -> list[dict[str, Any]]:
    return [
        {
            "ServiceCode": service,
            "QuotaCode": code,
            "QuotaName": name,
            "QuotaArn": f"arn:aws:servicequotas:{backend.region_name}:{backend.account_id}:{service}/{code}",
            "Value": float(value),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": service in ("iam", "route53", "s3"),
        }
        for code, (name, value) in QUOTAS[service].items()
    ]
