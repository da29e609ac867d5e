"""How the products come by the customer's mail server: settings in their deployment.toml, the log-in by the machine itself."""

import html
import json
import re
import shutil
import subprocess
import tomllib
from dataclasses import replace

import pytest

from environments.catalogue.machines import nodes
from environments.provisioning.installation import document
from environments.provisioning.installation.packs import pack_of
from environments.provisioning.installation.settings import deployment_toml
from environments.provisioning.specification import Mail, Product
from environments.provisioning.steps.installation import Installation
from tests.environments.steps.conftest import Bench, bench_of
from tests.environments.test_installation_documents import HERE

STEP = Installation()
MAIL = Mail("own", "alerts@acme.example", "", "mail.acme.example", 587, "starttls", "alerts", "sec_1")
LOG_IN = {"username": "$env{MAIL_USER}", "password": "$env{MAIL_PASSWORD}"}
SERVER = {
    "from_address": "alerts@acme.example",
    "hostname": "mail.acme.example",
    "port": "587",
    "enable_start_tls": True,
    "enable_authentication": True,
    **LOG_IN,
}


def _settings(product: str, version: str, mail: Mail = MAIL, *, pattern: str = "single", layer: str = "") -> dict:
    node = next(one for one in nodes([(product, pattern)], ("ubuntu",)) if one.layer.key == layer)
    of = Product(product, version, "x.acme.internal", "10.20.0.10", pattern)
    return tomllib.loads(deployment_toml(of, node, pack_of(node, version), mail))


@pytest.fixture
def bench(world, request) -> Bench:
    """An environment whose machines are to be installed, with a mail server of the customer's."""
    bench = bench_of(world, request, mail=MAIL)
    bench.make_required(STEP)
    return bench


def test_identity_server_hands_its_mail_to_the_customers_server():
    assert _settings("identity-server", "7.1.0")["output_adapter"]["email"] == SERVER


def test_api_manager_does_too_for_accounts_and_for_news_of_apis():
    settings = _settings("api-manager", "4.5.0")
    assert settings["output_adapter"]["email"] == settings["apim"]["notification"] == SERVER


def test_micro_integrator_has_a_sender_for_integrations():
    (sender,) = _settings("micro-integrator", "4.4.0")["transport"]["mail"]["sender"]
    assert sender["name"] == "mailto"
    assert sender["parameter"] == {
        "hostname": "mail.acme.example",
        "port": "587",
        "enable_tls": True,
        "auth": True,
        "from": "alerts@acme.example",
        **LOG_IN,
    }


@pytest.mark.parametrize(
    "mail", [Mail(), Mail("ses", "alerts@acme.example", "acme.example"), replace(MAIL, port=465, encryption="tls")]
)
def test_without_a_server_that_the_products_can_speak_to_nothing_is_set(mail):
    assert "output_adapter" not in _settings("identity-server", "7.1.0", mail)


def test_gateways_send_no_mail_and_have_no_log_in():
    gateway = _settings("api-manager", "4.5.0", pattern="distributed", layer="gateway")
    assert "output_adapter" not in gateway
    assert "output_adapter" in _settings("api-manager", "4.5.0", pattern="distributed", layer="control-plane")


def test_machine_is_told_where_the_log_in_is_and_nothing_of_it(bench):
    given = STEP.job(bench.context, "api-manager-1").parameters
    assert given["MailSecret"] == bench.outputs["mail_credentials"]["secret_name"]
    (node,) = nodes([("api-manager", "single")], ("ubuntu",))
    told = json.dumps(given) + document.installation(bench.spec, bench.spec.products[0], node).content
    assert "secret of sec_1" not in told
    assert re.fullmatch(document.PARAMETERS["MailSecret"][1], given["MailSecret"])


def test_machine_without_a_mail_server_is_told_of_no_secret(world, request):
    bench = bench_of(world, request)
    bench.make_required(STEP)
    assert STEP.job(bench.context, "api-manager-1").parameters["MailSecret"] == ""


def test_new_password_reaches_the_machines_with_the_next_run(bench):
    before = STEP.job(bench.context, "api-manager-1").mark
    bench.spec = replace(bench.spec, mail=replace(MAIL, password="sec_2"))
    assert STEP.job(bench.context, "api-manager-1").mark != before


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
def test_log_in_with_any_letter_reaches_the_products_as_it_is():
    log_in = {"username": r"acme\alerts", "password": r"""a\b"c$d&e<f>g'h i\\"""}
    (program,) = re.findall(r"jq -r ('@html .*')", (HERE / "install.sh").read_text())
    command = f"jq -r {program}"
    said = subprocess.run(["bash", "-c", command], input=json.dumps(log_in), check=True, capture_output=True, text=True)
    read = dict(line.split("=", 1) for line in said.stdout.splitlines())
    assert {name: _as_the_product_reads(value) for name, value in read.items()} == {
        "MAIL_USER": log_in["username"],
        "MAIL_PASSWORD": log_in["password"],
    }


def _as_the_product_reads(line: str) -> str:
    """Return what systemd makes of a value in double quotes, and XML of that."""
    assert line[0] == line[-1] == '"'
    assert '"' not in line[1:-1]
    return html.unescape(re.sub(r'\\([\\"$`])', r"\1", line[1:-1]))
