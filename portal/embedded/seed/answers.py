"""A whole intake for one of the stand-in's customer accounts."""

from typing import Any

from portal.accounts.models import User
from portal.embedded.aws_stand_in.accounts import CustomerAccount

_WITH_A_NEW_VPC, _NEW_VPC_CIDR = "888888888888", "10.82.0.0/20"
"""The account for whose test environment the provider makes the VPC, and its range."""

_VERSIONS = {"api-manager": "4.5.0", "identity-server": "7.1.0", "micro-integrator": "4.4.0"}


def answers_for(
    account: CustomerAccount, *, zone: str, products: tuple[str, ...], contact: User
) -> dict[str, dict[str, Any]]:
    """Return the answers of every section, by key: production and test in this account's two VPCs, or test in a new one."""
    domain = contact.email.partition("@")[2]
    return {
        "products": {
            "products": [{"product": key, "version": _VERSIONS[key], "pattern": "ha"} for key in products],
            "domain": f"integration.{domain}",
            "migration": False,
        },
        "remote_access": {
            "account_wish": False,
            "environments": [
                _environment(account, "production", account.production_vpc_id, account.production_cidr),
                _test(account),
            ],
        },
        "dns": {"choice": "route53", "zone": zone},
        "smtp": {"choice": "ses", "sender_domain": domain, "sender": f"alerts@{domain}"},
        "ntp": {"choice": "amazon"},
        "data_centre": {
            "choice": "vpn",
            "gateway_ip": "52.16.10.20",
            "routing": "static",
            "prefixes": ["192.168.40.0/22"],
            "router_vendor": "Cisco Systems, Inc.",
            "router_model": "ISR Series Routers",
            "router_software": "IOS 12.4+",
        },
        "monitoring": {
            "alert_emails": [f"operations@{domain}"],
            "alert_phones": [],
            "dashboard_access": True,
            "internet_reachable": True,
            "availability_target": "99.9",
            "agreed_terms": "",
        },
        "operating_system": {"systems": ["ubuntu"], "patch_day": "sunday", "patch_hour": 2},
        "backup": {
            "frequency": "daily",
            "disaster_recovery": True,
            "dr_region": "eu-central-1" if account.region != "eu-central-1" else "eu-west-1",
            "archive_to_glacier": True,
        },
        "logs": {"forward": False},
        "users": {"people": [{"name": contact.full_name, "email": contact.email, "access": "administrator"}]},
    }


def _test(account: CustomerAccount) -> dict[str, Any]:
    if account.account_id != _WITH_A_NEW_VPC:
        return _environment(account, "test", account.test_vpc_id, account.test_cidr)
    return {**_environment(account, "test", "", _NEW_VPC_CIDR), "vpc": "provider"}


def _environment(account: CustomerAccount, kind: str, vpc_id: str, cidr: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": kind.capitalize(),
        "account_id": account.account_id,
        "region": account.region,
        "vpc_id": vpc_id,
        "cidr_blocks": [cidr],
    }
