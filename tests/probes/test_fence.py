"""Where the portal may connect to. The table holds every form of `allows` and of the hosts that people may enter."""

import socket

import pytest

from portal.probes.fence import EGRESS, PORTS, Fence, PrivateTarget, Refused
from portal.probes.outcome import Failure, Verdict
from portal.probes.target import Target, Unreachable
from tests.probes import servers
from tests.probes.fences import EVERY_PORT, Names, fence

PUBLIC = ["8.8.8.8", "1.1.1.1", "52.94.236.248", "223.255.255.254", "2606:4700:4700::1111", "2a05:d018::1"]

PRIVATE = ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd12:3456::1", "fc00::1"]

CARRIER = ["100.64.0.1", "100.127.255.255"]

CLOSED = [
    # this host and network
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "0.1.2.3",
    "::",
    # loopback
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    # link-local, instance metadata and time of AWS
    "169.254.0.1",
    "169.254.169.254",
    "169.254.169.123",
    "169.254.170.2",
    "fe80::1",
    "fd00:ec2::254",
    "fd00:ec2::123",
    "fd00:ec2:0:1::1",
    # multicast and broadcast
    "224.0.0.1",
    "239.255.255.255",
    "ff02::1",
    "ff0e::1",
    "240.0.0.1",
    "255.255.255.255",
    # documentation and benchmarks
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "2001:db8::1",
    "3fff::1",
    "198.18.0.1",
    "198.19.255.254",
    "2001:2::1",
    # protocols
    "192.0.0.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
    "2001:20::1",
    "2620:4f:8000::1",
    # IPv4 inside IPv6: mapped, translated, compatible, NAT64, 6to4, Teredo, ISATAP
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:a9fe:a9fe",
    "::169.254.169.254",
    "::10.0.0.1",
    "::8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "64:ff9b:1:ffff:ffff:ffff:a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "192.88.99.1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2606:4700::5efe:a9fe:a9fe",
    "2606:4700::200:5efe:a00:1",
    "2606:4700::300:5efe:808:808",
    # outside of global unicast
    "fec0::1",
    "4000::1",
    "100::1",
    "5f00::1",
    "1fff::1",
]

