"""Every case of every rule through every way in: the service, the page's form, the API and a file.

The service is held against the table; page, API and file against the service, message by message. One test for each section
and way in, since what is saved stays until the next case.
"""

import html
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from environments.models import AwsAccount, Environment
from onboarding import validators as v
from onboarding.models import Onboarding, Section
from onboarding.sections import SECTIONS, across, definition
from onboarding.sections.questions import MISSING
from onboarding.services import intake_files, judging
from onboarding.states import SectionState
from portal.accounts.models import Customer, User
from tests.api.caller import Caller
from tests.factories import onboardings, people
from tests.onboarding.rule_cases import ACCEPTED, REFUSED
from tests.onboarding.section_cases import CASES, EDGE, REJECT, Answers, Case, environments, of

pytestmark = pytest.mark.django_db

BY_KEY = pytest.mark.parametrize("key", [section.key for section in SECTIONS])
_HINTS = {rule.__name__ for _, rule in across.HINTS}
_SEALED = {"secret": "sec_1", "set_at": "2026-03-12T10:00:00+00:00", "ends": ""}

_PROXY = {"internet_reachable": False}
_SES = {"choice": "ses", "sender_domain": "acme.example"}
_BGP = {"routing": "bgp", "bgp_asn": 65000}
_LINE = {
    "choice": "direct_connect",
    "line_provider": "Carrier",
    "line_location": "Hall 1",
    "vlan": 101,
    "line_asn": 65000,
}
_OWN = {"choice": "own", "servers": ["192.168.4.53"]}
_WISH = environments(
    *[{"vpc": "provider", "account_id": "", "vpc_id": ""}] * 2, account_wish=True, root_email="a@b.example"
)

FIELDS: dict[Any, tuple[str, str, dict[str, Any]]] = {
    v.aws_account_id: ("remote_access", "environments/0/account_id", {}),
    v.bgp_asn: ("data_centre", "bgp_asn", _BGP),
    v.dns_server: ("dns", "servers/0", _OWN),
    v.email_address: ("smtp", "sender", {}),
    v.environment_name: ("remote_access", "environments/1/name", {}),
    v.gateway_ip: ("data_centre", "gateway_ip", {}),
    v.host: ("smtp", "host", {}),
    v.http_proxy: ("monitoring", "http_proxy", _PROXY),
    v.ntp_server: ("ntp", "servers/0", {}),
    v.one_line: ("users", "people/0/name", {}),
    v.phone_number: ("monitoring", "alert_phones/0", {}),
    v.public_domain: ("smtp", "sender_domain", _SES),
    v.root_email: ("remote_access", "root_email", _WISH),
    v.routed_prefix: ("data_centre", "prefixes/0", {}),
    v.server_address: ("logs", "host", {}),
    v.domain_name: ("products", "domain", {}),
    v.smtp_port: ("smtp", "port", {}),
    v.tcp_port: ("logs", "port", {}),
    v.vlan: ("data_centre", "vlan", _LINE),
    v.vpc_cidr: ("remote_access", "environments/1/cidr_blocks/0", {}),
    v.vpc_id: ("remote_access", "environments/0/vpc_id", {}),
    v.vpc_ipv6_cidr: ("remote_access", "environments/0/ipv6_blocks/0", environments({"ipv6_blocks": [""]})),
    v.zone_name: ("dns", "zone", {}),
}
"""Where each rule of a single value is asked, and the answers that have it asked."""


def _of_value(rule: Any, value: Any, words: str) -> Case:
    key, pointer, changes = FIELDS[rule]
    answers = of(**{key: deepcopy(changes)})
    _put(answers[key], pointer, value)
    return Case(rule.__name__, REJECT if words else EDGE, key, answers, pointer if words else "", words)


def _put(answers: Any, pointer: str, value: Any) -> None:
    *parents, last = [int(part) if part.isdigit() else part for part in pointer.split("/")]
    for part in parents:
        answers = answers[part]
    answers[last] = value


VALUES = (
    *(_of_value(rule, value, "") for rule, value, _ in ACCEPTED),
    *(_of_value(rule, value, words) for rule, value, words in REFUSED),
)


