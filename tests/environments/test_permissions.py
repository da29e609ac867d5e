"""The provisioner's role as the customer's stack makes it: the whole way of all steps under it, with IAM enforced.

Nothing may be denied. That nothing is allowed that no call uses is held by `test_actions.py`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from environments.provisioning import access_template, graph, permissions
from environments.provisioning.access_template import Given
from environments.provisioning.specification import Spec
from environments.provisioning.step import Drifted, Ready, Step
from environments.provisioning.steps import STEPS
from environments.provisioning.steps.certificate import domain_of
from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import PORTAL_USER, PROVIDER_ACCOUNT_ID
from tests.aws import ROLE, RunningStandIn
from tests.environments.steps.conftest import EXTERNAL_ID, NORTHWIND, Bench, spec_of_northwind
from tests.fakes.specifications import VARIANTS

TEMPLATE = access_template.of("WSO2", "wso2", permissions.actions(STEPS))
WAYS: dict[str, dict[str, Any]] = {
    "own network and names": VARIANTS["own vpc"] | VARIANTS["several nodes"] | {"zone": "acme.internal"},
    "the customer's network and names": VARIANTS["own dns"] | VARIANTS["own mail server"],
    "a new account": VARIANTS["new account"] | VARIANTS["own mail server"],
}
"""Environments in which every step applies that calls AWS. In a new account a step makes the role, not the template."""

_PATIENCE_SECONDS = 60


def deploy(stand_in: RunningStandIn, spec: Spec) -> None:
    """The customer deploys the template."""
    given = Given(
        ROLE,
        f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/{PORTAL_USER}",
        EXTERNAL_ID,
        [spec.environment_name],
        [spec.customer_region, spec.backup.dr_region],
    )
    formation = stand_in.customer(NORTHWIND, "cloudformation")
    formation.create_stack(StackName="access", TemplateBody=TEMPLATE.text(given), Capabilities=["CAPABILITY_NAMED_IAM"])


@pytest.fixture
def enforced(stand_in: RunningStandIn) -> Iterator[RunningStandIn]:
    with patches.at_once(), stand_in.enforce_iam():
        yield stand_in


def act_as_customer(bench: Bench, key: str) -> None:
    """Do what the customer does before a step can be ready."""
    acts: dict[str, Callable[[Bench], None]] = {
        "peering_acceptance": _accept,
        "vpn_tunnels": _bring_tunnels_up,
        "mail_records": _publish_mail_records,
        "certificate": _publish_domain,
    }
    acts.get(key, lambda _: None)(bench)


def _accept(bench: Bench) -> None:
    """Of a new account the customer has no key here: it is entered as whoever opened it may."""
    if not bench.spec.creates_account:
        bench.accept()
        return
    role = f"arn:aws:iam::{bench.outputs['account']['account_id']}:role/OrganizationAccountAccessRole"
    peering = bench.outputs["peering_request"]["peering_id"]
    bench.provider.as_role(role).change("ec2", "accept_vpc_peering_connection", VpcPeeringConnectionId=peering)


def _bring_tunnels_up(bench: Bench) -> None:
    connection = next(iter(bench.outputs["vpn_connection"].values()))
    account = bench.spec.completed(bench.outputs).customer_account_id
    bench.stand_in.tunnels_are_up(replace(NORTHWIND, account_id=account), connection)


def _publish_domain(bench: Bench) -> None:
    bench.stand_in.dns_is_published(domain_of(bench.spec))


def _publish_mail_records(bench: Bench) -> None:
    asked = bench.outputs["mail_identity"]
    route53 = bench.stand_in.customer(NORTHWIND, "route53")
    zone = route53.create_hosted_zone(Name=asked["domain"], CallerReference="public")["HostedZone"]["Id"]
    rows = [{**row, "value": f'"{row["value"]}"' if row["type"] == "TXT" else row["value"]} for row in asked["records"]]
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": row["name"],
                "Type": row["type"],
                "TTL": 300,
                "ResourceRecords": [{"Value": row["value"]}],
            },
        }
        for row in rows
    ]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    bench.stand_in.dns_is_published(asked["domain"])


def applying(bench: Bench) -> list[Step]:
    """Return the steps of this environment that call AWS."""
    return [step for step in STEPS if step.applies(bench.spec) and step.key != "direct_connect"]


def tear_down(bench: Bench) -> None:
    """Take everything away, each step once all is gone that builds on it, as the engine does."""
    left = list(graph.removals(applying(bench)))
    gone: set[str] = set(graph.ACCESS)
    until = time.monotonic() + _PATIENCE_SECONDS
    while left:
        assert time.monotonic() < until, [step.key for step in left]
        for step in graph.startable(left, gone):
            found = step.observe(bench.context)
            if isinstance(found, Drifted):
                step.apply(bench.context, found)
            elif isinstance(found, Ready):
                gone.add(step.key)
        left = [step for step in left if step.key not in gone]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_denied_from_the_first_look_to_the_tear_down(way: str, enforced: RunningStandIn) -> None:
    bench = Bench(spec_of_northwind(**WAYS[way]), stand_in=enforced)
    if not bench.spec.creates_account:
        deploy(enforced, bench.spec)

    for step in applying(bench):
        bench.apply(step)
        act_as_customer(bench, step.key)
        bench.make(step)
    bench.forget()
    for step in applying(bench):
        bench.make(step)
    assert bench.changes == []
    tear_down(bench)
