"""IAM: the few policies of AWS's own that service roles and machines attach. All 1,582 cost 0.08 s per account."""

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

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


@cache
def _documents() -> dict[str, dict[str, Any]]:
    every = json.loads(aws_managed_policies_data)
    return {name: every[name] for name in POLICIES}