NO_ADDRESS = [
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0177.0.0.1",
    "0x7f.1",
    "0x7f.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "010.0.0.1",
    "0251.0376.0251.0376",
    "127.0.0.01",
    "1.2.3.4.5",
    "256.1.1.1",
    "fe80::1%eth0",
    "2606:4700::1111%1",
    "[::1]",
    "",
    "127.0.0.1\n",
    " 127.0.0.1",
    "127.0.0.1 ",
    "127.0.0.1\x00.example.com",
    "\uff11\uff12\uff17.0.0.1",
    "127\u3002" + "0.0.1",
    "localhost:80",
    "127.0.0.1/8",
    "mail.example\r\nRCPT TO:<x@example>",
    "a..example",
    "-a.example",
    "a" * 64 + ".example",
    "a." * 127 + "example",
    "\u017f.example",
    "ex ample.com",
    "user@mail.example",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert EGRESS.allows(address)


@pytest.mark.parametrize("address", [*PRIVATE, *CARRIER, *CLOSED, *NO_ADDRESS])
def test_every_other_form_is_not(address: str) -> None:
    assert not EGRESS.allows(address)


def reaching(host: str, *, rows: dict[str, list[str]] | None = None, **changes: object) -> Target:
    closed = Fence(resolver=Names(rows or {}), **changes)  # type: ignore[arg-type]
    return closed.target(host, 443, "https", closed.deadline())


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_target_is_connected_to_at_its_address(address: str) -> None:
    assert [str(one) for one in reaching(address).addresses] == [address]
    assert [str(one) for one in reaching("a.example", rows={"a.example": [address]}).addresses] == [address]


@pytest.mark.parametrize("address", [*PRIVATE, *CARRIER])
@pytest.mark.parametrize("named", [False, True])
def test_a_private_target_is_no_failure_and_not_connected_to(address: str, named: bool) -> None:
    with pytest.raises(PrivateTarget) as refusal:
        reaching("a.example" if named else address, rows={"a.example": [address]})

    assert refusal.value.verdict == Verdict.PRIVATE
    assert "never checked from the portal's network" in refusal.value.message
    assert "looks from inside" in refusal.value.remedy
    assert (address in refusal.value.message) is not named, "what a name stands for inside our networks is not told"


@pytest.mark.parametrize("address", CLOSED)
@pytest.mark.parametrize("named", [False, True])
def test_a_closed_target_is_refused(address: str, named: bool) -> None:
    with pytest.raises(Refused) as refusal:
        reaching("a.example" if named else address, rows={"a.example": [address]})

    assert refusal.value.verdict == Verdict.FAILED
    assert refusal.value.message
    assert refusal.value.remedy


@pytest.mark.parametrize("host", NO_ADDRESS)
def test_what_is_no_name_and_no_address_is_refused_before_it_is_looked_up(host: str) -> None:
    names = Names({})
    closed = Fence(resolver=names)

    with pytest.raises(Refused) as refusal:
        closed.target(host, 443, "https", closed.deadline())

    if names.asked:
        assert host == "127.0.0.1."
    assert refusal.value.verdict == Verdict.FAILED
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize("host", ["mail.acme.internal", "ntp.local", "MAIL.CORP", "a.home.arpa", "mail.acme.internal."])
def test_a_name_that_public_dns_never_knows_is_private(host: str) -> None:
    with pytest.raises(PrivateTarget, match="inside your networks"):
        reaching(host)


@pytest.mark.parametrize("other", [*PRIVATE[:2], "127.0.0.1", "169.254.169.254", "fd00:ec2::254", "::1"])
@pytest.mark.parametrize("first", [True, False])
def test_a_name_with_one_closed_address_among_public_ones_is_refused(other: str, first: bool) -> None:
    rows = ["8.8.8.8", other, "2606:4700:4700::1111"]

    with pytest.raises(Refused, match="has public addresses, and one that is") as refusal:
        reaching("a.example", rows={"a.example": sorted(rows, reverse=first)})

    assert refusal.value.verdict == Verdict.FAILED


def test_a_name_is_resolved_once_for_both_kinds_of_address() -> None:
    names = Names({"a.example": ["8.8.8.8"]})
    closed = Fence(resolver=names)

    closed.target("a.example", 443, "https", closed.deadline())

    assert names.asked == [("a.example", "A"), ("a.example", "AAAA")]


def test_a_name_without_an_address_is_told() -> None:
    with pytest.raises(Failure, match="has no address"):
        reaching("a.example", rows={"a.example": []})


class Rebinding(Names):
    """A public address when asked first, the portal's own host ever after."""

    def ask(self, name: str, type: str, seconds: float) -> tuple[str, ...]:
        self.asked.append((name, type))
        if type == "AAAA":
            return ()
        return ("127.0.0.1",) if len(self.asked) == 1 else ("127.0.0.2",)


def test_a_name_that_changes_its_answer_changes_nothing() -> None:
    """Two connections of one probe: both go to the address that was checked."""
    names = Rebinding({})
    came: list[str] = []

    def behave(connection: socket.socket) -> None:
        came.append(connection.getsockname()[0])
        connection.sendall(b"hello\r\n")

    with servers.serving(behave) as port:
        opened = fence(resolver=names)
        target = opened.target("rebind.example", port, "https", opened.deadline())
        for _ in range(2):
            with target.connected() as conversation:
                assert conversation.line() == b"hello"

    assert came == ["127.0.0.1", "127.0.0.1"]
    assert names.asked == [("rebind.example", "A"), ("rebind.example", "AAAA")]


def test_a_name_whose_second_look_up_is_closed_is_refused_then() -> None:
    opened = fence(resolver=Rebinding({}))
    opened.target("rebind.example", 443, "https", opened.deadline())

    with pytest.raises(Refused, match="loopback"):
        opened.target("rebind.example", 443, "https", opened.deadline())


def test_a_connection_that_ends_elsewhere_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    class Diverted(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return "127.0.0.9", 443

    opened = fence()
    with servers.serving(servers.silent) as port:
        monkeypatch.setattr(socket, "socket", Diverted)
        target = opened.target("is.acme.example", port, "https", opened.deadline())
        with pytest.raises(Unreachable, match="another address than the one that was checked"), target.connected():
            pytest.fail("connected")


@pytest.mark.parametrize(
    ("purpose", "port"),
    [
        *(("smtp", 22), ("smtp", 2525), ("smtp", 443), ("smtp", -1), ("ntp", 53), ("dns", 123), ("https", 22)),
        *(("https", 80), ("proxy", 22), ("proxy", 25), ("proxy", 0), ("proxy", 65536)),
    ],
)
def test_a_port_of_another_purpose_is_refused_before_anything_is_looked_up(purpose: str, port: int) -> None:
    names = Names({"a.example": ["8.8.8.8"]})
    closed = Fence(resolver=names)

    with pytest.raises(Refused, match=f"Port {port} is not checked"):
        closed.target("a.example", port, purpose, closed.deadline())  # type: ignore[arg-type]

    assert names.asked == []


def test_the_ports_of_each_purpose_are_few() -> None:
    few = {purpose: [port for port in range(65536) if port in ports] for purpose, ports in PORTS.items()}

    assert few["smtp"] == [25, 465, 587, 2465, 2587]
    assert (few["ntp"], few["dns"]) == ([123], [53])
    assert few["https"] == [443, 8243, 8443, 9099, 9443]
    assert [port for port in few["proxy"] if port < 1024] == [80, 443]


def test_what_the_provider_closes_stays_closed() -> None:
    closed = Fence(also=("8.8.8.8/32", "127.0.0.1/32"), never=("8.8.8.0/24", "2606:4700:64::/96"))

    assert not closed.allows("8.8.8.8")
    assert not closed.allows("2606:4700:64::a00:1")
    assert closed.allows("127.0.0.1")
    assert not closed.allows("127.0.0.2")


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    names = Names({"two.example": ["127.0.0.2", "127.0.0.1"]})
    with servers.serving(lambda connection: connection.sendall(b"hello\n")) as port:
        opened = fence(also=("127.0.0.0/8",), resolver=names)
        with opened.target("two.example", port, "https", opened.deadline()).connected() as conversation:
            assert conversation.line() == b"hello"


def test_the_limits_are_those_of_the_rules() -> None:
    assert (EGRESS.connect_seconds, EGRESS.total_seconds, EGRESS.read_limit) == (5.0, 10.0, 64 * 1024)
    assert EGRESS.also == ()
    assert EGRESS.ports is PORTS
    assert set(EVERY_PORT) == set(PORTS)
