"""One table of answers that cannot be: the page and the API refuse them with the same words, at the same place."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.sections import SECTIONS
from onboarding.services import onboardings as services
from tests.api.caller import Caller
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db

PRODUCTION = {
    "kind": "production",
    "name": "Production",
    "account_id": "222222222222",
    "region": "eu-west-1",
    "vpc_id": "vpc-0a1b2c3d4e5f60001",
    "cidr_blocks": ["10.20.0.0/16"],
}

# Section, answers, and a part of one of the sentences: what is refused is not something else.
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("products", {}, "Add"),
    ("remote_access", {"environments": [{**PRODUCTION, "account_id": "12345678901"}]}, "11"),
    ("remote_access", {"environments": [{**PRODUCTION, "vpc_id": "subnet-0a1b2c3d"}]}, "subnet"),
    ("remote_access", {"environments": [{**PRODUCTION, "cidr_blocks": ["10.20.0.1/16"]}]}, "10.20.0.0/16"),
    ("remote_access", {"environments": [{**PRODUCTION, "cidr_blocks": ["10.200.0.0/16"]}]}, "overlaps"),
    ("remote_access", {"environments": [{**PRODUCTION, "kind": "test"}]}, "must be production"),
    ("remote_access", {"environments": [PRODUCTION, {**PRODUCTION, "kind": "test", "name": "T"}]}, "different VPCs"),
    ("dns", {"choice": "own", "zone": "acme.internal", "servers": ["10.20.0.999"]}, "10.20.0.999"),
    ("dns", {"choice": "route53", "zone": "internal"}, "internal"),
    ("dns", {"choice": "carrier pigeon"}, ""),
    ("smtp", {"choice": "own", "host": "mail.acme.example", "port": 25, "encryption": "starttls"}, "25"),
    ("smtp", {"choice": "own", "port": 70000}, "70000"),
    ("smtp", {"choice": "own", "port": "five hundred"}, "whole number"),
    ("ntp", {"choice": "own", "servers": ["not a host"]}, "not a host"),
    ("data_centre", {"choice": "vpn", "gateway_ip": "192.168.1.1"}, "192.168.1.1"),
    ("data_centre", {"choice": "vpn", "routing": "bgp", "bgp_asn": 7224}, "7224"),
    ("monitoring", {"alert_emails": ["ops@"]}, "after @"),
    ("monitoring", {"alert_phones": ["call me"]}, "call me"),
    ("operating_system", {"systems": ["ubuntu"], "patch_hour": 25}, "25"),
    ("backup", {"frequency": "daily", "disaster_recovery": True, "dr_region": "mars-north-1"}, ""),
    ("logs", {"forward": True, "host": "logs.acme.example", "port": 0, "protocol": "syslog_tls"}, ""),
    ("users", {"people": [{"name": "Ada", "email": "ada", "access": "administrator"}]}, "e-mail"),
]


@pytest.mark.parametrize(("key", "answers", "said"), BAD, ids=[f"{key}-{n}" for n, (key, *_) in enumerate(BAD)])
def test_page_and_api_refuse_with_the_same_words(key: str, answers: dict[str, Any], said: str) -> None:
    by_page = refused_by_page(key, answers)
    by_api = refused_by_api(key, answers)

    assert by_page == by_api
    assert by_api
    assert any(said in message for _, message in by_api)


@pytest.mark.parametrize("key", [section.key for section in SECTIONS])
def test_page_and_api_ask_for_the_same_missing_answers(key: str) -> None:
    assert refused_by_page(key, {}) == refused_by_api(key, {})


@pytest.mark.parametrize("key", [section.key for section in SECTIONS])
def test_page_and_api_take_the_same_sound_answers(key: str) -> None:
    answers = answers_for()[key]

    assert refused_by_page(key, answers) == refused_by_api(key, answers) == set()


def refused_by_page(key: str, answers: dict[str, Any]) -> set[tuple[str, str]]:
    """Press “Save and submit” on the section's page; return pointer and sentence of each problem that it shows."""
    onboarding = onboardings.onboarding()
    browser = Client()
    browser.force_login(people.contact(onboarding.customer))
    data = {**form_of(answers), "revision": "0", "act": "submit"}
    response: Any = browser.post(reverse("section", args=(onboarding.pk, key)), data)
    # Its ranges are free again, for whoever comes by the API.
    services.cancel(onboarding, by=people.account_manager())
    if response.status_code == 302:
        return set()
    assert response.status_code == 422
    return {(problem.pointer, problem.message) for problem in response.context["problems"]}


def refused_by_api(key: str, answers: dict[str, Any]) -> set[tuple[str, str]]:
    """Save and submit; what no draft can hold is refused by the save, and the rest is saved and submitted without it."""
    onboarding = onboardings.onboarding()
    caller = Caller(people.contact(onboarding.customer))
    path = f"/sections/{onboardings.section(onboarding, key).pk}"
    saved = caller.patch(path, {"answers": answers}, If_Match='"r0"')
    found = []
    if saved.status_code == 400:
        found = saved.data["errors"]
        kept = {name: value for name, value in answers.items() if f"/answers/{name}" not in _pointers(found)}
        saved = caller.patch(path, {"answers": kept}, If_Match='"r0"')
    submitted = caller.post(f"{path}/submissions", If_Match=saved["ETag"])
    found += submitted.data["errors"] if submitted.status_code == 400 else []
    assert submitted.status_code == 200 or _pointers(submitted.data["errors"]) == _pointers(saved.data["problems"])
    return {(problem["pointer"].removeprefix("/answers").strip("/"), problem["message"]) for problem in found}


def _pointers(problems: list[dict[str, str]]) -> set[str]:
    return {problem["pointer"] for problem in problems}


def form_of(answers: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the answers as the section's form would send them."""
    fields: dict[str, Any] = {}
    for key, value in answers.items():
        name = prefix + key
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value):
                fields |= form_of(row, f"{name}-{number}-")
        elif isinstance(value, bool):
            fields[name] = str(value).lower()
        else:
            fields[name] = value
    return fields
