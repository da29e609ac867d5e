"""The CloudFormation template by which the customer lets the portal in."""

import json
from typing import Any

import pytest

from environments.provisioning import access_template, names, permissions
from environments.provisioning.access_template import Given, Template
from environments.provisioning.access_template.template import POLICY_LIMIT, size
from environments.provisioning.steps import STEPS
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PORTAL_USER, PROVIDER_ACCOUNT_ID
from tests.aws import ROLE, RunningStandIn
from tests.environments.steps.conftest import spec_of_northwind

NORTHWIND = CUSTOMER_ACCOUNTS[0]
ROLES = ["ReadOnly", "Provisioner", "Operator", "Backup"]
MOST_OF_A_TEMPLATE = 51_200
"""Bytes that CloudFormation takes without a bucket. Source: CloudFormation user guide, "Quotas"."""


@pytest.fixture(scope="module")
def template() -> Template:
    return access_template.of("WSO2", "wso2", permissions.actions(STEPS))


def given(**changes: Any) -> Given:
    values: dict[str, Any] = {
        "role_name": ROLE,
        "principal_arn": f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/{PORTAL_USER}",
        "external_id": "external-id-of-northwind",
        "environments": ["Production"],
        "regions": [NORTHWIND.region],
        "vpc_arns": [f"arn:aws:ec2:{NORTHWIND.region}:{NORTHWIND.account_id}:vpc/{NORTHWIND.production_vpc_id}"],
    }
    return Given(**(values | changes))


@pytest.fixture(scope="module")
def resources(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(template.text(given()))["Resources"]
    return found


def statements(resources: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources[name]["Properties"]["PolicyDocument"]["Statement"]
    return found


def allowing(resources: dict[str, Any], action: str, role: str = "Provisioner") -> list[dict[str, Any]]:
    """Return the statements of a role's policies that allow an action."""
    return [
        statement
        for name, resource in resources.items()
        if name.startswith(role) and "PolicyDocument" in resource["Properties"]
        for statement in statements(resources, name)
        if action in statement["Action"]
    ]


def test_every_action_of_the_steps_is_the_provisioners_and_no_other(template, resources):
    allowed = {
        action
        for name in resources
        if name.startswith("Provisioner") and name != "Provisioner"
        for statement in statements(resources, name)
        for action in statement["Action"]
    }
    assert sorted(allowed) == list(permissions.actions(STEPS))


def test_template_and_policies_fit_what_aws_takes(template, resources):
    assert len(template.text(given()).encode()) < MOST_OF_A_TEMPLATE
    documents = {name: one["Properties"].get("PolicyDocument") for name, one in resources.items()}
    assert {name: size(said) for name, said in documents.items() if said and size(said) >= POLICY_LIMIT} == {}


@pytest.mark.parametrize("role", ROLES)
def test_role_lets_in_one_identity_with_the_external_id_for_an_hour_under_the_boundary(resources, role):
    properties = resources[role]["Properties"]
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Ref": "ProviderPrincipalArn"}}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert properties["MaxSessionDuration"] == 3600
    assert properties["PermissionsBoundary"] == {"Ref": "Boundary"}


def test_boundary_denies_what_stays_with_the_customer(resources):
    denied = next(one for one in statements(resources, "Boundary") if one["Effect"] == "Deny" and "Action" in one)
    for action in ("ec2:AcceptVpcPeeringConnection", "organizations:*", "iam:*User*", "cloudtrail:StopLogging"):
        assert action in denied["Action"]


def test_resource_is_made_with_our_tag_and_only_ours_is_deleted(resources):
    made, *used = allowing(resources, "ec2:CreateSubnet")
    assert made["Condition"]["StringEquals"]["aws:RequestTag/wso2:managed"] == "true"
    assert [one["Resource"] for one in used] == [["arn:aws:ec2:*:*:vpc/*"]]
    for action in ("ec2:TerminateInstances", "ec2:DeleteVpc"):
        (statement,) = allowing(resources, action)
        assert statement["Condition"]["StringEquals"]["aws:ResourceTag/wso2:managed"] == "true"


def test_route_goes_into_the_named_vpcs_and_into_our_tables(resources):
    conditions = [one["Condition"] for one in allowing(resources, "ec2:CreateRoute")]
    assert conditions == [
        {"ArnEquals": {"ec2:Vpc": {"Ref": "VpcArns"}}},
        {"StringEquals": {"aws:ResourceTag/wso2:managed": "true"}},
    ]


def test_role_is_made_below_our_path_under_the_boundary_and_passed_to_services_only(resources):
    ours = [{"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/wso2/*"}]
    (making,) = allowing(resources, "iam:CreateRole")
    assert making["Resource"] == ours
    assert making["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
    (passing,) = allowing(resources, "iam:PassRole")
    assert passing["Resource"] == ours
    assert "ec2.amazonaws.com" in passing["Condition"]["StringEquals"]["iam:PassedToService"]


def test_only_our_buckets_are_touched(resources):
    for statement in allowing(resources, "s3:PutBucketPolicy"):
        assert statement["Resource"] == [{"Fn::Sub": "arn:aws:s3:::wso2-${AWS::AccountId}-*"}]


def test_role_that_only_reads_reads_no_secret(resources):
    for action in ("ec2:DescribeVpnConnections", "ssm:GetParametersByPath", "kms:Decrypt", "s3:GetObject"):
        assert allowing(resources, action, "ReadOnly") == []
    assert allowing(resources, "ec2:DescribeVpcs", "ReadOnly")


def test_provisioner_cannot_change_what_it_may_do_itself(resources):
    """It changes roles below our path, where none of the four stands."""
    assert [resources[role]["Properties"].get("Path") for role in ROLES] == [None] * 4


def test_version_is_the_same_for_every_account_and_another_with_another_action(template):
    other = access_template.of("WSO2", "wso2", [*permissions.actions(STEPS), "ec2:ImportImage"])
    assert template.version == access_template.of("WSO2", "wso2", permissions.actions(STEPS)).version
    assert template.version != other.version
    one, another = (template.text(given(external_id=identifier)) for identifier in ("a", "b"))
    assert one.replace('"Default": "a"', '"Default": "b"') == another
    assert template.version in one


def test_customer_deploys_it_and_finds_the_roles_among_its_outputs(template, stand_in: RunningStandIn):
    formation = stand_in.customer(NORTHWIND, "cloudformation")
    formation.create_stack(
        StackName="access", TemplateBody=template.text(given()), Capabilities=["CAPABILITY_NAMED_IAM"]
    )

    (stack,) = formation.describe_stacks(StackName="access")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    arn = f"arn:aws:iam::{NORTHWIND.account_id}:role/{ROLE}"
    assert outputs == {
        "ReadOnlyRoleArn": f"{arn}-ReadOnly",
        "ProvisionerRoleArn": arn,
        "OperatorRoleArn": f"{arn}-Operator",
        "BackupRoleArn": f"{arn}-Backup",
        "TemplateVersion": template.version,
    }
    iam = stand_in.customer(NORTHWIND, "iam")
    assert {"Key": "wso2:template", "Value": template.version} in iam.get_role(RoleName=ROLE)["Role"]["Tags"]
    assert len(iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]) == 5


def test_boundary_is_the_one_that_the_steps_put_their_roles_under(resources):
    spec = spec_of_northwind()
    properties = resources["Boundary"]["Properties"]
    assert names.boundary_arn(spec).endswith(f":policy{properties['Path']}{properties['ManagedPolicyName']}")
