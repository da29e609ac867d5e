"""What the machines may do: one role for all nodes of an environment, and the profile by which an instance gets it.

They write their logs and measurements, are managed by Systems Manager, and read the secrets of their own environment. Names are
natural keys in IAM: a second create of either is refused.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.installation.document import package_bucket
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Wanted

POLICY = "node"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

_MANAGED = (
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
    "ssm:DescribeAssociation",
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:GetDocument",
    "ssm:GetManifest",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult",
    "ssm:PutInventory",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What the agent of Systems Manager needs. Source: the AWS managed policy AmazonSSMManagedInstanceCore, without its access to
every parameter of the account."""


def name_of(spec: Spec) -> str:
    """Return the name of the role, and of its profile."""
    return names.of(spec, "node")


def path_of(spec: Spec) -> str:
    return f"/{spec.tag_prefix.lower()}/"


def profile_arn(spec: Spec) -> str:
    return f"arn:aws:iam::{spec.customer_account_id}:instance-profile{path_of(spec)}{name_of(spec)}"


def statements(spec: Spec) -> list[dict[str, Any]]:
    """Return what the nodes are allowed, as IAM writes it."""
    here = f"{spec.customer_region}:{spec.customer_account_id}"
    own, own_path = names.of(spec, "*"), names.path(spec, "*")
    buckets = sorted(names.bucket(spec, use) for use in ("audit", "logs"))
    return [
        _allow("*", *_MANAGED),
        _allow("*", "cloudwatch:PutMetricData", "ec2:DescribeTags"),
        _allow(
            f"arn:aws:logs:{here}:log-group:{own_path}",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ),
        _allow(f"arn:aws:ssm:{here}:parameter{own_path}", "ssm:GetParameter", "ssm:GetParameters"),
        _allow([f"arn:aws:s3:::{bucket}/*" for bucket in buckets], "s3:PutObject"),
        _allow(
            [f"arn:aws:secretsmanager:{here}:secret:{name}" for name in (own_path, own)],
            "secretsmanager:GetSecretValue",
        ),
        _allow(
            [f"arn:aws:secretsmanager:{here}:secret:{names.of(spec, use)}" for use in ("database-*", "keystore-*")],
            "secretsmanager:CreateSecret",
        ),
        _allow(f"arn:aws:s3:::{package_bucket(spec)}", "s3:ListBucket"),
        _allow(f"arn:aws:s3:::{package_bucket(spec)}/*", "s3:GetObject"),
        {
            **_allow(f"arn:aws:secretsmanager:{here}:secret:rds!db-*", "secretsmanager:GetSecretValue"),
            "Condition": {"StringEquals": {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": _database_arn(spec)}},
        },
    ]


def _allow(resource: str | list[str], *actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _database_arn(spec: Spec) -> str:
    return f"arn:aws:rds:{spec.customer_region}:{spec.customer_account_id}:db:{names.of(spec, 'database')}"


def _document(spec: Spec) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements(spec)}


class NodeRole(Collection):
    """outputs: {"profile": its name, "role_arn": the role's ARN}."""

    key = "node_role"
    title = "Role of the machines"
    doing = "Creating the role of the machines"
    done = "Created the role of the machines"
    requires = ("customer_access",)
    permissions = (
        "iam:AddRoleToInstanceProfile",
        "iam:CreateInstanceProfile",
        "iam:CreateRole",
        "iam:DeleteInstanceProfile",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListInstanceProfiles",
        "iam:PassRole",
        "iam:PutRolePolicy",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:TagInstanceProfile",
        "iam:TagRole",
        "iam:UpdateAssumeRolePolicy",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (
            Wanted("iam_role", name_of(spec), {"trusts": _told(_TRUST), "allows": _told(_document(spec))}),
            Wanted("instance_profile", _profile(spec), {"role": name_of(spec)}),
        )

    def region(self, ctx: Context) -> str:
        return "global"

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Two reads prove that all is right, of which one is the same for all environments of an account. The profile names
        its role; only where it does not, the role is asked for. Nobody else has a profile of this name under this path."""
        name = name_of(ctx.spec)
        profile, policy = at_once(lambda read: read(ctx), (self._profile_of, self._policy_of))
        found: dict[str, There] = {}
        role: Mapping[str, Any] | None = None
        ours = True
        if profile is not None:
            role = next((one for one in profile["Roles"] if one["RoleName"] == name), None)
            held = ", ".join(one["RoleName"] for one in profile["Roles"])
            found[_profile(ctx.spec)] = There(profile["Arn"], {"role": held})
        if role is None and (answer := _read(ctx, "get_role", RoleName=name)):
            role = answer["Role"]
            ours = names.carries(role.get("Tags"), names.tags(ctx.spec, self.key))
        if role is not None:
            trusts = _told(role["AssumeRolePolicyDocument"])
            allows = _told(policy["PolicyDocument"]) if policy else ()
            found[name] = There(role["Arn"], {"trusts": trusts, "allows": allows}, ours)
        return found

    def _profile_of(self, ctx: Context) -> dict[str, Any] | None:
        path, arn = path_of(ctx.spec), profile_arn(ctx.spec)
        rows = ctx.customer.pages("iam", "list_instance_profiles", "InstanceProfiles", PathPrefix=path)
        return next((row for row in rows if row["Arn"] == arn), None)

    def _policy_of(self, ctx: Context) -> dict[str, Any] | None:
        return _read(ctx, "get_role_policy", RoleName=name_of(ctx.spec), PolicyName=POLICY)

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        """Role and profile first, at once; then the policy of the one and the place in the other, at once."""
        made = super().apply(ctx, found)
        return super().apply(ctx, made) if isinstance(made, Drifted) else made

    def make(self, ctx: Context, wanted: Wanted) -> There:
        name, path = name_of(ctx.spec), path_of(ctx.spec)
        tags = names.listed(names.tags(ctx.spec, self.key))
        if wanted.kind == "iam_role":
            role = ctx.customer.change(
                "iam",
                "create_role",
                RoleName=name,
                Path=path,
                PermissionsBoundary=names.boundary_arn(ctx.spec),
                AssumeRolePolicyDocument=json.dumps(_TRUST),
                Description=f"Machines of {ctx.spec.environment_name}",
                Tags=tags,
            )["Role"]
            return There(role["Arn"], {"trusts": wanted.attributes["trusts"], "allows": ()})
        profile = ctx.customer.change("iam", "create_instance_profile", InstanceProfileName=name, Path=path, Tags=tags)[
            "InstanceProfile"
        ]
        return There(profile["Arn"], {"role": ""})

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        name = name_of(ctx.spec)
        if wanted.kind == "iam_role":
            self._mend_role(ctx, wanted, there)
        else:
            if there.attributes["role"]:
                self._empty(ctx, there)
            self._put_in(ctx, name)
        return There(there.aws_id, dict(wanted.attributes), there.ours)

    def _mend_role(self, ctx: Context, wanted: Wanted, there: There) -> None:
        name = name_of(ctx.spec)
        if there.attributes["trusts"] != wanted.attributes["trusts"]:
            ctx.customer.change("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=json.dumps(_TRUST))
        if there.attributes["allows"] != wanted.attributes["allows"]:
            document = json.dumps(_document(ctx.spec))
            ctx.customer.change("iam", "put_role_policy", RoleName=name, PolicyName=POLICY, PolicyDocument=document)

    def _put_in(self, ctx: Context, name: str) -> None:
        """A profile holds one role. Where it is in use although it looked empty, an earlier call put ours there."""
        try:
            ctx.customer.change("iam", "add_role_to_instance_profile", InstanceProfileName=name, RoleName=name)
        except CallFailed as failed:
            if failed.code == "LimitExceeded":
                raise CallFailed(Failure.CONFLICT, failed.code, failed.message, operation=failed.operation) from failed
            raise

    def remove(self, ctx: Context) -> None:
        """The profile gives the role free first, and the role its policy."""
        there = self.look(ctx)
        profile, role = there.get(_profile(ctx.spec)), there.get(name_of(ctx.spec))
        if profile and profile.ours:
            self._unmake(ctx, _profile(ctx.spec), profile)
        if role and role.ours:
            self._unmake(ctx, name_of(ctx.spec), role)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        own = name_of(ctx.spec)
        if name == own:
            if there.attributes["allows"]:
                ctx.customer.change("iam", "delete_role_policy", RoleName=own, PolicyName=POLICY)
            ctx.customer.change("iam", "delete_role", RoleName=own)
        else:
            self._empty(ctx, there)
            ctx.customer.change("iam", "delete_instance_profile", InstanceProfileName=own)

    def _empty(self, ctx: Context, profile: There) -> None:
        for role in filter(None, str(profile.attributes["role"]).split(", ")):
            ctx.customer.change(
                "iam",
                "remove_role_from_instance_profile",
                InstanceProfileName=name_of(ctx.spec),
                RoleName=role,
            )

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"profile": name_of(ctx.spec), "role_arn": there[name_of(ctx.spec)].aws_id}


def _profile(spec: Spec) -> str:
    """Return how the profile is told from the role, whose name it has."""
    return f"{name_of(spec)} profile"


def _read(ctx: Context, operation: str, **params: Any) -> dict[str, Any] | None:
    try:
        return ctx.customer.read("iam", operation, **params)
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise


def _told(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a policy statement by statement, in words that are equal exactly when the policies are."""
    return tuple(sorted(_statement(one) for one in _list(document.get("Statement", []))))


def _statement(one: Mapping[str, Any]) -> str:
    """Return one statement: what it allows on what, or to whom, and where."""
    actions = " ".join(sorted(_list(one.get("Action", one.get("NotAction", ())))))
    rest = {key: value for key, value in one.items() if key not in ("Effect", "Action", "Sid", "Resource")}
    told = f"{one['Effect']} {actions}"
    told += f" on {' '.join(sorted(_list(one['Resource'])))}" if "Resource" in one else ""
    return f"{told} with {json.dumps(rest, sort_keys=True)}" if rest else told


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
