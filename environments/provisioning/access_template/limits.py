"""What an action is limited to, beyond the Regions: our tag, our names, or the customer's own VPCs.

Which of these AWS checks for an action: Service Authorization Reference, "Actions, resources, and condition keys". An action
that is in none of these tables is limited to the Regions alone, so that a new capability works before it is limited further.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Statement = dict[str, Any]

_CREATED = {
    "ec2:AllocateAddress": "elastic-ip",
    "ec2:CreateCustomerGateway": "customer-gateway",
    "ec2:CreateDhcpOptions": "dhcp-options",
    "ec2:CreateInternetGateway": "internet-gateway",
    "ec2:CreateLaunchTemplate": "launch-template",
    "ec2:CreateNatGateway": "natgateway",
    "ec2:CreateRouteTable": "route-table",
    "ec2:CreateSecurityGroup": "security-group",
    "ec2:CreateSubnet": "subnet",
    "ec2:CreateVolume": "volume",
    "ec2:CreateVpc": "vpc",
    "ec2:CreateVpnConnection": "vpn-connection",
    "ec2:CreateVpnGateway": "vpn-gateway",
    "ec2:RunInstances": "instance",
}
"""What is made only with our tag, by the kind of resource that carries it."""

_USED = {
    ("ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet"): ("vpc",),
    ("ec2:CreateNatGateway",): ("elastic-ip", "subnet"),
    ("ec2:CreateVolume",): ("snapshot",),
    ("ec2:CreateVpnConnection",): ("customer-gateway", "vpn-gateway"),
    ("ec2:RunInstances",): (
        "image",
        "key-pair",
        "launch-template",
        "network-interface",
        "security-group",
        "snapshot",
        "subnet",
        "volume",
    ),
}
"""What a create uses besides: AWS asks for the permission on each."""

_OURS = frozenset(
    {
        "ec2:AttachVolume",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:DeleteCustomerGateway",
        "ec2:DeleteDhcpOptions",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate",
        "ec2:DeleteNatGateway",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVolume",
        "ec2:DeleteVpc",
        "ec2:DeleteVpnConnection",
        "ec2:DeleteVpnGateway",
        "ec2:ModifyVolume",
        "ec2:RebootInstances",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:StartInstances",
        "ec2:StopInstances",
        "ec2:TerminateInstances",
    }
)
"""What is done only to a resource that carries our tag."""

_ROUTES = frozenset({"ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute"})
"""What is done in tables of the customer's own VPCs, of those that they named, and in our tables."""

_BOUNDED = frozenset({"iam:CreateRole", "iam:PutRolePolicy"})
"""What could make a role that may do more than we may: only under the boundary."""

_PASSED_TO = (
    "backup.amazonaws.com",
    "ec2.amazonaws.com",
    "export.rds.amazonaws.com",
    "firehose.amazonaws.com",
    "logs.amazonaws.com",
    "s3.amazonaws.com",
    "ssm.amazonaws.com",
)

_NAMED: Mapping[str, Sequence[str]] = {
    "cloudtrail": ("cloudtrail:*:{account}:trail/{prefix}-*",),
    "cloudwatch": ("cloudwatch:*:{account}:alarm:{prefix}-*", "cloudwatch::{account}:dashboard/{prefix}-*"),
    "elasticloadbalancing": ("elasticloadbalancing:*:{account}:*/{prefix}-*",),
    "firehose": ("firehose:*:{account}:deliverystream/{prefix}-*",),
    "iam": ("iam::{account}:role/{prefix}/*", "iam::{account}:instance-profile/{prefix}/*"),
    "logs": ("logs:*:{account}:log-group:/{prefix}/*",),
    "rds": ("rds:*:{account}:*:{prefix}-*", "rds:*:{account}:og:default:*"),
    "s3": ("s3:::{prefix}-{account}-*",),
    "secretsmanager": (
        "secretsmanager:*:{account}:secret:{prefix}-*",
        "secretsmanager:*:{account}:secret:rds!*",  # RDS names the secret of a database's main user
    ),
    "sns": ("sns:*:{account}:{prefix}-*",),
}
"""Services whose resources are known by our names."""

_UNNAMED = frozenset({"iam:CreateServiceLinkedRole", "sns:Unsubscribe"})
"""What AWS checks without a name of ours, although its service is one of those."""

_NAMED_ACTIONS: Mapping[str, Sequence[str]] = {
    "backup:CreateBackupVault": ("backup:*:{account}:backup-vault:{prefix}-*",),
    "iam:CreateServiceLinkedRole": ("iam::{account}:role/aws-service-role/*",),
    "ssm:DeleteParameter": ("ssm:*:{account}:parameter/{prefix}/*",),
    "ssm:PutParameter": ("ssm:*:{account}:parameter/{prefix}/*",),
    "ssm:SendCommand": ("ssm:*:{account}:document/{prefix}-*", "ec2:*:{account}:instance/*"),
}

