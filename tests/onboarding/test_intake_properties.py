"""Whole intakes in bulk: nothing raises, and nothing that is accepted is refused by AWS later.

An input is a whole intake, one section of which was just sent with one to three answers changed. Hypothesis draws where a
thousand of them begin; INTAKE_INPUTS says how many there are (docs/intake.md).
"""

import os
from collections import Counter
from copy import deepcopy
from ipaddress import ip_network
from random import Random
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from environments.catalogue.regions import REGIONS, RESERVED_ASNS
from onboarding.addressing import Ranges
from onboarding.sections import SECTIONS, across, definition
from onboarding.sections.choices import Boolean, Choice, MultiChoice
from onboarding.sections.definition import Rows
from onboarding.sections.questions import ListOf, Number, Question
from tests.factories.answers import ANSWERS
from tests.onboarding.aws_model import refusals, sent_for
from tests.onboarding.rule_cases import ACCEPTED, REFUSED

INPUTS = int(os.environ.get("INTAKE_INPUTS", "100000"))
_BULK = 1000
_KEYS = [section.key for section in SECTIONS]
_TEXTS = [value for _, value, _ in (*ACCEPTED, *REFUSED) if isinstance(value, str)]
_NUMBERS = [value for _, value, _ in (*ACCEPTED, *REFUSED) if isinstance(value, int)]
_STRANGE = [
    None,
    True,
    1.5,
    [],
    {},
    [None],
    {"a": 1},
    "",
    " ",
    "\x00",
    "\ud800",
    "ß.example",
    "=1+1",
    "x" * 3000,
    2**70,
]
_AROUND = across.Around(taken=Ranges(["10.60.0.0/14", "172.20.0.0/16", "fd80::/48"]), peerings=49, routes=49)
_WISH = {
    "account_wish": True,
    "root_email": "aws@acme.example",
    "environments": [
        {
            "kind": "production",
            "name": "Live",
            "region": "eu-west-1",
            "vpc": "provider",
            "cidr_blocks": ["10.20.0.0/16"],
        },
        {"kind": "staging", "name": "Stage", "region": "eu-west-2", "vpc": "provider", "cidr_blocks": ["10.21.0.0/16"]},
    ],
}
_SEALED = {"secret": "sec_1", "set_at": "2026-03-12T10:00:00+00:00", "ends": ""}


def _text(random: Random) -> str:
    """A text that some rule has an opinion of: a known one, an address, a block, a name, or letters."""
    kind = random.randrange(6)
    number = random.getrandbits(32)
    octets = f"{random.choice((10, 172, 192, number >> 24))}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    if kind == 0:
        return octets
    if kind == 1:
        return str(ip_network(f"{octets}/{random.randint(8, 32)}", strict=False))
    if kind == 2:
        return f"vpc-{random.getrandbits(68):017x}" if random.random() < 0.5 else f"{random.getrandbits(40):012d}"
    if kind == 3:
        labels = ("".join(random.choices("abc-19é", k=random.randint(1, 8))) for _ in range(random.randint(1, 4)))
        return f"{random.choice(('', 'ops@', 'http://'))}{'.'.join(labels)}{random.choice(('', '.example', ':3128'))}"
    if kind == 4:
        prefix = random.choice(("2600:1f18", "fd80:", "fe80:"))
        return f"{prefix}:{random.getrandbits(8):x}00::/{random.choice((44, 48, 52, 56, 64))}"
    return random.choice(_TEXTS)


def _answer(random: Random, question: Question) -> Any:
    """A value of the question's type most of the time."""
    if random.random() < 0.06:
        return random.choice(_STRANGE)
    if isinstance(question, Boolean):
        return random.random() < 0.5
    if isinstance(question, Choice):
        return random.choice(question.options).value
    if isinstance(question, MultiChoice):
        return [option.value for option in question.options if random.random() < 0.6]
    if isinstance(question, Number):
        near = [question.least - 1, question.least, min(question.most, 2**53) + 1, random.randint(0, 70000)]
        return random.choice([*near, *_NUMBERS])
    if isinstance(question, ListOf):
        return [_text(random) for _ in range(random.randint(0, 3))]
    return _text(random)


