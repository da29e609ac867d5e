"""How much an intake asks of a person: questions, pages and clicks of the commonest case, from the log-in to the submission.

The case: one product in production and test, Route 53, SES, Amazon's time service, a static VPN. The bounds are what the
walk costs now; whoever adds a question raises them here, and in `docs/intake.md`.
"""

import sys
from typing import Any

import pytest

from onboarding.models import Section
from onboarding.states import SectionState
from tests.factories import onboardings, people
from tests.journeys.intake_walk import Walk

pytestmark = pytest.mark.django_db

BEFORE = (42, 16, 15)
"""Questions, pages and clicks when nothing was suggested yet."""
NOW = (13, 10, 9)
"""One suggestion does not fit: alerts go to a team, not to the first contact."""


def commonest(email: str, name: str) -> dict[str, dict[str, Any]]:
    def environment(kind: str, number: int) -> dict[str, Any]:
        return {
            "kind": kind,
            "name": kind.capitalize(),
            "account_id": "222222222222",
            "region": "eu-west-1",
            "vpc_id": f"vpc-0a1b2c3d4e5f6000{number}",
            "cidr_blocks": [f"10.2{number}.0.0/16"],
        }

    domain = email.partition("@")[2]
    return {
        "products": {"products": [{"product": "api-manager", "version": "4.5.0", "pattern": "ha"}]},
        "remote_access": {"environments": [environment("production", 0), environment("test", 1)]},
        "dns": {"choice": "route53", "zone": "acme.internal"},
        "smtp": {"choice": "ses", "sender_domain": domain, "sender": f"alerts@{domain}"},
        "ntp": {"choice": "amazon"},
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
            "dashboard_access": True,
            "internet_reachable": True,
            "availability_target": "99.9",
        },
        "operating_system": {"systems": ["ubuntu"], "patch_day": "sunday", "patch_hour": 2},
        "backup": {"frequency": "daily", "disaster_recovery": False, "archive_to_glacier": False},
        "logs": {"forward": False},
        "users": {"people": [{"name": name, "email": email, "access": "administrator"}]},
    }


def test_the_commonest_intake_costs_no_more_than_it_did() -> None:
    customer = people.customer("Acme")
    contact = people.customer_administrator(customer)
    contact.email = "ada@acme.example"
    contact.save()
    onboarding = onboardings.onboarding(customer)
    answers = commonest(contact.email, contact.full_name)

    count = Walk(contact.email, people.PASSWORD, answers).to_the_end()

    sys.stdout.write(f"before: {BEFORE}\nnow: {count}\n")
    sys.stdout.write("".join(f"  {line}\n" for line in [*count.questions, *count.pages, *count.clicks]))
    assert (len(count.questions), len(count.pages), len(count.clicks)) == NOW
    stored = {row.key: row for row in Section.objects.filter(onboarding=onboarding)}
    assert {row.state for row in stored.values()} == {SectionState.SUBMITTED}
    assert {key: row.answers for key, row in stored.items()} == answers
