import json

import pytest

from environments.provisioning import names
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.node_role import POLICY, NodeRole, name_of
from tests.environments.steps.conftest import Bench

ROLE = NodeRole()


@pytest.fixture
def made(bench: Bench) -> Bench:
    bench.make(ROLE)
    return bench


def _change(bench: Bench, operation: str, **params) -> None:
    bench.customer.change("iam", operation, **params)


def test_four_calls_make_role_policy_profile_and_membership(bench):
    assert isinstance(ROLE.observe(bench.context), Missing)
    bench.forget()
    found = ROLE.apply(bench.context, Missing())
    assert isinstance(found, Ready)
    assert sorted(bench.changes) == [
        "iam.add_role_to_instance_profile",
        "iam.create_instance_profile",
        "iam.create_role",
        "iam.put_role_policy",
    ]
    assert bench.reads == []
    assert found.outputs["profile"] == name_of(bench.spec)


def test_role_stands_under_our_path_and_trusts_machines_only(made):
    role = made.customer.read("iam", "get_role", RoleName=name_of(made.spec))["Role"]
    assert role["Path"] == "/wso2/"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_nodes_write_logs_and_read_only_their_own_secrets(made):
    answer = made.customer.read("iam", "get_role_policy", RoleName=name_of(made.spec), PolicyName=POLICY)
    statements = answer["PolicyDocument"]["Statement"]
    secrets = [one for one in statements if "secretsmanager:GetSecretValue" in one["Action"]]
    own = names.of(made.spec, "*")
    assert [own in json.dumps(one) or "Condition" in one for one in secrets] == [True, True]
    everywhere = {action for one in statements if one["Resource"] == "*" for action in one["Action"]}
    assert not {action for action in everywhere if action.startswith(("iam:", "s3:", "secretsmanager:"))}
    assert not any("*" in action for one in statements for action in one["Action"])


def test_nodes_make_only_the_secrets_that_products_need_and_nobody_else_knows(made):
    answer = made.customer.read("iam", "get_role_policy", RoleName=name_of(made.spec), PolicyName=POLICY)
    (makes,) = [one for one in answer["PolicyDocument"]["Statement"] if "secretsmanager:CreateSecret" in one["Action"]]
    assert [one.rpartition(":")[2].removeprefix(names.of(made.spec, "")) for one in makes["Resource"]] == [
        "database-*",
        "keystore-*",
    ]


def test_again_takes_two_reads_and_changes_nothing(made):
    made.forget()
    made.make(ROLE)
    assert sorted(made.reads) == ["iam.get_role_policy", "iam.list_instance_profiles"]
    assert made.changes == []


def test_widened_policy_is_drift_and_mended(made):
    wide = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    _change(made, "put_role_policy", RoleName=name_of(made.spec), PolicyName=POLICY, PolicyDocument=json.dumps(wide))
    found = ROLE.observe(made.context)
    assert isinstance(found, Drifted)
    assert "Allow s3:* on *" in found.differences[0]
    made.make(ROLE)
    assert isinstance(ROLE.observe(made.context), Ready)


def test_role_that_somebody_else_may_take_is_drift_and_mended(made):
    open_to_all = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [open_to_all]})
    _change(made, "update_assume_role_policy", RoleName=name_of(made.spec), PolicyDocument=document)
    found = ROLE.observe(made.context)
    assert isinstance(found, Drifted)
    assert '{"Principal": {"AWS": "*"}}' in found.differences[0]
    made.forget()
    made.make(ROLE)
    assert made.changes == ["iam.update_assume_role_policy"]
    assert isinstance(ROLE.observe(made.context), Ready)


def test_deleted_policy_is_written_again(made):
    _change(made, "delete_role_policy", RoleName=name_of(made.spec), PolicyName=POLICY)
    made.forget()
    made.make(ROLE)
    assert made.changes == ["iam.put_role_policy"]


def test_role_taken_out_of_the_profile_is_put_back(made):
    name = name_of(made.spec)
    _change(made, "remove_role_from_instance_profile", InstanceProfileName=name, RoleName=name)
    found = ROLE.observe(made.context)
    assert isinstance(found, Drifted)
    assert "role is nothing instead of" in found.differences[0]
    made.make(ROLE)
    assert isinstance(ROLE.observe(made.context), Ready)


def test_role_of_this_name_that_we_did_not_make_is_refused(bench):
    _change(bench, "create_role", RoleName=name_of(bench.spec), AssumeRolePolicyDocument="{}")
    with pytest.raises(StepRefused) as refused:
        ROLE.observe(bench.context)
    assert refused.value.code == "not_ours"
    assert [change.kind for change in refused.value.changes] == ["iam_role"]


def test_removal_leaves_nothing_and_takes_nothing_of_others(made):
    _change(made, "create_role", RoleName="theirs", AssumeRolePolicyDocument="{}")
    made.tear_down(ROLE)
    made.forget()
    made.tear_down(ROLE)
    assert made.changes == []
    assert made.customer.read("iam", "get_role", RoleName="theirs")
    assert names.of(made.spec, "node") == name_of(made.spec)
