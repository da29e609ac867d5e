"""IAM: the few policies of AWS's own that service roles and machines attach (all 1,582 cost 0.08 s per account), and stacks
that are updated."""

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Role

POLICIES = (
    "AWSBackupServiceRolePolicyForBackup",
    "AWSBackupServiceRolePolicyForRestores",
    "AdministratorAccess",
    "AmazonRDSEnhancedMonitoringRole",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMPatchAssociation",
    "CloudWatchAgentServerPolicy",
)


def install() -> None:
    IAMBackend._init_aws_policies = lambda self: [
        AWSManagedPolicy.from_data(name, self.account_id, self.region_name, data) for name, data in _documents().items()
    ]
    _follow_updates_of_stacks()


@cache
def _documents() -> dict[str, dict[str, Any]]:
    every = json.loads(aws_managed_policies_data)
    return {name: every[name] for name in POLICIES}


def _follow_updates_of_stacks() -> None:
    """A stack that is updated changes its policies, and whom its roles let in: moto changes a role's description only."""

    def update_policy(
        cls: Any, original_resource: Any, new_resource_name: str, cloudformation_json: dict[str, Any], **_: Any
    ) -> Any:
        document = json.dumps(cloudformation_json["Properties"]["PolicyDocument"])
        original_resource.versions[-1].document = document
        return original_resource

    def update_role(
        cls: Any, original_resource: Any, new_resource_name: str, cloudformation_json: dict[str, Any], **_: Any
    ) -> Any:
        properties = cloudformation_json["Properties"]
        original_resource.assume_role_policy_document = json.dumps(properties["AssumeRolePolicyDocument"])
        original_resource.tags = {tag["Key"]: tag for tag in properties.get("Tags", ())}
        return original_resource

    ManagedPolicy.update_from_cloudformation_json = classmethod(update_policy)
    Role.update_from_cloudformation_json = classmethod(update_role)
