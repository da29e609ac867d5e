"""How IAM calls what the steps call, and what AWS asks for although no call is named so.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS services".
"""

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "sesv2": "ses",
    "service-quotas": "servicequotas",
}
"""The prefix of IAM's names where it is not the client's name."""

OTHERWISE: Mapping[str, str] = {
    "s3:deletebucketreplication": "s3:PutReplicationConfiguration",
    "s3:getbucketencryption": "s3:GetEncryptionConfiguration",
    "s3:putbucketencryption": "s3:PutEncryptionConfiguration",
    "s3:getbucketlifecycleconfiguration": "s3:GetLifecycleConfiguration",
    "s3:putbucketlifecycleconfiguration": "s3:PutLifecycleConfiguration",
    "s3:getbucketreplication": "s3:GetReplicationConfiguration",
    "s3:putbucketreplication": "s3:PutReplicationConfiguration",
    "s3:getpublicaccessblock": "s3:GetBucketPublicAccessBlock",
    "s3:putpublicaccessblock": "s3:PutBucketPublicAccessBlock",
    "s3:headbucket": "s3:ListBucket",
    "s3:listbuckets": "s3:ListAllMyBuckets",
}
"""The actions that are named otherwise than the operation."""

_TAGS = "tags go with the create, for which AWS asks separately"
_ROLE = "the service takes on the role, which AWS asks for as passing it"
_LINKED = "the first use of the service in an account makes AWS's own role for it"
_ENCRYPTED = "what is encrypted with our key is made on our behalf"
_NETWORK = "the endpoint's network interfaces are made on our behalf"

NEEDED: Mapping[str, str] = {
    "acm:AddTagsToCertificate": _TAGS,
    "backup-storage:MountCapsule": "a vault's store is mounted when the vault is made",
    "backup:TagResource": _TAGS,
    "cloudtrail:AddTags": _TAGS,
    "cloudwatch:TagResource": _TAGS,
    "ec2:CreateNetworkInterface": _NETWORK,
    "ec2:CreateTags": _TAGS,
    "ec2:DeleteNetworkInterface": _NETWORK,
    "ec2:DescribeNetworkInterfaces": _NETWORK,
    "ec2:DescribeSecurityGroups": _NETWORK,
    "ec2:DescribeSubnets": _NETWORK,
    "ec2:DescribeVpcs": "what names a VPC is checked against it",
    "elasticloadbalancing:AddTags": _TAGS,
    "firehose:TagDeliveryStream": _TAGS,
    "iam:CreateServiceLinkedRole": _LINKED,
    "iam:PassRole": _ROLE,
    "iam:TagInstanceProfile": _TAGS,
    "iam:TagRole": _TAGS,
    "kms:CreateGrant": _ENCRYPTED,
    "kms:Decrypt": _ENCRYPTED,
    "kms:DescribeKey": _ENCRYPTED,
    "kms:GenerateDataKey": _ENCRYPTED,
    "kms:RetireGrant": _ENCRYPTED,
    "kms:TagResource": _TAGS,
    "logs:TagResource": _TAGS,
    "organizations:TagResource": _TAGS,
    "rds:AddTagsToResource": _TAGS,
    "rds:CreateDBSnapshot": "the deletion of a database keeps a last snapshot",
    "route53resolver:TagResource": _TAGS,
    "secretsmanager:CreateSecret": "RDS makes the secret of a database's main user on our behalf",
    "secretsmanager:TagResource": "RDS tags the secret of a database's main user on our behalf",
    "sns:TagResource": _TAGS,
    "ssm:AddTagsToResource": _TAGS,
}
"""What no call is named after, and why AWS asks for it."""


def of(service: str, operation: str) -> str:
    """Return the action that an operation of a client needs, in lower case: what is long in AWS's names (DB, VPC) is not
    to be known from the operation."""
    name = f"{PREFIXES.get(service, service)}:{operation.replace('_', '')}"
    return OTHERWISE.get(name, name).casefold()
