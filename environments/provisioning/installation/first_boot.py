"""What a machine does when it starts for the first time: it learns its way out, and gets the agent that its image lacks.

Whoever may see a launch template reads this, and so does everything on the machine: no password is in it. Sources: Systems
Manager User Guide, "Configure SSM Agent to use a proxy on Linux instances"; apt-transport-http(1); dnf.conf(5).
"""

from pathlib import Path
from shlex import quote

from environments.catalogue.machines import Image
from environments.provisioning.specification import Spec
from environments.provisioning.step import StepRefused

_WAY_OUT = Path(__file__).parent / "way_out.sh"
_SHELL = "#!/bin/sh\n"
DIRECT = "169.254.169.254,localhost,127.0.0.1"
"""What is asked without the proxy: the machine's metadata service, and the machine itself."""

_AGENTS = "amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent"


def proxy_of(spec: Spec) -> str:
    """Return the customer's proxy where machines go out through it. One that asks for a log-in is of no use here."""
    monitoring = spec.monitoring
    asks = bool(monitoring.proxy_username or monitoring.proxy_password)
    return "" if monitoring.internet_reachable or asks else monitoring.http_proxy


def script(spec: Spec, image: Image) -> str:
    """Return what runs at the first start, as root; empty where there is nothing to do."""
    proxy = proxy_of(spec)
    if not proxy:
        return image.first_boot
    known = f"proxy={quote(proxy)}\ndirect={quote(DIRECT)}\n"
    restart = f"systemctl try-restart {_AGENTS} || true\n"
    return _SHELL + known + _WAY_OUT.read_text() + image.first_boot.removeprefix(_SHELL) + restart


def told(spec: Spec, image: Image) -> str:
    """Return in words what the first start does, empty where nothing."""
    proxy = proxy_of(spec)
    does = (f"goes out through {proxy}" if proxy else "", "installs the agent" if image.first_boot else "")
    return " and ".join(filter(None, does))


def require_way_out(spec: Spec) -> None:
    """Raise `StepRefused` where machines could never report. The way out of a customer's own VPC is theirs, and not known."""
    monitoring = spec.monitoring
    if not spec.creates_vpc or monitoring.internet_reachable or proxy_of(spec):
        return
    if monitoring.http_proxy:
        raise StepRefused(
            f"The HTTP proxy {monitoring.http_proxy} asks for a log-in, which no machine has when it starts: none could report "
            "to Systems Manager.",
            remedy=f"Have the customer let {', '.join(spec.customer_cidrs)} through their proxy without a log-in, and take "
            "user name and password out of the section on monitoring. Then make a new plan.",
            code="no_way_out",
        )
    raise StepRefused(
        "The VPC is not to reach the Internet, and no HTTP proxy is given: no machine could report to Systems Manager.",
        remedy="Have the customer give an HTTP proxy in the section on monitoring, or say there that the environments reach "
        "the Internet. Then make a new plan.",
        code="no_way_out",
    )
