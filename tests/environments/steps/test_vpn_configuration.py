"""What the customer's router is given: written for its make, sealed, and nowhere else."""

from dataclasses import replace

import pytest

from environments.provisioning import routers
from environments.provisioning.routers import document
from environments.provisioning.specification import DataCentre
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps import vpn_connection
from environments.provisioning.steps.vpn_configuration import SECRET, VpnConfiguration
from tests.environments.steps.conftest import Bench, bench_of
from tests.environments.steps.test_vpn import BGP, STATIC, made

STEP = VpnConfiguration()


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, data_centre=STATIC)


def read_document(bench: Bench) -> document.Connection:
    text = vpn_connection.find(bench.context)["CustomerGatewayConfiguration"]
    return document.read(text, networks=bench.spec.customer_cidrs, is_static=True)


def test_first_apply_seals_the_text_for_the_customers_router_with_one_read(bench):
    bench.make_required(STEP)
    bench.forget()
    STEP.apply(bench.context, Missing())
    assert (bench.reads, bench.changes) == (["ec2.describe_vpn_connections"], [])
    sealed = bench.vault.sealed[SECRET]
    assert "for Cisco IOS" in sealed.splitlines()[0]
    for tunnel in read_document(bench).tunnels:
        assert tunnel.key in sealed
        assert tunnel.aws_address in sealed


def test_second_apply_is_one_read_and_opens_nothing(bench):
    made(bench, STEP).apply(STEP)
    assert (bench.reads, bench.changes) == (["ec2.describe_vpn_connections"], [])


def test_no_key_is_in_what_the_step_gives_away(bench):
    bench.make_required(STEP)
    ready = bench.make(STEP)
    assert ready.outputs == {"router": "Cisco IOS"}
    assert not any(tunnel.key in repr(ready) for tunnel in read_document(bench).tunnels)


def test_another_router_gets_another_text(bench):
    made(bench, STEP)
    bench.spec = replace(bench.spec, data_centre=replace(STATIC, router_vendor="Juniper", router_model="SRX 340"))
    assert isinstance(STEP.observe(bench.context), Drifted)
    bench.make(STEP)
    assert "for Juniper Junos" in bench.vault.sealed[SECRET].splitlines()[0]


def test_document_that_is_not_understood_is_a_sentence_without_its_content(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, data_centre=STATIC)
    memory_bench.make_required(STEP)
    (connection,) = memory_bench.memory.rows("ec2", "vpn_connection")
    connection["CustomerGatewayConfiguration"] = "<vpn_connection><pre_shared_key>abc</pre_shared_key></vpn_connection>"
    with pytest.raises(StepRefused, match="it has no tunnel") as refused:
        STEP.observe(memory_bench.context)
    assert "abc" not in str(refused.value)


def test_tear_down_destroys_what_is_sealed(bench):
    made(bench, STEP).tear_down(STEP)
    assert SECRET not in bench.vault.sealed
    assert isinstance(STEP.observe_removal(bench.context), Ready)


