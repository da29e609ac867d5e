"""The public DNS as we ask it: against a name server of this test, and against the zones of the stand-in."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from environments.provisioning.ports import LookupFailed
from environments.services import lookups
from environments.services.lookups import PublicDns, StandInDns
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, CUSTOMER_ADMINISTRATOR
from tests.fakes.engine import spec

NORTHWIND = CUSTOMER_ACCOUNTS[0]
ZONE = (
    ("t1._domainkey.acme.example.", "CNAME", "t1.dkim.amazonses.com."),
    ("bounce.acme.example.", "MX", "10 feedback-smtp.eu-west-1.amazonses.com."),
    ("bounce.acme.example.", "TXT", '"v=spf1 include:amazonses.com" " ~all"'),
)


class _NameServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        packet, socket = self.request
        query = dns.message.from_wire(packet)
        (asked,) = query.question
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = asked.name.to_text()
        if name.startswith("broken."):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in {row[0] for row in ZONE}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        for known, type, value in ZONE:
            if (known, type) == (name, dns.rdatatype.to_text(asked.rdtype)):
                answer.answer.append(dns.rrset.from_text(known, 60, "IN", type, value))
        socket.sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def public() -> Iterator[PublicDns]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), _NameServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield PublicDns(("127.0.0.1",), server.server_address[1])
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "type", "said"),
    [
        ("t1._domainkey.acme.example", "CNAME", ("t1.dkim.amazonses.com",)),
        ("bounce.acme.example", "MX", ("10 feedback-smtp.eu-west-1.amazonses.com",)),
        ("bounce.acme.example", "TXT", ("v=spf1 include:amazonses.com ~all",)),
        ("bounce.acme.example", "CNAME", ()),
        ("other.acme.example", "CNAME", ()),
    ],
)
def test_what_is_published_is_said_and_what_is_not_is_nothing(public, name, type, said):
    assert public.lookup(name, type) == said


def test_server_that_fails_says_nothing_about_the_name(public):
    with pytest.raises(LookupFailed):
        public.lookup("broken.acme.example", "TXT")


def test_server_that_is_away_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(lookups, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(LookupFailed):
        PublicDns(("127.0.0.1",), 9).lookup("acme.example", "TXT")


def test_settings_say_whom_to_ask(settings):
    settings.AWS_STAND_IN_DNS, settings.DNS_RESOLVERS = False, ["192.0.2.53"]
    assert lookups.public(spec()) == PublicDns(("192.0.2.53",))
    settings.AWS_STAND_IN_DNS = True
    assert isinstance(lookups.public(spec()), StandInDns)


# ---- the stand-in


def _publish(stand_in, name: str, type: str, value: str, *, private: bool = False) -> None:
    route53 = stand_in.customer(NORTHWIND, "route53")
    vpc = {"VPC": {"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.production_vpc_id}} if private else {}
    config = {"PrivateZone": private}
    zone = route53.create_hosted_zone(Name="acme.example", CallerReference=str(private), HostedZoneConfig=config, **vpc)
    record = {"Name": name, "Type": type, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch=changes)


def _ask() -> StandInDns:
    of = replace(spec(), customer_account_id=NORTHWIND.account_id)
    return StandInDns(of, CUSTOMER_ADMINISTRATOR)


def test_public_zone_of_the_customers_account_counts_as_published(stand_in):
    _publish(stand_in, "bounce.acme.example", "TXT", '"v=spf1 include:amazonses.com ~all"')

    assert _ask().lookup("bounce.acme.example", "TXT") == ("v=spf1 include:amazonses.com ~all",)
    assert _ask().lookup("bounce.acme.example", "MX") == ()


def test_private_zone_does_not(stand_in):
    _publish(stand_in, "bounce.acme.example", "TXT", '"v=spf1"', private=True)

    assert _ask().lookup("bounce.acme.example", "TXT") == ()


def test_stand_in_that_is_away_says_nothing(stand_in, monkeypatch):
    from portal import aws

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    aws.forget_clients()
    with pytest.raises(LookupFailed):
        _ask().lookup("bounce.acme.example", "TXT")
