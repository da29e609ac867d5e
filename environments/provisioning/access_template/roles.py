"""What each of the four roles may do: the actions, and the area that each is shown and kept under."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

READ_ONLY, PROVISIONER, OPERATOR, BACKUP = "ReadOnly", "Provisioner", "Operator", "Backup"

NETWORK, COMPUTE, DATA, OPERATIONS, READ = "network", "compute", "data", "operations", "read"
AREAS: Mapping[str, str] = {
    NETWORK: "Networks, routes, names, certificates and load balancers",
    COMPUTE: "Machines, their volumes, their roles and their patches",
    DATA: "Databases, buckets, keys, secrets and backups",
    OPERATIONS: "Logs, alarms, messages, mail and the audit trail",
    READ: "Looking at what is there",
}
"""Each is one managed policy, since IAM allows a policy 6,144 characters."""

_AREA_OF_SERVICE = {
    "acm": NETWORK,
    "ec2": NETWORK,
    "elasticloadbalancing": NETWORK,
    "route53": NETWORK,
    "route53resolver": NETWORK,
    "iam": COMPUTE,
    "ssm": COMPUTE,
    "backup": DATA,
    "backup-storage": DATA,
    "kms": DATA,
    "rds": DATA,
    "s3": DATA,
    "secretsmanager": DATA,
}
_MACHINES = ("Instance", "Volume", "LaunchTemplate", "Snapshot")
_LOOKS = ("Describe", "Get", "List")

TELLS_SECRETS = frozenset(
    {
        "ec2:DescribeVpnConnections",  # with the tunnels' pre-shared keys
        "ssm:GetParametersByPath",  # with the proxy's password
    }
)
"""What looks and shows a secret on the way: not for the role that only reads."""

_OPERATES = (
    "ec2:RebootInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "rds:RebootDBInstance",
    "rds:StartDBInstance",
    "rds:StopDBInstance",
    "ssm:GetCommandInvocation",
    "ssm:SendCommand",
    "ssm:StartSession",
    "ssm:TerminateSession",
)
"""What day-to-day operation needs: nothing is made or deleted."""

_BACKS_UP = (
    "ec2:CopySnapshot",
    "ec2:CreateSnapshot",
    "ec2:CreateTags",
    "iam:PassRole",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GenerateDataKey",
    "rds:AddTagsToResource",
    "rds:CopyDBSnapshot",
    "rds:CreateDBSnapshot",
    "rds:StartExportTask",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:RestoreObject",
)
"""What taking backups, copying them and fetching them back needs: none is deleted."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one role may do. `areas`: its actions by area, each in order."""

    role: str
    purpose: str
    areas: Mapping[str, tuple[str, ...]]

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(sorted(action for actions in self.areas.values() for action in actions))


def allowed(step_actions: Iterable[str]) -> tuple[Allowed, ...]:
    """Return the four roles, given the actions that the steps state."""
    provisions = tuple(step_actions)
    reads = [action for action in provisions if area(action) == READ]
    shown = [action for action in reads if action not in TELLS_SECRETS]
    return (
        Allowed(READ_ONLY, "Looks, and sees neither secrets nor what is in the buckets.", _by_area(shown)),
        Allowed(PROVISIONER, "Builds an environment, changes it and takes it down.", _by_area(provisions)),
        Allowed(OPERATOR, "Starts, stops and enters machines.", _by_area([*shown, *_OPERATES])),
        Allowed(BACKUP, "Takes backups, copies them and fetches them back.", _by_area([*shown, *_BACKS_UP])),
    )


def area(action: str) -> str:
    """Return the area of an action."""
    service, _, name = action.partition(":")
    if name.startswith(_LOOKS) and action != "s3:GetObject":
        return READ
    if service == "ec2" and any(word in name for word in _MACHINES):
        return COMPUTE
    return _AREA_OF_SERVICE.get(service, OPERATIONS)


def _by_area(actions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    known = sorted(set(actions))
    found = {key: tuple(action for action in known if area(action) == key) for key in AREAS}
    return {key: those for key, those in found.items() if those}
