"""The text of the command documents, for every product, version, deployment pattern and layer."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from environments.catalogue import products as catalogue
from environments.catalogue.machines import nodes
from environments.provisioning import installation
from environments.provisioning.installation import document
from environments.provisioning.installation.packs import pack_of
from environments.provisioning.installation.settings import deployment_toml
from environments.provisioning.specification import Product
from tests.fakes.engine import spec

HERE = Path(installation.__file__).parent


def _every():
    for product in catalogue.PRODUCTS:
        for version in product.versions:
            for pattern in catalogue.PATTERNS_BY_KEY:
                asked = Product(product.key, version, f"{product.short}.acme.internal", "10.20.0.10", pattern)
                layers = {node.layer.key: node for node in nodes([(product.key, pattern)], ("ubuntu",))}
                for node in layers.values():
                    yield pytest.param(asked, node, id=f"{node.name}-{version}-{pattern}")


EVERY = list(_every())


def _content(product, node):
    return json.loads(document.installation(spec(), product, node).content)


def _script(content, name):
    (step,) = [step for step in content["mainSteps"] if step["name"] == name]
    return "\n".join(step["inputs"]["runCommand"])


@pytest.mark.parametrize("script", ["install.sh", "console.sh"])
def test_scripts_are_valid_bash_and_leave_nothing_to_systems_manager(script):
    assert "{{" not in (HERE / script).read_text()
    subprocess.run(["/bin/bash", "-n", HERE / script], check=True)


@pytest.mark.parametrize(("product", "node"), EVERY)
def test_document_is_valid_and_uses_every_parameter(product, node):
    made = document.installation(spec(), product, node)
    assert re.fullmatch(r"[a-zA-Z0-9_\-.]{3,128}", made.name)
    assert len(made.content.encode()) < 64 * 1024
    content = json.loads(made.content)
    assert content["schemaVersion"] == "2.2"
    assert [step["name"] for step in content["mainSteps"]] == ["agent", "pack", "common", "install"]
    used = set(re.findall(r"{{ (\w+) }}", made.content))
    assert used == set(content["parameters"]) == set(document.PARAMETERS)


@pytest.mark.parametrize(("product", "node"), EVERY)
def test_script_has_every_variable_that_it_reads(product, node):
    text = _script(_content(product, node), "install")
    given = set(re.findall(r"^export ([A-Z_]+)='", text, re.MULTILINE))
    body = (HERE / "install.sh").read_text()
    own = set(re.findall(r"^\s*(?:export )?([A-Z_]+)=", body, re.MULTILINE)) | {"KEYSTORE_PASSWORD"}
    read = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", body)) - {"ARGS"}
    assert read - own <= given


@pytest.mark.parametrize(("product", "node"), EVERY)
def test_settings_name_the_host_the_database_and_the_keystore_of_the_environment(product, node):
    pack = pack_of(node, product.version)
    toml = tomllib.loads(deployment_toml(product, node, pack))
    assert toml["server"]["hostname"] == product.hostname
    assert {one["file_name"] for one in toml["keystore"].values()} == {"environment.p12"}
    for database in pack.databases:
        urls = [one["url"] for one in toml.get("datasource", [])] + [
            one["url"] for one in toml.get("database", {}).values()
        ]
        assert any(
            f"$env{{DATABASE_ADDRESS}}:$env{{DATABASE_PORT}}/{database.name}?sslmode=require" in url for url in urls
        )


def test_database_secret_of_the_main_user_is_asked_for_where_databases_are_made_and_kept_nowhere():
    before, _, after = (HERE / "install.sh").read_text().partition('step "Databases"')
    making, _, rest = after.partition('step "Service"')
    assert "DATABASE_SECRET" in making
    assert "DATABASE_SECRET" not in before + rest
    assert re.findall(r"DATABASE_PASSWORD=.*<<<\"\$(\w+)\"", before) == ["login"]


@pytest.mark.parametrize(("product", "node"), EVERY)
def test_no_password_stands_in_the_settings(product, node):
    toml = deployment_toml(product, node, pack_of(node, product.version))
    said = re.findall(r"^(?:user\.|key_)?(?:password|key) = \"(.*)\"$", toml, re.MULTILINE)
    assert said
    assert all(value.startswith(("$env{", "$ref{")) for value in said)


def test_another_answer_is_another_document_and_the_same_is_the_same():
    product = Product("api-manager", "4.5.0", "am.acme.internal", "10.20.0.10")
    (node,) = nodes([("api-manager", "single")], ("ubuntu",))
    first = document.installation(spec(), product, node)
    assert first == document.installation(spec(), product, node)
    other = Product("api-manager", "4.5.0", "api.acme.internal", "10.20.0.10")
    assert first.name != document.installation(spec(), other, node).name


def test_gateways_find_the_control_planes_and_nodes_their_peers():
    product = Product("api-manager", "4.5.0", "am.acme.internal", "10.20.0.10", "distributed")
    layers = {node.layer.key: node for node in nodes([("api-manager", "distributed")], ("ubuntu",))}
    gateway = layers["gateway"]
    toml = tomllib.loads(deployment_toml(product, gateway, pack_of(gateway, "4.5.0")))
    assert toml["apim"]["event_hub"]["event_listening_endpoints"] == [
        "tcp://$env{ADDRESS_API_MANAGER_CONTROL_PLANE_1}:5672",
        "tcp://$env{ADDRESS_API_MANAGER_CONTROL_PLANE_2}:5672",
    ]
    assert pack_of(gateway, "4.5.0").folder == "wso2am-universal-gw-4.5.0"
    assert pack_of(gateway, "4.4.0").profile == "gateway-worker"


def test_identity_servers_know_each_other():
    product = Product("identity-server", "7.1.0", "is.acme.internal", "10.20.0.11", "ha")
    node = next(nodes([("identity-server", "ha")], ("ubuntu",)))
    toml = tomllib.loads(deployment_toml(product, node, pack_of(node, "7.1.0")))
    assert toml["clustering"]["members"] == [
        "$env{ADDRESS_IDENTITY_SERVER_1}:4000",
        "$env{ADDRESS_IDENTITY_SERVER_2}:4000",
    ]


def test_console_is_asked_on_its_own_machine_by_its_name():
    product = Product("identity-server", "7.1.0", "is.acme.internal", "10.20.0.11")
    content = json.loads(document.console_check(spec(), product).content)
    text = _script(content, "console")
    assert "export PRODUCT_HOSTNAME='is.acme.internal'" in text
    assert "export CONSOLE_PATH='/console'" in text
    assert ":127.0.0.1" in text
