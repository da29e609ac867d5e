"""When an installation counts as done: the product itself says on its machine that it serves."""

import os
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from environments.catalogue import products as catalogue
from environments.catalogue.machines import nodes
from environments.provisioning.installation.packs import health_of
from tests.environments.test_installation_documents import HERE


def _health(product: str, pattern: str = "single") -> dict[str, str]:
    return {node.layer.key: health_of(node) for node in nodes([(product, pattern)], ("ubuntu",))}


def test_each_layer_is_asked_where_its_manual_says():
    assert _health("api-manager") == {"": "https://localhost:9443/services/Version"}
    assert _health("api-manager", "distributed") == {
        "control-plane": "https://localhost:9443/services/Version",
        "gateway": "https://localhost:9443/api/am/gateway/v2/server-startup-healthcheck",
        "key-manager": "https://localhost:9443/services/Version",
    }
    assert _health("identity-server", "ha") == {"": "https://localhost:9443/api/health-check/v1.0/health"}
    assert _health("micro-integrator") == {"": "http://localhost:9201/liveness"}


@pytest.mark.parametrize("product", catalogue.PRODUCTS, ids=lambda product: product.key)
def test_no_product_is_asked_on_a_port_that_another_has(product):
    for pattern in catalogue.PATTERNS_BY_KEY:
        for address in _health(product.key, pattern).values():
            port = int(address.split(":")[2].partition("/")[0])
            assert port in ({9201} if product.key == "micro-integrator" else {one.number for one in product.ports})


@pytest.fixture
def product():
    """A product that answers with the status in `.says`, and keeps what it was asked."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            self.send_response(self.server.says)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.asked, server.says = [], 200
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _waited(product: HTTPServer, tmp_path) -> subprocess.CompletedProcess:
    """Run the end of the script: two looks, without the pause between."""
    given = {
        "HEALTH_URL": f"http://127.0.0.1:{product.server_port}/health",
        "PRODUCT": "api-manager",
        "VERSION": "4.5.0",
        "MARK": "mark-1",
        "done_mark": str(tmp_path / "done"),
        "packages": str(tmp_path / "packages"),
        "unit": "wso2-api-manager",
    }
    script = (HERE / "install.sh").read_text()
    end = script[script.index('step "Waiting until') :]
    told = 'step() { echo "$*"; }; seq() { echo 1 2; }; sleep() { :; }; journalctl() { echo last words; }'
    command = ["bash", "-c", f"set -euo pipefail\n{told}\n{end}"]
    return subprocess.run(command, env=os.environ | given, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize(("says", "done"), [(200, True), (302, True), (404, False), (500, False), (503, False)])
def test_answer_that_is_an_error_is_no_answer(product, tmp_path, says, done):
    product.says = says
    ended = _waited(product, tmp_path)
    assert (ended.returncode == 0) is done
    assert (tmp_path / "done").exists() is done
    assert product.asked == ["/health"] * (1 if done else 2)
    if not done:
        assert "api-manager 4.5.0 does not answer well at http://127.0.0.1:" in ended.stderr
        assert "last words" in ended.stderr