def _changed(random: Random, questions: tuple[Question, ...], answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers with one to three changed; in a group of rows, within one of them."""
    changed = dict(answers)
    for question in random.choices(questions, k=random.randint(1, 3)):
        rows = changed.get(question.key)
        if isinstance(question, Rows) and _are_rows(rows) and random.random() < 0.95:
            position = random.randrange(len(rows))
            changed[question.key] = [
                _changed(random, question.questions, row) if index == position else row
                for index, row in enumerate(rows)
            ]
        else:
            changed[question.key] = _answer(random, question)
    return changed


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _start(random: Random) -> dict[str, dict[str, Any]]:
    """Return a whole sound intake to begin with: each choice is taken in some of them."""
    intake = deepcopy(ANSWERS)
    intake["smtp"]["password"] = _SEALED
    domain = f"{''.join(random.choices('abcxyz019', k=random.randint(1, 20)))}.example"
    others: dict[str, dict[str, Any]] = {
        "smtp": {"choice": "ses", "sender_domain": domain, "sender": f"alerts@{domain}"},
        "dns": {"choice": "own", "zone": domain, "servers": ["192.168.4.53"]},
        "ntp": {"choice": "amazon"},
        "data_centre": {**intake["data_centre"], "routing": "bgp", "bgp_asn": random.randint(1, 4294967294)},
        "remote_access": deepcopy(_WISH),
    }
    start = {key: others[key] if key in others and random.random() < 0.5 else given for key, given in intake.items()}
    for row, lowest in zip(start["remote_access"]["environments"], (100, 150), strict=True):
        row["cidr_blocks"] = [f"10.{random.randint(lowest, lowest + 49)}.{16 * random.randrange(16)}.0/20"]
    return start


class Bulk:
    """Counts what was judged, and remembers what of it was accepted for the first time."""

    def __init__(self) -> None:
        self.judged: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self.checked: set[Any] = set()
        self.sent: dict[str, list[dict[str, Any]]] = {key: [] for key in _KEYS}

    def run(self, random: Random, number: int) -> None:
        intake = _start(random)
        sound = {key: definition(key).sound(intake[key]) for key in _KEYS}
        for _ in range(number):
            key = random.choice(_KEYS)
            raw = _changed(random, definition(key).questions, intake[key])
            if self._accepts(key, raw, sound) and random.random() < 0.5:
                intake[key], sound[key] = raw, definition(key).sound(raw)

    def _accepts(self, key: str, raw: dict[str, Any], sound: dict[str, dict[str, Any]]) -> bool:
        """Judge as the service does. Every problem has words, and what is accepted stays accepted as it is stored."""
        section = definition(key)
        stored, problems = section.clean(raw)
        answers = section.sound(stored)
        whole = {**sound, key: answers}
        problems = [*problems, *across.problems(key, whole, _AROUND)]
        hints = across.hints_for(key, whole, _AROUND)
        self.judged[key] += 1
        if not all(problem.message and problem.code for problem in (*problems, *hints)):
            raise AssertionError((raw, problems, hints))
        if problems:
            return False
        self.accepted[key] += 1
        self._hold(key, raw, answers)
        return True

    def _hold(self, key: str, raw: dict[str, Any], answers: dict[str, Any]) -> None:
        new = [sent for sent in sent_for(key, answers) if sent not in self.checked]
        refused = [refusal for sent in new for refusal in refusals(sent)]
        if refused:
            raise AssertionError((raw, refused))
        self.checked.update(new)
        if len(self.sent[key]) < 4000:
            self.sent[key].append(answers)


@pytest.fixture(scope="module")
def bulk() -> Bulk:
    """Judge them all once; a failing thousand is named by its seed, and hypothesis looks for a smaller one."""
    found = Bulk()

    @settings(max_examples=-(-INPUTS // _BULK), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 2**64))
    def judge(seed: int) -> None:
        found.run(Random(seed), _BULK)

    judge()
    return found


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("intake_properties")
def test_no_whole_intake_raises_and_no_accepted_value_breaks_the_model_of_aws(bulk: Bulk) -> None:
    assert bulk.judged.total() >= INPUTS
    assert min(bulk.judged[key] for key in _KEYS) > INPUTS / 25
    assert min(bulk.accepted[key] for key in _KEYS) > INPUTS / 2000, bulk.accepted
    assert len(bulk.checked) > INPUTS / 1000


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("intake_properties")
def test_the_stand_in_takes_what_was_accepted(bulk: Bulk) -> None:
    """One account and Region: what a create refuses is a value, not a quota."""
    rows = [row for one in bulk.sent["remote_access"] for row in one["environments"]]
    assert {row["region"] for row in rows} <= set(REGIONS)
    blocks = _some({block for row in rows for block in row["cidr_blocks"]})
    routers = _some({one["gateway_ip"] for one in bulk.sent["data_centre"] if "gateway_ip" in one})
    asns = _some({one["bgp_asn"] for one in bulk.sent["data_centre"] if "bgp_asn" in one} or {65000})
    clocks = [one["servers"] for one in bulk.sent["ntp"] if "servers" in one][:60]
    zones = _some({one["zone"] for one in bulk.sent["dns"]})
    domains = _some({one["sender_domain"] for one in bulk.sent["smtp"] if "sender_domain" in one})
    assert min(map(len, (blocks, routers, asns, clocks, zones, domains))) > 5
    with mock_aws():
        session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-west-1")
        ec2, route53, ses = session.client("ec2"), session.client("route53"), session.client("sesv2")
        for block in blocks:
            assert ec2.create_vpc(CidrBlock=block)["Vpc"]["CidrBlock"] == block
        for router in routers:
            assert ec2.create_customer_gateway(Type="ipsec.1", IpAddress=router, BgpAsn=65000)["CustomerGateway"]
        for asn in asns:
            number = {"BgpAsn": asn} if asn < 2**31 else {"BgpAsnExtended": asn}
            assert asn not in RESERVED_ASNS["*"]
            assert ec2.create_customer_gateway(Type="ipsec.1", IpAddress="52.16.10.20", **number)["CustomerGateway"]
        for servers in clocks:
            addresses = [server for server in servers if ":" not in server and server.replace(".", "").isdigit()]
            options = [{"Key": "ntp-servers", "Values": addresses or ["52.16.10.20"]}]
            assert ec2.create_dhcp_options(DhcpConfigurations=options)["DhcpOptions"]
        for zone in zones:
            assert route53.create_hosted_zone(Name=zone, CallerReference=zone)["HostedZone"]["Name"] == f"{zone}."
        for domain in domains:
            assert ses.create_email_identity(EmailIdentity=domain)["IdentityType"] == "DOMAIN"


def _some(values: set[Any]) -> list[Any]:
    return sorted(values, key=str)[:60]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_overlaps_and_offers_of_a_whole_intake_equal_a_look_at_every_address(seed: int) -> None:
    random = Random(seed)
    pool = ip_network("10.99.0.0/24")

    def some(most: int) -> list[str]:
        return list(
            dict.fromkeys(
                str(random.choice(list(pool.subnets(new_prefix=random.randint(26, 28))))) for _ in range(most)
            )
        )

    mine, others, prefixes = some(3), some(3), some(2)
    rows = [{**ANSWERS["remote_access"]["environments"][0], "cidr_blocks": mine}]
    answers = {"remote_access": {"environments": rows}, "data_centre": {"prefixes": prefixes}}
    found = across.problems("remote_access", answers, across.Around(taken=Ranges(others)))

    expected = {
        f"environments/0/cidr_blocks/{index}"
        for index, block in enumerate(mine)
        if _addresses(block) & {one for other in (*others, *prefixes, *mine[:index]) for one in _addresses(other)}
    }
    assert {problem.pointer for problem in found} == expected
    occupied = {one for other in (*others, *prefixes, *mine) for one in _addresses(other)}
    for problem in found:
        offered = problem.message.rpartition(": ")[2].removesuffix(" is free.")
        assert not _addresses(offered) & occupied


def _addresses(block: str) -> set[int]:
    network = ip_network(block)
    return set(range(int(network.network_address), int(network.broadcast_address) + 1))
