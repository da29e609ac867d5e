"""IAM: roles with their policies, and instance profiles. Names are unique."""

import json
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]


def _role(call: Call, name: str) -> Row:
    return call.row("role", name, "NoSuchEntity")


def _profile(call: Call, name: str) -> Row:
    return call.row("instance_profile", name, "NoSuchEntity")


def _shown(role: Row) -> Row:
    return {key: value for key, value in role.items() if key != "policies"}


@answers("iam.create_role")
def create_role(call: Call, *, RoleName: str, AssumeRolePolicyDocument: str, Path: str = "/", **given: Any) -> Any:
    if RoleName in call.table("role"):
        raise refuse(Failure.CONFLICT, "EntityAlreadyExists", call.operation)
    arn = f"arn:aws:iam::{call.account_id}:role{Path}{RoleName}"
    document = json.loads(AssumeRolePolicyDocument)
    row = {"RoleName": RoleName, "Path": Path, "Arn": arn, "AssumeRolePolicyDocument": document, **given}
    return {"Role": _shown(call.add("role", RoleName, {**row, "policies": {}}))}


@answers("iam.create_policy")
def create_policy(call: Call, *, PolicyName: str, PolicyDocument: str, Path: str = "/") -> Any:
    if PolicyName in call.table("managed_policy"):
        raise refuse(Failure.CONFLICT, "EntityAlreadyExists", call.operation)
    arn = f"arn:aws:iam::{call.account_id}:policy{Path}{PolicyName}"
    return {"Policy": call.add("managed_policy", PolicyName, {"PolicyName": PolicyName, "Arn": arn})}


@answers("iam.get_role")
def get_role(call: Call, *, RoleName: str) -> Any:
    spec = call.cloud.spec
    if RoleName == spec.role_arn.rpartition("/")[2] and not spec.creates_account:
        return {"Role": {"RoleName": RoleName}}  # the customer's, by which we are here
    return {"Role": _shown(_role(call, RoleName))}


@answers("iam.update_assume_role_policy")
def update_assume_role_policy(call: Call, *, RoleName: str, PolicyDocument: str) -> Any:
    _role(call, RoleName)["AssumeRolePolicyDocument"] = json.loads(PolicyDocument)
    return {}


@answers("iam.list_roles")
def list_roles(call: Call, *, PathPrefix: str = "/", **_: Any) -> Any:
    """The prefix is ignored: whoever trusts it alone is found out."""
    return {"Roles": [_shown(role) for role in call.table("role").values()]}


@answers("iam.delete_role")
def delete_role(call: Call, *, RoleName: str) -> Any:
    held = any(RoleName in profile["roles"] for profile in call.table("instance_profile").values())
    if _role(call, RoleName)["policies"] or held:
        raise refuse(Failure.CONFLICT, "DeleteConflict", call.operation)
    del call.table("role")[RoleName]
    return {}


@answers("iam.put_role_policy")
def put_role_policy(call: Call, *, RoleName: str, PolicyName: str, PolicyDocument: str) -> Any:
    _role(call, RoleName)["policies"][PolicyName] = json.loads(PolicyDocument)
    return {}


@answers("iam.get_role_policy")
def get_role_policy(call: Call, *, RoleName: str, PolicyName: str) -> Any:
    policies = _role(call, RoleName)["policies"]
    if PolicyName not in policies:
        raise refuse(Failure.MISSING, "NoSuchEntity", call.operation)
    return {"RoleName": RoleName, "PolicyName": PolicyName, "PolicyDocument": policies[PolicyName]}


@answers("iam.delete_role_policy")
def delete_role_policy(call: Call, *, RoleName: str, PolicyName: str) -> Any:
    if _role(call, RoleName)["policies"].pop(PolicyName, None) is None:
        raise refuse(Failure.MISSING, "NoSuchEntity", call.operation)
    return {}


@answers("iam.create_instance_profile")
def create_instance_profile(call: Call, *, InstanceProfileName: str, Path: str = "/", Tags: Any = None) -> Any:
    if InstanceProfileName in call.table("instance_profile"):
        raise refuse(Failure.CONFLICT, "EntityAlreadyExists", call.operation)
    arn = f"arn:aws:iam::{call.account_id}:instance-profile{Path}{InstanceProfileName}"
    row = {"InstanceProfileName": InstanceProfileName, "Arn": arn, "Tags": Tags or [], "roles": []}
    call.add("instance_profile", InstanceProfileName, row)
    return {"InstanceProfile": {**row, "Roles": []}}


@answers("iam.list_instance_profiles")
def list_instance_profiles(call: Call, *, PathPrefix: str = "/") -> Any:
    """The prefix is ignored: whoever trusts it alone is found out. Lists show no tags."""
    roles = call.table("role")
    profiles = [
        {**row, "Roles": [_shown(roles[name]) for name in row["roles"] if name in roles]}
        for row in call.table("instance_profile").values()
    ]
    return {"InstanceProfiles": [{key: value for key, value in row.items() if key != "Tags"} for row in profiles]}


@answers("iam.add_role_to_instance_profile")
def add_role_to_instance_profile(call: Call, *, InstanceProfileName: str, RoleName: str) -> Any:
    _role(call, RoleName)
    profile = _profile(call, InstanceProfileName)
    if profile["roles"]:
        raise refuse(Failure.QUOTA, "LimitExceeded", call.operation)
    profile["roles"].append(RoleName)
    return {}


@answers("iam.remove_role_from_instance_profile")
def remove_role_from_instance_profile(call: Call, *, InstanceProfileName: str, RoleName: str) -> Any:
    roles = _profile(call, InstanceProfileName)["roles"]
    if RoleName not in roles:
        raise refuse(Failure.MISSING, "NoSuchEntity", call.operation)
    roles.remove(RoleName)
    return {}


@answers("iam.delete_instance_profile")
def delete_instance_profile(call: Call, *, InstanceProfileName: str) -> Any:
    if _profile(call, InstanceProfileName)["roles"]:
        raise refuse(Failure.CONFLICT, "DeleteConflict", call.operation)
    del call.table("instance_profile")[InstanceProfileName]
    return {}
