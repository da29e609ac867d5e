"""A new AWS account through Organizations, and the role by which later steps enter it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps import BY_KEY
from tests.environments.steps.conftest import Bench, bench_of
from tests.fakes.cloud import Call

ACCOUNT, ROLE = BY_KEY["account"], BY_KEY["account_role"]
NEW = {"creates_account": True, "root_email": "aws@northwind.example", "creates_vpc": True}


@pytest.fixture
def bench(world, request) -> Bench:
    bench = bench_of(world, request, **NEW)
    bench.spec = replace(
        bench.spec, customer_account_id="", role_arn="arn:aws:iam:::role/Provisioner", customer_vpc_id=""
    )
    return bench


def accounts(bench: Bench) -> list:
    rows = bench.provider.read("organizations", "list_accounts")["Accounts"]
    return [row for row in rows if row["Email"] == "aws@northwind.example"]


def opened(bench: Bench, step) -> Bench:
    bench.make_required(step)
    bench.make(step)
    bench.forget()
    return bench


def entered(bench: Bench):
    return bench.provider.as_role(
        f"arn:aws:iam::{bench.outputs['account']['account_id']}:role/OrganizationAccountAccessRole"
    )


@pytest.mark.parametrize("step", [ACCOUNT, ROLE], ids=["account", "role"])
def test_nothing_of_it_where_the_customer_has_an_account(memory_bench, step):
    assert not step.applies(memory_bench.spec)


class TestAccount:
    def test_first_apply_is_one_call_and_waits_for_aws(self, bench):
        bench.make_required(ACCOUNT)
        bench.forget()
        found = ACCOUNT.apply(bench.context, Missing())
        assert bench.changes == ["organizations.create_account"]
        assert isinstance(found, Pending)
        assert found.waits_on == "aws"

    def test_it_has_the_customers_address_and_completes_the_specification(self, bench):
        opened(bench, ACCOUNT)
        (account,) = accounts(bench)
        completed = bench.spec.completed(bench.outputs)
        assert completed.customer_account_id == account["Id"]
        assert completed.role_arn == f"arn:aws:iam::{account['Id']}:role/Provisioner"

    def test_second_apply_is_one_read(self, bench):
        opened(bench, ACCOUNT).apply(ACCOUNT)
        assert bench.changes == []
        assert bench.reads == ["organizations.list_accounts"]

    def test_another_environment_of_the_customer_uses_the_same_account(self, bench):
        opened(bench, ACCOUNT)
        first = bench.outputs.pop("account")
        bench.spec = replace(bench.spec, environment_id="env_2", environment_name="Test")
        bench.make(ACCOUNT)
        assert bench.outputs["account"] == first
        assert len(accounts(bench)) == 1

    def test_account_that_is_known_stays_the_one_when_the_address_changes(self, bench):
        opened(bench, ACCOUNT)
        first = bench.outputs["account"]
        bench.spec = replace(bench.spec, root_email="else@northwind.example")
        bench.make(ACCOUNT)
        assert bench.outputs["account"] == first
        assert bench.changes == []

    def test_tear_down_leaves_the_account(self, bench):
        opened(bench, ACCOUNT)
        ACCOUNT.remove(bench.context)
        assert len(accounts(bench)) == 1
        assert "customer" in ACCOUNT.remains


class TestRefusals:
    @pytest.fixture
    def bench(self, memory_bench) -> Bench:
        memory_bench.spec = replace(
            memory_bench.spec, **NEW, customer_account_id="", role_arn="arn:aws:iam:::role/Provisioner"
        )
        return memory_bench

    def refuse(self, bench: Bench, reason: str) -> None:
        cloud = bench.memory
        call = Call(
            cloud, cloud.world("organizations"), bench.spec.provider_account_id, "eu-west-1", "organizations", "x"
        )
        call.add("refused_account", reason, {"Name": "wso2 northwind", "asked_at": bench.now, "reason": reason})

    @pytest.mark.parametrize(
        ("reason", "said"),
        [
            ("EMAIL_ALREADY_EXISTS", "has this e-mail address already"),
            ("ACCOUNT_LIMIT_EXCEEDED", "as many accounts as AWS allows"),
            ("SOMETHING_NEW", "AWS gives the reason SOMETHING_NEW"),
        ],
    )
    def test_why_aws_opened_none_is_a_sentence(self, bench, reason, said):
        self.refuse(bench, reason)
        with pytest.raises(StepRefused, match=said):
            ACCOUNT.observe(bench.context)

    def test_later_it_is_asked_for_anew(self, bench):
        self.refuse(bench, "INTERNAL_FAILURE")
        bench.pass_time(timedelta(minutes=11))
        assert isinstance(ACCOUNT.observe(bench.context), Missing)

    def test_request_that_was_the_second_does_not_stop_the_first(self, bench):
        ACCOUNT.apply(bench.context, Missing())
        ACCOUNT.apply(bench.context, Missing())
        assert isinstance(ACCOUNT.observe(bench.context), Pending)
        bench.make(ACCOUNT)
        assert len(accounts(bench)) == 1

    def test_closed_account_is_for_a_person(self, bench):
        bench.make(ACCOUNT)
        bench.memory.rows("organizations", "account")[0]["Status"] = "SUSPENDED"
        with pytest.raises(StepRefused, match="is suspended"):
            ACCOUNT.observe(bench.context)


class TestRole:
    def test_it_lets_the_provider_in_with_the_external_id_and_nobody_else(self, bench):
        opened(bench, ROLE)
        role = entered(bench).read("iam", "get_role", RoleName="Provisioner")["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": bench.spec.external_id}}
        assert isinstance(BY_KEY["customer_access"].observe(bench.context), Ready)

    def test_it_may_do_what_the_steps_do_and_no_more(self, bench):
        opened(bench, ROLE)
        answer = entered(bench).read("iam", "get_role_policy", RoleName="Provisioner", PolicyName="provisioner")
        (statement,) = answer["PolicyDocument"]["Statement"]
        assert "ec2:CreateVpnConnection" in statement["Action"]
        assert "*" not in "".join(statement["Action"])

    def test_policy_fits_into_a_role(self):
        """Source: IAM user guide, "IAM and AWS STS quotas": 10,240 characters of inline policies, white space not counted."""
        assert len("".join(json.dumps(ROLE._document()).split())) <= 10_240

    def test_second_apply_is_two_reads(self, bench):
        opened(bench, ROLE).apply(ROLE)
        assert bench.changes == []
        assert sorted(bench.reads) == ["iam.get_role", "iam.get_role_policy"]

    def test_trust_that_was_opened_is_closed_again(self, bench):
        opened(bench, ROLE)
        statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        wide = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        entered(bench).change("iam", "update_assume_role_policy", RoleName="Provisioner", PolicyDocument=wide)
        found = ROLE.observe(bench.context)
        assert isinstance(found, Drifted)
        assert "trust is somebody else" in found.differences[0]
        bench.make(ROLE)

    def test_policy_that_was_lost_is_put_back(self, bench):
        """Also what is left when the process dies between both calls."""
        opened(bench, ROLE)
        entered(bench).change("iam", "delete_role_policy", RoleName="Provisioner", PolicyName="provisioner")
        assert isinstance(ROLE.observe(bench.context), Drifted)
        bench.make(ROLE)
