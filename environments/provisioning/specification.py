"""The frozen answers of one environment, with names for what the steps ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Product:
    key: str
    version: str
    hostname: str
    address: str


@dataclass(frozen=True, slots=True)
class Spec:
    """One environment as approved. CIDR blocks are in canonical form; `zone` is empty where the customer runs the DNS."""

    environment_id: str
    environment_name: str
    kind: str
    customer_slug: str
    customer_account_id: str
    customer_region: str
    customer_vpc_id: str
    customer_cidrs: tuple[str, ...]
    role_arn: str
    external_id: str
    provider_name: str
    tag_prefix: str
    provider_account_id: str
    provider_region: str
    provider_vpc_id: str
    provider_cidr: str
    products: tuple[Product, ...]
    zone: str
    retention_days: int

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Spec:
        """Read the content of a `Specification`."""
        environment, customer, provider = content["environment"], content["customer"], content["provider"]
        dns = content["dns"]
        return cls(
            environment_id=environment["id"],
            environment_name=environment["name"],
            kind=environment["kind"],
            customer_slug=customer["slug"],
            customer_account_id=customer["account_id"],
            customer_region=customer["region"],
            customer_vpc_id=customer["vpc_id"],
            customer_cidrs=tuple(customer["cidr_blocks"]),
            role_arn=customer["role_arn"],
            external_id=customer["external_id"],
            provider_name=provider["name"],
            tag_prefix=provider["tag_prefix"],
            provider_account_id=provider["account_id"],
            provider_region=provider["region"],
            provider_vpc_id=provider["vpc_id"],
            provider_cidr=provider["cidr"],
            products=tuple(
                Product(row["product"], row["version"], row["hostname"], row["address"]) for row in content["products"]
            ),
            zone=dns["zone"] if dns["choice"] == "route53" else "",
            retention_days=content["logs"]["retention_days"],
        )
