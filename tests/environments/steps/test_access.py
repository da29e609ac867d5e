import json
from dataclasses import replace

import pytest

from environments.provisioning import access_template, messages, permissions
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Pending, Ready, StepRefused
from environments.provisioning.steps import BY_KEY, STEPS
from environments.provisioning.steps.access import ProviderAccess
from tests.aws import ROLE
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind

CUSTOMER_ACCESS = BY_KEY["customer_access"]
TEMPLATE = access_template.of("WSO2", "wso2", permissions.actions(STEPS))


@pytest.fixture
def bench(stand_in_bench) -> Bench:
    return stand_in_bench


def test_provider_access_says_as_whom(bench):
    found = ProviderAccess().observe(bench.context)
    assert found.outputs["arn"].endswith(":user/portal-worker")


def test_wrong_provider_account_is_refused(stand_in):
    bench = Bench(spec_of_northwind(provider_account_id="999999999999"), stand_in=stand_in)
    with pytest.raises(StepRefused) as refused:
        ProviderAccess().observe(bench.context)
    assert refused.value.code == "wrong_account"


def test_customer_access_enters_by_the_role(bench):
    found = CUSTOMER_ACCESS.observe(bench.context)
    assert isinstance(found, Ready)
    assert f":assumed-role/{ROLE}/" in found.outputs["arn"]


def test_missing_role_waits_for_the_customer_and_says_which(stand_in):
    bench = Bench(spec_of_northwind(), stand_in=stand_in)
    found = CUSTOMER_ACCESS.observe(bench.context)
    assert isinstance(found, Pending)
    assert found.waits_on == "customer"
    assert ROLE in found.reason


def test_customer_is_not_asked_to_mend_credentials_that_we_lack(bench):
    class Keyless:
        def read(self, *_, **__):
            raise CallFailed(Failure.DENIED, "NoCredentialsError", "The worker has no AWS credentials.")

        def admits_without_external_id(self):
            return self.read()

    with pytest.raises(CallFailed) as failed:
        CUSTOMER_ACCESS.observe(replace(bench.context, customer=Keyless()))
    assert "worker" in messages.explain(failed.value)["remedy"]


def test_another_external_id_does_not_get_in(stand_in):
    stand_in.trust_portal(NORTHWIND.account_id, "the id of somebody else")
    assert isinstance(CUSTOMER_ACCESS.observe(Bench(spec_of_northwind(), stand_in=stand_in).context), Pending)


def test_role_without_the_condition_is_refused(stand_in):
    stand_in.trust_portal(NORTHWIND.account_id, "")
    with pytest.raises(StepRefused) as refused:
        CUSTOMER_ACCESS.observe(Bench(spec_of_northwind(), stand_in=stand_in).context)
    assert "sts:ExternalId" in refused.value.remedy


def test_role_that_is_made_later_is_found_by_the_same_worker(stand_in):
    bench = Bench(spec_of_northwind(), stand_in=stand_in)
    assert isinstance(CUSTOMER_ACCESS.observe(bench.context), Pending)
    stand_in.trust_portal(NORTHWIND.account_id, bench.spec.external_id)
    assert isinstance(CUSTOMER_ACCESS.observe(bench.context), Ready)


def test_credentials_that_aws_no_longer_knows_are_asked_for_anew(bench):
    assert isinstance(CUSTOMER_ACCESS.observe(bench.context), Ready)
    bench.stand_in.application.reset()
    bench.stand_in.trust_portal(NORTHWIND.account_id, bench.spec.external_id)
    CUSTOMER_ACCESS.observe(bench.context)
    assert isinstance(CUSTOMER_ACCESS.observe(bench.context), Ready)


def test_access_changes_nothing(bench):
    for step in (ProviderAccess(), CUSTOMER_ACCESS):
        bench.apply(step)
        step.remove(bench.context)
    assert bench.changes == []
    roles = bench.stand_in.customer(NORTHWIND, "iam").list_roles()["Roles"]
    assert json.dumps([role["RoleName"] for role in roles]).count(ROLE) == 1


def marked(stand_in, version: str, *actions: str) -> Bench:
    """Return a bench whose customer has the role of some version of the template, with these permissions."""
    stand_in.trust_portal(NORTHWIND.account_id, "external-id-of-northwind")
    iam = stand_in.customer(NORTHWIND, "iam")
    iam.tag_role(RoleName=ROLE, Tags=[{"Key": "wso2:template", "Value": version}])
    allowed = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_role_policy(RoleName=ROLE, PolicyName="p", PolicyDocument=document)
    return Bench(spec_of_northwind(), stand_in=stand_in)


HARMLESS = ("ec2:DescribeVpcs", "iam:ListRoles", "route53:ListHostedZones")


def test_role_of_the_current_template_is_trusted_to_have_its_permissions(stand_in):
    bench = marked(stand_in, TEMPLATE.version, "iam:GetRole")
    with stand_in.enforce_iam():
        found = CUSTOMER_ACCESS.observe(bench.context)
    assert isinstance(found, Ready)
    assert found.resources[0].attributes == {}
    assert bench.reads == ["sts.get_caller_identity", "iam.get_role"]


def test_missing_permission_is_named_with_the_version_to_deploy(stand_in):
    bench = marked(stand_in, "2026-01-01.0a0a0a0a", "iam:GetRole", "ec2:DescribeVpcs")
    with stand_in.enforce_iam(), pytest.raises(StepRefused) as refused:
        CUSTOMER_ACCESS.observe(bench.context)
    assert "may not do iam:ListRoles, route53:ListHostedZones" in refused.value.message
    assert "version 2026-01-01.0a0a0a0a of our template" in refused.value.message
    assert TEMPLATE.version in refused.value.remedy


def test_earlier_template_that_allows_what_is_needed_is_said(stand_in):
    bench = marked(stand_in, "2026-01-01.0a0a0a0a", "iam:GetRole", *HARMLESS)
    with stand_in.enforce_iam():
        found = CUSTOMER_ACCESS.observe(bench.context)
    assert isinstance(found, Ready)
    assert found.resources[0].attributes == {"template": f"2026-01-01.0a0a0a0a, the current is {TEMPLATE.version}"}


def test_permissions_are_tried_once_for_each_version_of_the_template(bench):
    bench.make(CUSTOMER_ACCESS)
    assert len(bench.reads) == 5
    bench.forget()

    CUSTOMER_ACCESS.observe(bench.context)
    assert bench.reads == ["sts.get_caller_identity"]

    bench.outputs["customer_access"]["tried"] = "an earlier version"
    bench.forget()
    CUSTOMER_ACCESS.observe(bench.context)
    assert len(bench.reads) == 5
