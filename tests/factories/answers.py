"""A whole, sound intake: one answer table per section."""

from copy import deepcopy
from itertools import count
from typing import Any

_numbers = count(1)


def answers_for(
    account_id: str = "",
    region: str = "eu-west-1",
    production_vpc_id: str = "",
    production_cidr: str = "",
    test_vpc_id: str = "",
    test_cidr: str = "",
    *,
    zone: str = "acme.internal",
    products: tuple[str, ...] = ("api-manager", "identity-server"),
    dns: str = "route53",
) -> dict[str, dict[str, Any]]:
    """Return the answers of every section, by key. What is left out is made up, different in every call."""
    number = next(_numbers)
    high, low = divmod(number, 120)
    environments = [
        {
            "kind": "production",
            "name": "Production",
            "account_id": account_id or f"{300000000000 + number}",
            "region": region,
            "vpc_id": production_vpc_id or f"vpc-{2 * number:017x}",
            "cidr_blocks": [production_cidr or f"10.{2 * low + 1}.{4 * (high % 60)}.0/22"],
        },
        {
            "kind": "test",
            "name": "Test",
            "account_id": account_id or f"{300000000000 + number}",
            "region": region,
            "vpc_id": test_vpc_id or f"vpc-{2 * number + 1:017x}",
            "cidr_blocks": [test_cidr or f"172.16.{2 * low}.{16 * (high % 16)}/28"],
        },
    ]
    answers = deepcopy(ANSWERS)
    answers["remote_access"]["environments"] = environments
    answers["products"]["products"] = [_PRODUCTS[key] for key in products]
    answers["dns"] = {"choice": "route53", "zone": zone}
    if dns == "own":
        answers["dns"] = {"choice": "own", "zone": zone, "servers": ["10.30.0.2"]}
    return answers


_PRODUCTS: dict[str, dict[str, str]] = {
    "api-manager": {"product": "api-manager", "version": "4.5.0", "pattern": "ha"},
    "identity-server": {"product": "identity-server", "version": "7.1.0", "pattern": "ha"},
    "micro-integrator": {"product": "micro-integrator", "version": "4.4.0", "pattern": "ha"},
}

ANSWERS: dict[str, dict[str, Any]] = {
    "products": {
        "products": [_PRODUCTS["api-manager"], _PRODUCTS["identity-server"]],
        "domain": "integration.acme.example",
        "migration": True,
        "migration_decision": "Two databases move by dump and restore on the weekend before go-live.",
    },
    "remote_access": {
        "account_wish": False,
        "environments": [
            {
                "kind": "production",
                "name": "Production",
                "account_id": "222222222222",
                "region": "eu-west-1",
                "vpc_id": "vpc-0a1b2c3d4e5f60001",
                "cidr_blocks": ["10.20.0.0/16"],
            },
            {
                "kind": "test",
                "name": "Test",
                "account_id": "222222222222",
                "region": "eu-west-1",
                "vpc_id": "vpc-0a1b2c3d4e5f60002",
                "cidr_blocks": ["10.21.0.0/16"],
            },
        ],
    },
    "dns": {"choice": "route53", "zone": "acme.internal"},
    "smtp": {
        "choice": "own",
        "host": "mail.acme.example",
        "port": 587,
        "encryption": "starttls",
        "username": "alerts",
        "password": "mail-Password-73f",
        "sender": "alerts@acme.example",
    },
    "ntp": {"choice": "own", "servers": ["ntp1.acme.example", "ntp2.acme.example", "ntp3.acme.example"]},
    "data_centre": {
        "choice": "vpn",
        "gateway_ip": "52.16.10.20",
        "routing": "static",
        "prefixes": ["192.168.0.0/16"],
        "router_vendor": "Cisco Systems, Inc.",
        "router_model": "ISR Series Routers",
        "router_software": "IOS 12.4+",
    },
    "monitoring": {
        "alert_emails": ["operations@acme.example"],
        "alert_phones": ["+442079460958"],
        "dashboard_access": True,
        "internet_reachable": True,
        "availability_target": "99.9",
        "agreed_terms": "The security agent of Acme is installed on every host.",
    },
    "operating_system": {"systems": ["ubuntu"], "patch_day": "sunday", "patch_hour": 2},
    "backup": {
        "frequency": "daily",
        "disaster_recovery": True,
        "dr_region": "eu-central-1",
        "archive_to_glacier": True,
    },
    "logs": {"forward": True, "host": "logs.acme.example", "port": 6514, "protocol": "syslog_tls"},
    "users": {
        "people": [
            {"name": "Ada Admin", "email": "ada@acme.example", "access": "administrator"},
            {"name": "Dev Developer", "email": "dev@acme.example", "access": "developer"},
        ]
    },
}
