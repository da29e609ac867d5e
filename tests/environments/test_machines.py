"""The catalogue of machines: what each deployment pattern runs on."""

import re

import pytest

from environments.catalogue import machines, products
from environments.provisioning.steps import security_groups


def _names(product: str, pattern: str) -> list[str]:
    return [node.name for node in machines.nodes([(product, pattern)], ("ubuntu",))]


def test_each_pattern_has_its_nodes():
    assert _names("identity-server", "single") == ["identity-server-1"]
    assert _names("identity-server", "ha") == ["identity-server-1", "identity-server-2"]
    assert _names("identity-server", "distributed") == ["identity-server-1", "identity-server-2"]
    assert _names("api-manager", "distributed") == [
        "api-manager-control-plane-1",
        "api-manager-control-plane-2",
        "api-manager-gateway-1",
        "api-manager-gateway-2",
        "api-manager-key-manager-1",
        "api-manager-key-manager-2",
    ]


@pytest.mark.parametrize("product", list(products.BY_KEY))
@pytest.mark.parametrize("pattern", ["ha", "distributed"])
def test_one_zone_may_fail_and_every_layer_still_has_a_node(product, pattern):
    nodes = list(machines.nodes([(product, pattern)], ("ubuntu",)))
    for layer in machines.layers(product, pattern):
        assert {node.zone for node in nodes if node.layer == layer} == {0, 1}


@pytest.mark.parametrize("product", list(products.BY_KEY))
@pytest.mark.parametrize("pattern", list(products.PATTERNS_BY_KEY))
def test_each_port_that_customers_use_is_answered_by_one_layer(product, pattern):
    answered = [port for layer in machines.layers(product, pattern) for port in machines.ports_of(product, layer)]
    assert sorted(answered) == sorted(port.number for port in products.BY_KEY[product].ports if port.to_customer)


def test_products_take_turns_where_both_operating_systems_are_wanted():
    nodes = machines.nodes([("api-manager", "ha"), ("identity-server", "ha")], ("ubuntu", "red_hat"))
    assert [(node.name, node.system) for node in nodes] == [
        ("api-manager-1", "ubuntu"),
        ("api-manager-2", "ubuntu"),
        ("identity-server-1", "red_hat"),
        ("identity-server-2", "red_hat"),
    ]


def test_machine_without_the_agent_of_systems_manager_gets_it_at_first_boot():
    assert "amazon-ssm-agent" in machines.IMAGES["red_hat"].first_boot
    assert machines.IMAGES["ubuntu"].first_boot == ""


def test_heap_leaves_half_of_the_memory_to_the_system():
    gib_of = {"m6i.large": 8}
    size = machines.Size()
    assert size.heap_mib * 2 <= gib_of[size.instance_type] * 1024


def test_non_production_has_the_database_of_production_but_smaller():
    production, test = machines.database(production=True), machines.database(production=False)
    assert (production.engine, production.version, production.settings) == (test.engine, test.version, test.settings)
    assert production.size_gib > test.size_gib
    assert production.port == security_groups.DATABASE_PORT


def test_facts_are_dated():
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", machines.AS_OF)
