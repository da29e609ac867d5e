from dataclasses import replace
from datetime import timedelta

import pytest

from environments.provisioning.step import Drifted, Missing, Pending, Ready
from environments.provisioning.steps.certificate import GIVES_UP_AFTER, Certificate, domain_of
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind
from tests.fakes.cloud.services.acm import publish_records

CERTIFICATE = Certificate()
DOMAIN = "integration.northwind.example"


def _ha(spec):
    return tuple(replace(product, pattern="ha") for product in spec.products)


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, domain=DOMAIN)


@pytest.fixture(autouse=True)
def _on_several_nodes(bench) -> None:
    bench.spec = replace(bench.spec, products=_ha(bench.spec))


@pytest.fixture
def asked(bench: Bench) -> Bench:
    bench.pass_time(timedelta(0))
    CERTIFICATE.apply(bench.context, Missing())
    bench.pass_time(timedelta(seconds=5))
    return bench


@pytest.fixture
def issued(asked: Bench) -> Bench:
    publish(asked)
    asked.make(CERTIFICATE)
    return asked


def publish(bench: Bench) -> None:
    """The customer publishes the record."""
    if bench.in_memory:
        publish_records(bench.in_memory)
    else:
        from portal.embedded.aws_stand_in.patches import acm  # moto takes a second to import

        acm.dns_is_published(domain_of(bench.spec))


def _certificates(bench: Bench) -> list[dict]:
    return bench.customer.pages("acm", "list_certificates", "CertificateSummaryList")


def test_it_is_asked_for_only_with_a_public_domain_and_a_load_balancer():
    spec = spec_of_northwind()
    several = replace(spec, products=_ha(spec))
    assert not CERTIFICATE.applies(spec)
    assert not CERTIFICATE.applies(several)
    assert not CERTIFICATE.applies(replace(spec, domain=DOMAIN))
    assert CERTIFICATE.applies(replace(several, domain=DOMAIN))


def test_one_record_proves_the_names_of_all_products_of_an_environment():
    spec = replace(spec_of_northwind(), domain=DOMAIN)
    assert domain_of(spec) == f"*.{DOMAIN}"
    test = replace(spec.products[0], hostname="am.test.northwind.internal")
    assert domain_of(replace(spec, products=(test,))) == f"*.test.{DOMAIN}"
    own_dns = replace(spec.dns, choice="own", zone="northwind.internal")
    assert domain_of(replace(spec, zone="", dns=own_dns)) == f"*.{DOMAIN}"


def test_one_call_asks_for_it(bench):
    assert isinstance(CERTIFICATE.observe(bench.context), Missing)
    bench.forget()
    assert isinstance(CERTIFICATE.apply(bench.context, Missing()), Pending)
    assert bench.changes == ["acm.request_certificate"]
    assert bench.reads == []


def test_customer_is_told_which_record_to_publish_and_until_when(asked):
    found = CERTIFICATE.observe(asked.context)
    assert isinstance(found, Pending)
    assert found.waits_on == "customer"
    first, record = found.reason.splitlines()
    assert f"in the public DNS of {DOMAIN} " in first
    assert record.startswith("CNAME _")
    assert found.give_up_at
    left = found.give_up_at - asked.context.now
    assert GIVES_UP_AFTER - timedelta(minutes=1) < left < GIVES_UP_AFTER


def test_published_record_issues_it(issued):
    assert issued.outputs["certificate"]["domain"] == f"*.{DOMAIN}"
    assert issued.outputs["certificate"]["arn"].startswith("arn:aws:acm:")


def test_again_takes_two_reads(issued):
    issued.forget()
    issued.make(CERTIFICATE)
    assert issued.reads == ["acm.list_certificates", "acm.list_tags_for_certificate"]
    assert issued.changes == []


def test_same_request_again_makes_no_second_one(bench):
    context = bench.context
    CERTIFICATE.apply(context, Missing())
    CERTIFICATE.apply(context, Missing())
    assert len(_certificates(bench)) == 1


def test_it_is_asked_for_anew_after_a_reset_on_the_same_day(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, domain=DOMAIN, products=_ha(memory_bench.spec))
    CERTIFICATE.apply(memory_bench.context, Missing())
    memory_bench.tear_down(CERTIFICATE)
    memory_bench.pass_time(timedelta(minutes=1))
    CERTIFICATE.apply(memory_bench.context, Missing())
    assert isinstance(CERTIFICATE.observe(memory_bench.context), Pending)


def test_certificate_of_somebody_else_for_this_domain_is_left_alone(bench):
    bench.customer.change("acm", "request_certificate", DomainName=f"*.{DOMAIN}", IdempotencyToken="theirs")
    assert isinstance(CERTIFICATE.observe(bench.context), Missing)
    CERTIFICATE.apply(bench.context, Missing())
    bench.tear_down(CERTIFICATE)
    assert len(_certificates(bench)) == 1


def test_certificate_for_another_domain_gives_way(issued):
    issued.spec = replace(issued.spec, domain="api.northwind.example")
    found = CERTIFICATE.observe(issued.context)
    assert isinstance(found, Drifted)
    assert [change.action for change in found.changes] == ["create", "remove"]
    CERTIFICATE.apply(issued.context, found)
    assert [row["DomainName"] for row in _certificates(issued)] == ["*.api.northwind.example"]


def test_request_that_timed_out_is_made_anew(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, domain=DOMAIN, products=_ha(memory_bench.spec))
    CERTIFICATE.apply(memory_bench.context, Missing())
    memory_bench.pass_time(GIVES_UP_AFTER)
    found = CERTIFICATE.observe(memory_bench.context)
    assert isinstance(found, Drifted)
    CERTIFICATE.apply(memory_bench.context, found)
    (row,) = memory_bench.memory.rows("acm", "certificate")
    assert row["Status"] == "PENDING_VALIDATION"


def test_removal_leaves_nothing_even_after_the_domain_was_dropped(issued):
    issued.spec = replace(issued.spec, domain="")
    issued.tear_down(CERTIFICATE)
    assert _certificates(issued) == []
    issued.forget()
    issued.tear_down(CERTIFICATE)
    assert issued.changes == []
    assert isinstance(CERTIFICATE.observe_removal(issued.context), Ready)
