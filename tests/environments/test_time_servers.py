"""Which clocks the machines follow, as chrony reads it."""

import base64
import json
import re

import pytest

from environments.catalogue.machines import nodes
from environments.provisioning.installation import document
from environments.provisioning.installation.time_servers import chrony_conf
from environments.provisioning.specification import Ntp
from environments.provisioning.steps.installation import InstallationDocuments
from tests.environments.steps.conftest import spec_of_northwind
from tests.environments.steps.test_vpc import OWN

NORTHWIND = Ntp("own", ("192.168.0.5", "ntp.northwind.example", "2001:db8::5"))


def _told(spec) -> str:
    """Return the configuration that an installation writes."""
    (node,) = nodes([("api-manager", "single")], ("ubuntu",))
    content = json.loads(document.installation(spec, spec.products[0], node).content)
    script = "\n".join(content["mainSteps"][-1]["inputs"]["runCommand"])
    (encoded,) = re.findall(r"^export CHRONY_CONF='(.*)'$", script, re.MULTILINE)
    assert 'echo "$CHRONY_CONF" | base64 -d' in script
    return base64.b64decode(encoded).decode()


def _servers(text: str) -> list[str]:
    return [line.split()[1] for line in text.splitlines() if line.startswith(("server ", "pool ", "peer "))]


@pytest.mark.parametrize("vpc", [OWN, {}], ids=["a VPC of its own", "the customer's VPC"])
def test_machines_follow_the_customers_servers_names_and_addresses_alike(vpc):
    assert _servers(_told(spec_of_northwind(ntp=NORTHWIND, **vpc))) == list(NORTHWIND.servers)


def test_machines_follow_amazon_time_sync_where_the_customer_has_no_servers():
    assert _servers(_told(spec_of_northwind())) == ["169.254.169.123"]


def test_nothing_but_these_is_asked_and_the_text_says_whose_they_are():
    assert chrony_conf(Ntp("own", ("ntp.northwind.example",))).splitlines() == [
        "# Written by the installation, from the intake: the customer's time servers.",
        "server ntp.northwind.example iburst",
        "driftfile /var/lib/chrony/drift",
        "makestep 1.0 3",
        "rtcsync",
    ]


def test_servers_of_an_earlier_answer_count_no_more_once_amazons_is_chosen():
    assert _servers(chrony_conf(Ntp("amazon", NORTHWIND.servers))) == ["169.254.169.123"]


def test_other_servers_make_other_documents_so_that_standing_machines_follow_them():
    step = InstallationDocuments()
    before, after = (
        {one.name for one in step.wanted(spec_of_northwind(ntp=ntp)) if "-install-" in one.name}
        for ntp in (Ntp(), NORTHWIND)
    )
    assert not before & after
