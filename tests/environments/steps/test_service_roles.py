import json
from dataclasses import replace

import pytest

from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.backup import BackupRole
from environments.provisioning.steps.service_roles import DeliveryRole, ReplicationRole, with_role_seen
from tests.fakes.engine import spec

ROLES = [ReplicationRole(), DeliveryRole(), BackupRole()]
each = pytest.mark.parametrize("step", ROLES, ids=lambda step: step.key)
ANYBODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def _name(bench, step):
    return step.name_of(bench.spec)


@each
def test_fresh_role_takes_two_calls_and_no_look(bench, step):
    assert isinstance(step.apply(bench.context, Missing()), Ready)
    assert bench.reads == []
    assert bench.changes == ["iam.create_role", "iam.put_role_policy"]


@each
def test_second_apply_takes_two_reads_and_changes_nothing(bench, step):
    assert bench.make(step).outputs["role_arn"].endswith(f":role/wso2/{_name(bench, step)}")
    bench.forget()
    bench.apply(step)
    assert sorted(bench.reads) == ["iam.get_role_policy", "iam.list_roles"]
    assert bench.changes == []


@each
def test_only_services_of_aws_enter_a_role(bench, step):
    bench.make(step)
    trust = bench.customer.read("iam", "get_role", RoleName=_name(bench, step))["Role"]["AssumeRolePolicyDocument"]
    for statement in trust["Statement"]:
        assert statement["Principal"]["Service"].endswith(".amazonaws.com")


def test_replication_and_delivery_touch_no_other_bucket(bench):
    for step in (ReplicationRole(), DeliveryRole()):
        for statement in step.statements(bench.spec):
            for resource in statement["Resource"]:
                assert resource.startswith(("arn:aws:s3:::wso2-", "arn:aws:firehose:eu-west-1:"))


@each
def test_who_enters_and_what_it_may_do_are_watched_and_mended(bench, step):
    bench.make(step)
    name = _name(bench, step)
    bench.customer.change("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=json.dumps(ANYBODY))
    policy = {"RoleName": name, "PolicyName": "what-it-may-do", "PolicyDocument": json.dumps(ANYTHING)}
    bench.customer.change("iam", "put_role_policy", **policy)
    found = step.observe(bench.context)
    assert isinstance(found, Drifted)
    entered, allows = found.changes[0].differences
    assert entered.startswith("entered by is others instead of")
    assert allows.startswith("allows is something else instead of")
    bench.forget()
    bench.make(step)
    assert bench.changes == ["iam.update_assume_role_policy", "iam.put_role_policy"]
    assert isinstance(step.observe(bench.context), Ready)


@each
def test_crash_between_the_role_and_its_policy_is_mended(bench, step):
    bench.make(step)
    bench.customer.change("iam", "delete_role_policy", RoleName=_name(bench, step), PolicyName="what-it-may-do")
    bench.forget()
    bench.make(step)
    assert bench.changes == ["iam.put_role_policy"]


def test_role_of_somebody_else_is_not_taken(bench):
    step = DeliveryRole()
    document = json.dumps(ANYBODY)
    bench.customer.change("iam", "create_role", RoleName=_name(bench, step), AssumeRolePolicyDocument=document)
    found = step.observe(bench.context)
    assert isinstance(found, Missing)
    with pytest.raises(CallFailed) as failed:
        step.apply(bench.context, found)
    assert failed.value.failure == Failure.CONFLICT


@pytest.mark.parametrize("step", [ReplicationRole(), DeliveryRole()], ids=lambda step: step.key)
def test_tear_down_leaves_nothing_and_may_be_repeated(bench, step):
    bench.make(step)
    bench.tear_down(step)
    assert isinstance(step.observe(bench.context), Missing)
    step.remove(bench.context)


def test_role_that_deletes_old_backups_stays(bench):
    bench.make(BackupRole())
    assert BackupRole().remains


@pytest.mark.parametrize(
    ("code", "message", "failure"),
    [
        ("InvalidArgumentException", "Firehose is unable to assume role arn:aws:iam::1:role/x.", Failure.RETRYABLE),
        ("InvalidParameterException", "Could not deliver test message to specified stream.", Failure.RETRYABLE),
        ("InvalidArgumentException", "Prefix is too long.", Failure.REFUSED),
    ],
)
def test_role_that_a_service_does_not_see_yet_is_waited_for(code, message, failure):
    def refused():
        raise CallFailed(Failure.REFUSED, code, message)

    with pytest.raises(CallFailed) as failed:
        with_role_seen(refused)
    assert failed.value.failure == failure


def test_non_production_has_logs_and_no_backups():
    test = replace(spec(), kind="test")
    assert [step.applies(test) for step in ROLES] == [False, True, False]