_GLOBAL = ("iam", "route53")
"""Services without Regions: AWS takes their requests for us-east-1."""


class Limits:
    """Writes statements for one portal's tag prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix.lower()
        self.ours = {"StringEquals": {f"aws:ResourceTag/{prefix}:managed": "true"}}
        self.made_ours = {"StringEquals": {f"aws:RequestTag/{prefix}:managed": "true"}}

    def looking(self, actions: Iterable[str]) -> list[Statement]:
        """Reads are limited to the Regions: most of them know no resource."""
        wide = [action for action in actions if _service(action) in _GLOBAL]
        return [*_allow(wide), *_allow([one for one in actions if one not in wide], condition=_in_regions())]

    def changing(self, actions: Sequence[str]) -> list[Statement]:
        """Return what lets these actions be done, each as limited as AWS can check."""
        left = [action for action in actions if action not in (*_CREATED, *_OURS, *_ROUTES, *_BOUNDED)]
        left = [action for action in left if action not in ("ec2:CreateTags", "iam:PassRole")]
        return [
            *self._creating([action for action in actions if action in _CREATED]),
            *self._tagging(actions),
            *_allow([action for action in actions if action in _OURS], condition=_in_regions(self.ours)),
            *self._routing([action for action in actions if action in _ROUTES]),
            *self._making_roles(actions),
            *self._named(left),
        ]

    def arn(self, pattern: str) -> Any:
        told = "arn:aws:" + pattern.replace("{prefix}", self.prefix).replace("{account}", "${AWS::AccountId}")
        return {"Fn::Sub": told} if "${" in told else told

    def _creating(self, actions: Sequence[str]) -> list[Statement]:
        kinds = sorted(_CREATED[action] for action in actions)
        made = _allow(actions, [self.arn(f"ec2:*:*:{kind}/*") for kind in kinds], _in_regions(self.made_ours))
        for users, used in _USED.items():
            those = [action for action in users if action in actions]
            made += _allow(those, [self.arn(f"ec2:*:*:{kind}/*") for kind in used], _in_regions())
        return made

    def _tagging(self, actions: Sequence[str]) -> list[Statement]:
        if "ec2:CreateTags" not in actions:
            return []
        at_create = {"Null": {"ec2:CreateAction": "false"}}
        return [*_allow(["ec2:CreateTags"], condition=at_create), *_allow(["ec2:CreateTags"], condition=self.ours)]

    def _routing(self, actions: Sequence[str]) -> list[Statement]:
        tables = [self.arn("ec2:*:*:route-table/*")]
        theirs = {"ArnEquals": {"ec2:Vpc": {"Ref": "VpcArns"}}}
        return [*_allow(actions, tables, theirs), *_allow(actions, tables, self.ours)]

    def _making_roles(self, actions: Sequence[str]) -> list[Statement]:
        roles = [self.arn("iam::{account}:role/{prefix}/*")]
        bounded = {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
        passed = {"StringEquals": {"iam:PassedToService": list(_PASSED_TO)}}
        return [
            *_allow([action for action in actions if action in _BOUNDED], roles, bounded),
            *_allow([action for action in actions if action == "iam:PassRole"], roles, passed),
        ]

    def _named(self, actions: Sequence[str]) -> list[Statement]:
        groups: dict[tuple[str, ...], list[str]] = {}
        for action in actions:
            known = () if action in _UNNAMED else _NAMED.get(_service(action), ())
            groups.setdefault(tuple(_NAMED_ACTIONS.get(action, known)), []).append(action)
        made: list[Statement] = []
        for patterns, those in groups.items():
            if patterns:
                made += _allow(those, [self.arn(pattern) for pattern in _with_objects(patterns, those)])
            else:
                wide = [action for action in those if _service(action) in _GLOBAL]
                made += _allow(wide)
                made += _allow([action for action in those if action not in wide], condition=_in_regions())
        return made


def _with_objects(patterns: Sequence[str], actions: Sequence[str]) -> list[str]:
    """What is in a bucket has names of its own."""
    of_objects = any(action.startswith("s3:") and action.endswith("Object") for action in actions)
    return [*patterns, *(f"{pattern}/*" for pattern in patterns)] if of_objects else list(patterns)


def _service(action: str) -> str:
    return action.partition(":")[0]


def _in_regions(condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    equal = {"aws:RequestedRegion": {"Ref": "Regions"}}
    given = dict(condition or {})
    return {**given, "StringEquals": {**equal, **given.get("StringEquals", {})}}


def _allow(
    actions: Sequence[str], resources: Sequence[Any] = ("*",), condition: Mapping[str, Any] | None = None
) -> list[Statement]:
    if not actions:
        return []
    statement: Statement = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(resources) if list(resources) != ["*"] else "*",
    }
    return [statement | ({"Condition": dict(condition)} if condition else {})]
