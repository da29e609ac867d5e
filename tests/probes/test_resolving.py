"""Names looked up at a name server of this test."""

import pytest

from portal.probes.fence import Fence
from portal.probes.outcome import Failure
from portal.probes.resolving import NoSuchName, NotResolved, PublicResolver
from tests.probes.name_servers import NameServer
from tests.probes.servers import answering

ZONE = (
    ("acme.example", "NS", "ns1.acme.example."),
    ("acme.example", "SOA", "ns1.acme.example. admin.acme.example. 1 2 3 4 5"),
    ("mail.acme.example", "A", "198.51.100.7"),
    ("mail.acme.example", "AAAA", "2001:db8::7"),
    ("alias.acme.example", "CNAME", "mail.acme.example."),
    ("acme.example", "MX", "10 Mail.Acme.example."),
    ("acme.example", "TXT", '"v=spf1 " "-all"'),
)


@pytest.mark.parametrize(
    ("name", "type", "said"),
    [
        ("mail.acme.example", "A", ("198.51.100.7",)),
        ("mail.acme.example", "AAAA", ("2001:db8::7",)),
        ("alias.acme.example", "CNAME", ("mail.acme.example",)),
        ("acme.example", "MX", ("10 mail.acme.example",)),
        ("acme.example", "TXT", ("v=spf1 -all",)),
        ("acme.example", "NS", ("ns1.acme.example",)),
        ("acme.example", "SOA", ("ns1.acme.example",)),
        ("acme.example", "A", ()),
    ],
)
def test_values_are_plain(name: str, type: str, said: tuple[str, ...]) -> None:
    with NameServer(ZONE).running() as port:
        assert PublicResolver(("127.0.0.1",), port).ask(name, type, 5) == said


def test_a_name_that_does_not_exist_is_told_from_one_that_cannot_be_looked_up() -> None:
    with NameServer(ZONE, broken=("broken.example",)).running() as port:
        resolver = PublicResolver(("127.0.0.1",), port)
        with pytest.raises(NoSuchName, match="does not exist in public DNS"):
            resolver.ask("other.example", "A", 5)
        with pytest.raises(NotResolved, match="could not be looked up"):
            resolver.ask("broken.example", "A", 5)


@pytest.mark.parametrize("name", ["a..example", "a" * 64 + ".example", "\\999.example"])
def test_what_dns_cannot_hold_is_told(name: str) -> None:
    with pytest.raises(NotResolved):
        PublicResolver(("127.0.0.1",), 1).ask(name, "A", 1)


def test_a_silent_name_server_holds_nobody_up() -> None:
    with answering(lambda packet: None) as port:
        closed = Fence(resolver=PublicResolver(("127.0.0.1",), port), total_seconds=0.2)
        with pytest.raises(Failure, match="could not be looked up"):
            closed.target("mail.acme.example", 443, "https", closed.deadline())
