import json
from dataclasses import replace

import pytest

from environments.provisioning import messages
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Pending, Ready, StepRefused
from environments.provisioning.steps.access import CustomerAccess, ProviderAccess
from tests.aws import ROLE
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind


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
    found = CustomerAccess().observe(bench.context)
    assert isinstance(found, Ready)
    assert f":assumed-role/{ROLE}/" in found.outputs["arn"]


def test_missing_role_waits_for_the_customer_and_says_which(stand_in):
    bench = Bench(spec_of_northwind(), stand_in=stand_in)
    found = CustomerAccess().observe(bench.context)
    assert isinstance(found, Pending)
    assert found.waits_on == "customer"
    assert ROLE in found.reason


def test_customer_is_not_asked_to_mend_credentials_that_we_lack(bench):
    class Keyless:
        def read(self, *_, **__):
            raise CallFailed(Failure.DENIED, "NoCredentialsError", "The worker has no AWS credentials.")

    with pytest.raises(CallFailed) as failed:
        CustomerAccess().observe(replace(bench.context, customer=Keyless()))
    assert "worker" in messages.explain(failed.value)["remedy"]


def test_another_external_id_does_not_get_in(stand_in):
    stand_in.trust_portal(NORTHWIND.account_id, "the id of somebody else")
    assert isinstance(CustomerAccess().observe(Bench(spec_of_northwind(), stand_in=stand_in).context), Pending)


def test_role_without_the_condition_is_refused(stand_in):
    stand_in.trust_portal(NORTHWIND.account_id, "")
    with pytest.raises(StepRefused) as refused:
        CustomerAccess().observe(Bench(spec_of_northwind(), stand_in=stand_in).context)
    assert "sts:ExternalId" in refused.value.remedy


def test_role_that_is_made_later_is_found_by_the_same_worker(stand_in):
    bench = Bench(spec_of_northwind(), stand_in=stand_in)
    assert isinstance(CustomerAccess().observe(bench.context), Pending)
    stand_in.trust_portal(NORTHWIND.account_id, bench.spec.external_id)
    assert isinstance(CustomerAccess().observe(bench.context), Ready)


def test_credentials_that_aws_no_longer_knows_are_asked_for_anew(bench):
    assert isinstance(CustomerAccess().observe(bench.context), Ready)
    bench.stand_in.application.reset()
    bench.stand_in.trust_portal(NORTHWIND.account_id, bench.spec.external_id)
    CustomerAccess().observe(bench.context)
    assert isinstance(CustomerAccess().observe(bench.context), Ready)


def test_access_changes_nothing(bench):
    for step in (ProviderAccess(), CustomerAccess()):
        bench.apply(step)
        step.remove(bench.context)
    assert bench.changes == []
    roles = bench.stand_in.customer(NORTHWIND, "iam").list_roles()["Roles"]
    assert json.dumps([role["RoleName"] for role in roles]).count(ROLE) == 1
