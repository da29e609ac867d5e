"""What a machine does when it first starts, done by a shell in a folder of the test's own."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from environments.catalogue.machines import IMAGES, nodes
from environments.provisioning.installation import document, first_boot
from environments.provisioning.specification import Machines, Monitoring
from tests.environments.steps.conftest import spec_of_northwind
from tests.environments.test_installation_documents import HERE

PROXY = "http://proxy.northwind.example:3128"
BEHIND_PROXY = Monitoring(internet_reachable=False, http_proxy=PROXY)
WITH_LOG_IN = replace(BEHIND_PROXY, proxy_username="wso2", proxy_password="sealed-1")
UNIT = "etc/systemd/system/{}.service.d/proxy.conf"


def _script(system: str, monitoring: Monitoring = BEHIND_PROXY) -> str:
    return first_boot.script(spec_of_northwind(monitoring=monitoring), IMAGES[system])


def _started(system: str, root: Path, times: int = 1) -> list[str]:
    """Start a machine of this system, and return which programs it ran."""
    for folder in {"ubuntu": ("etc/apt/apt.conf.d",), "red_hat": ("etc/dnf",)}[system]:
        (root / folder).mkdir(parents=True)
    if system == "red_hat":
        (root / "etc/dnf/dnf.conf").write_text("[main]\ngpgcheck=True\nproxy=http://old:1\n")
    programs = "".join(f'{one}() {{ echo {one} "$@"; }}\n' for one in ("systemctl", "dnf"))
    script = programs + _script(system).replace("/etc/", f"{root}/etc/").replace('"/etc', f'"{root}/etc')
    for _ in range(times):
        done = subprocess.run(["/bin/sh", "-eu", "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("system", IMAGES)
def test_agent_of_systems_manager_goes_out_through_the_customers_proxy(tmp_path, system):
    ran = _started(system, tmp_path)
    for unit in ("amazon-ssm-agent", "snap.amazon-ssm-agent.amazon-ssm-agent"):
        assert (tmp_path / UNIT.format(unit)).read_text() == (
            "[Service]\n"
            f'Environment="http_proxy={PROXY}" "https_proxy={PROXY}" "no_proxy=169.254.169.254,localhost,127.0.0.1"\n'
        )
    assert ran[-1] == "systemctl try-restart amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent"


def test_packages_of_ubuntu_come_through_it(tmp_path):
    _started("ubuntu", tmp_path)
    assert (tmp_path / "etc/apt/apt.conf.d/95proxy").read_text() == (
        f'Acquire::http::Proxy "{PROXY}";\nAcquire::https::Proxy "{PROXY}";\n'
    )


def test_packages_of_red_hat_come_through_it_the_agent_first_of_all(tmp_path):
    ran = _started("red_hat", tmp_path, times=2)
    assert (tmp_path / "etc/dnf/dnf.conf").read_text() == f"[main]\ngpgcheck=True\nproxy={PROXY}\n"
    assert ran.index("systemctl daemon-reload") < next(
        place for place, one in enumerate(ran) if one.startswith("dnf install")
    )


@pytest.mark.parametrize("system", IMAGES)
def test_machine_that_reaches_the_internet_does_only_what_its_image_lacks(system):
    assert _script(system, Monitoring(http_proxy=PROXY)) == IMAGES[system].first_boot


@pytest.mark.parametrize("system", IMAGES)
def test_nothing_of_a_log_in_is_in_what_everybody_may_read(system):
    assert _script(system, WITH_LOG_IN) == IMAGES[system].first_boot


def test_installation_goes_out_through_it_too_and_asks_its_own_machine_directly():
    spec = spec_of_northwind(monitoring=BEHIND_PROXY, machines=Machines(("ubuntu",)))
    (node,) = nodes([("api-manager", "single")], ("ubuntu",))
    content = json.loads(document.installation(spec, spec.products[0], node).content)
    script = "\n".join(content["mainSteps"][-1]["inputs"]["runCommand"])
    exports = "\n".join(re.findall(r"^export [A-Z_]+='.*'$", script, re.MULTILINE))
    way = re.search(r"^if \[ -n \"\$WAY_OUT\".*?^fi$", (HERE / "install.sh").read_text(), re.MULTILINE | re.DOTALL)
    asked = f'{exports}\n{way[0]}\necho "$http_proxy $https_proxy $no_proxy"'
    done = subprocess.run(["bash", "-euc", asked], env={}, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == f"{PROXY} {PROXY} 169.254.169.254,localhost,127.0.0.1"