class TestFamily:
    @pytest.mark.parametrize(
        ("vendor", "model", "software", "family"),
        [
            ("Cisco Systems, Inc.", "ISR Series Routers", "IOS 12.4+", "Cisco IOS"),
            ("Cisco", "ASA 5500", "9.7", "Any router"),
            ("Cisco Meraki", "MX Series", "15.12", "Any router"),
            ("Juniper Networks, Inc.", "SRX Routers", "JunOS 11.0+", "Juniper Junos"),
            ("Juniper", "SSG", "ScreenOS 6.2", "Any router"),
            ("Fortinet", "FortiGate 40+ Series", "FortiOS 6.4.4+", "Fortinet FortiOS"),
            ("Netgate", "pfSense", "2.2.5+", "pfSense"),
            ("strongSwan", "Ubuntu 24.04", "5.9", "strongSwan"),
            ("Palo Alto Networks", "PA Series", "PANOS 7.0+", "Any router"),
            ("", "", "", "Any router"),
        ],
    )
    def test_family_follows_vendor_model_and_software(self, vendor, model, software, family):
        answers = DataCentre("vpn", router_vendor=vendor, router_model=model, router_software=software)
        assert routers.family(answers).name == family

    @pytest.mark.parametrize("static", [True, False])
    @pytest.mark.parametrize("family", [*routers.FAMILIES, routers.GENERIC], ids=lambda family: family.name)
    def test_every_text_has_both_tunnels_whole_and_begins_with_a_comment(self, memory_bench, family, static):
        memory_bench.spec = replace(memory_bench.spec, data_centre=BGP)
        memory_bench.make_required(STEP)
        connection = replace(read_document(memory_bench), is_static=static)
        text = family.render(connection)
        assert text.splitlines()[0].startswith(f"{text[0]} VPN connection {connection.id}")
        for tunnel in connection.tunnels:
            for value in (tunnel.key, tunnel.aws_address, tunnel.router_address, tunnel.router_inside):
                assert value in text
            assert static or (tunnel.aws_inside in text and str(tunnel.aws_asn) in text)
        network = connection.networks[0].split("/")[0]
        assert not static or network in text


class TestDocument:
    WHOLE = (
        '<vpn_connection id="vpn-1"><ipsec_tunnel>'
        "<customer_gateway><tunnel_outside_address><ip_address>203.0.113.7</ip_address></tunnel_outside_address>"
        "<tunnel_inside_address><ip_address>169.254.44.42</ip_address><network_cidr>30</network_cidr>"
        "</tunnel_inside_address></customer_gateway>"
        "<vpn_gateway><tunnel_outside_address><ip_address>198.51.100.7</ip_address></tunnel_outside_address>"
        "<tunnel_inside_address><ip_address>169.254.44.41</ip_address></tunnel_inside_address></vpn_gateway>"
        "<ike><authentication_protocol>hmac-sha2-256</authentication_protocol>"
        "<encryption_protocol>aes-256-cbc</encryption_protocol><lifetime>28800</lifetime>"
        "<perfect_forward_secrecy>group14</perfect_forward_secrecy><pre_shared_key>secret</pre_shared_key></ike>"
        "<ipsec><authentication_protocol>hmac-sha2-256</authentication_protocol>"
        "<encryption_protocol>aes-256-cbc</encryption_protocol><lifetime>3600</lifetime>"
        "<perfect_forward_secrecy>group14</perfect_forward_secrecy><tcp_mss_adjustment>1379</tcp_mss_adjustment>"
        "<dead_peer_detection><interval>10</interval><retries>3</retries></dead_peer_detection></ipsec>"
        "</ipsec_tunnel></vpn_connection>"
    )

    def read(self, text: str) -> document.Connection:
        return document.read(text, networks=("10.20.0.0/16",), is_static=True)

    def test_static_connection_has_no_asn(self):
        (tunnel,) = self.read(self.WHOLE).tunnels
        assert (tunnel.router_asn, tunnel.aws_asn, tunnel.inside_mask) == (0, 0, "255.255.255.252")
        assert tunnel.ike == document.Phase("hmac-sha2-256", "aes-256-cbc", 14, 28800)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "no XML at all",
            "<vpn_connection></vpn_connection>",
            WHOLE.replace("<lifetime>3600</lifetime>", ""),
            WHOLE.replace("group14", "fourteen"),
            '<!DOCTYPE a [<!ENTITY b "c">]>' + WHOLE,
            WHOLE + " " * 200_000,
        ],
        ids=["empty", "text", "no tunnel", "part missing", "no number", "document type", "too large"],
    )
    def test_what_is_not_a_configuration_is_refused_without_repeating_it(self, text):
        with pytest.raises(document.NotUnderstood) as refused:
            self.read(text)
        assert "secret" not in str(refused.value)