class World:
    """One customer's onboarding, whose stored answers are those of one case after the other."""

    def __init__(self) -> None:
        self.onboarding: Onboarding = onboardings.onboarding()
        self.author: User = people.contact(self.onboarding.customer)
        self.rival: Customer = people.customer("Rival Holdings")
        self.rivals: list[Onboarding] = [onboardings.onboarding(self.rival) for _ in range(2)]

    def cases(self, key: str) -> Iterator[Case]:
        """Yield the cases of a section, each with its answers stored and its neighbours standing."""
        for case in (*CASES, *VALUES):
            if case.key == key:
                self._store(case.answers)
                self._surround(case)
                yield case

    def section(self, key: str) -> Section:
        return onboardings.section(self.onboarding, key)

    def forget(self, key: str) -> None:
        """Take the section's stored answers away, but for a password: a file does not bring it."""
        section = self.section(key)
        kept = {"password": _SEALED, "choice": "own"} if "password" in section.answers else {}
        Section.objects.filter(pk=section.pk).update(answers=kept)

    def _store(self, answers: Answers) -> None:
        sections = list(Section.objects.filter(onboarding=self.onboarding))
        for section in sections:
            stored, _ = definition(section.key).clean(answers[section.key])
            section.answers = {**stored, "password": _SEALED} if "password" in stored else stored
        Section.objects.bulk_update(sections, ["answers"])

    def _surround(self, case: Case) -> None:
        Environment.objects.all().delete()
        theirs = Section.objects.filter(onboarding__in=self.rivals, key="dns")
        theirs.update(state=SectionState.EMPTY, answers={})
        for rival, zone in zip(self.rivals, case.zones, strict=False):
            mine = theirs.filter(onboarding=rival)
            mine.update(state=SectionState.SUBMITTED, answers={"choice": "route53", "zone": zone})
        for customer, standing in ((self.rival, case.others), (self.onboarding.customer, case.own)):
            account = AwsAccount.objects.get_or_create(
                customer=customer, account_id="333333333333", defaults={"external_id": customer.pk, "role_name": "r"}
            )[0]
            Environment.objects.bulk_create(
                Environment(
                    customer=customer,
                    name=one.name if len(standing) == 1 else f"{one.name} {number}",
                    kind="test",
                    aws_account=account,
                    region=one.region,
                    vpc_id=one.vpc_id if len(standing) == 1 else "",
                    cidr_blocks=list(one.blocks),
                )
                for number, one in enumerate(standing)
            )


@pytest.fixture
def world() -> World:
    return World()


@BY_KEY
def test_service_says_what_the_table_says(world: World, key: str, settings: Any) -> None:
    for case in world.cases(key):
        judged = _judged(world, case, settings)
        found = judged.hints if case.rule in _HINTS else judged.problems
        said = [problem.pointer for problem in found if case.words in problem.message]

        if case.pointer:
            assert said == [case.pointer], case
        elif case.rule not in _HINTS:
            refused = [one for one in judged.problems if one.code == "invalid_value"]
            assert [one for one in refused if one.pointer == FIELD_POINTERS.get(case.rule)] == [], case
        assert "Rival" not in "".join(problem.message for problem in (*judged.problems, *judged.hints))


FIELD_POINTERS = {rule.__name__: pointer for rule, (_, pointer, _) in FIELDS.items()}


@BY_KEY
def test_page_says_what_the_service_says(world: World, key: str, settings: Any) -> None:
    client = Client()
    client.force_login(world.author)
    address = reverse("section", args=(world.onboarding.pk, key))
    for case in world.cases(key):
        expected = _judged(world, case, settings)

        response = client.post(address, _form(world.section(key), case.answers[key]))
        assert response.status_code == (422 if expected.problems else 302), case
        shown = response if expected.problems else client.get(address) if expected.hints else None
        text = html.unescape(shown.content.decode()) if shown else ""
        missing = [one.message for one in (*expected.problems, *expected.hints) if one.message not in text]
        assert missing == [], case


@BY_KEY
def test_api_says_what_the_service_says(world: World, key: str, settings: Any) -> None:
    caller = Caller(world.author)
    for case in world.cases(key):
        expected = _judged(world, case, settings)
        section = world.section(key)

        answers = {name: value for name, value in case.answers[key].items() if name != "password"}
        response = caller.patch(f"/sections/{section.pk}", {"answers": answers}, If_Match=f'"r{section.revision}"')
        assert response.status_code == 200, (case, response.data)
        assert _told(response.data["problems"]) == [(one.pointer, one.message) for one in expected.problems], case
        assert _told(response.data["hints"]) == [(one.pointer, one.message) for one in expected.hints], case


@BY_KEY
def test_file_says_what_the_service_says(world: World, key: str, settings: Any) -> None:
    for case in world.cases(key):
        expected = _judged(world, case, settings)
        world.forget(key)

        answers = {name: value for name, value in case.answers[key].items() if name != "password"}
        file = {"format": "onboarding-intake/1", "answers": {key: answers}}
        report = intake_files.preview(world.onboarding, json.dumps(file), by=world.author)
        assert [refused.words for refused in report.refused] == [], case
        (change,) = report.sections
        told = [(one.pointer, one.message) for one in change.problems]
        assert told == [(one.pointer, one.message) for one in expected.problems if one.code != MISSING], case


def test_every_rule_of_a_single_value_is_asked_somewhere() -> None:
    assert {rule for rule, *_ in (*ACCEPTED, *REFUSED)} == set(FIELDS)


def _judged(world: World, case: Case, settings: Any) -> judging.Judged:
    """Judge what is stored, with the settings of the case until the next one."""
    for name in ("PROVIDER_FURTHER_CIDRS", "ADDRESS_POOL"):
        setattr(settings, name, case.settings.get(name, []))
    return judging.judged(world.section(case.key))


def _told(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["pointer"].removeprefix("/answers").removeprefix("/"), row["message"]) for row in rows]


def _form(section: Section, answers: dict[str, Any]) -> dict[str, str]:
    """Return what a browser sends for these answers. The password is left empty: it keeps what is stored."""
    fields = {"revision": str(section.revision), "act": "continue"}
    for name, value in deepcopy(answers).items():
        if name != "password":
            fields |= _fields(name, value)
    return fields


def _fields(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = (_fields(f"{name}-{number}-{key}", one) for number, row in enumerate(value) for key, one in row.items())
        return {key: text for row in rows for key, text in row.items()}
    if isinstance(value, list):
        return {name: "\r\n".join(value)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value)}
