"""Roles by which services of AWS act in the customer's account: each may do one thing, on what belongs to this environment.

A role cannot be handed to a service of another account, so that naming the service is enough; where AWS documents a
condition besides, it is set. IAM shows a new role everywhere within seconds; until then a service refuses it, which
`with_role_seen` takes for what it is.
"""

import json
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted

Answer = TypeVar("Answer")

_POLICY = "what-it-may-do"
_NOT_SEEN_YET = ("assume", "not authorized to perform", "could not deliver test message", "permission")


def with_role_seen(call: Callable[[], Answer]) -> Answer:
    """Make a call that hands over a role. Raises `CallFailed` as retryable where the service does not see the role yet."""
    try:
        return call()
    except CallFailed as failed:
        if failed.failure == Failure.REFUSED and any(word in failed.message.lower() for word in _NOT_SEEN_YET):
            raise CallFailed(Failure.RETRYABLE, failed.code, failed.message, operation=failed.operation) from failed
        raise


def allow(actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    """Return a statement of a policy."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def entered_by(service: str, **condition: Any) -> dict[str, Any]:
    """Return a statement that lets a service enter a role."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {**statement, "Condition": condition} if condition else statement


class ServiceRole(Collection):
    """One role and its policy. `service` and `allows` say in words who enters it and what for. outputs: {"role_arn": ARN}"""

    requires = ("customer_access",)
    expected = timedelta(seconds=3)
    permissions = (
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:GetRolePolicy",
        "iam:ListRoles",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UpdateAssumeRolePolicy",
    )
    use: str
    service: str
    allows: str

    @abstractmethod
    def statements(self, spec: Spec) -> Sequence[dict[str, Any]]:
        """Return what the role may do."""

    @abstractmethod
    def trust(self, spec: Spec) -> Sequence[dict[str, Any]]:
        """Return what lets its service in, and nobody else."""

    def name_of(self, spec: Spec) -> str:
        return names.of(spec, self.use)

    def arn_of(self, spec: Spec) -> str:
        """Return the role's ARN, which is known before the role stands."""
        return f"arn:aws:iam::{spec.customer_account_id}:role{_path(spec)}{self.name_of(spec)}"

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"entered_by": self.service, "allows": self.allows}
        return (Wanted("iam_role", self.name_of(spec), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the roles of all steps and environments; nobody else has a role of this name under this path."""
        name = self.name_of(ctx.spec)
        roles, policy = at_once(lambda read: read(ctx, name), (_roles, _policy))
        role = next((row for row in roles if row["Arn"] == self.arn_of(ctx.spec)), None)
        if role is None:
            return {}
        trusts = role["AssumeRolePolicyDocument"] == self._trust(ctx)
        may = policy is not None and policy["PolicyDocument"] == self._may(ctx)
        attributes = {
            "entered_by": self.service if trusts else "others",
            "allows": self.allows if may else "something else" if policy else "",
        }
        return {name: There(role["Arn"], attributes)}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        role = ctx.customer.change(
            "iam",
            "create_role",
            RoleName=wanted.name,
            Path=_path(ctx.spec),
            PermissionsBoundary=names.boundary_arn(ctx.spec),
            AssumeRolePolicyDocument=json.dumps(self._trust(ctx)),
            Description=f"{self.title} of {ctx.spec.environment_name}",
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )["Role"]
        self._put_policy(ctx, wanted)
        return There(role["Arn"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if there.attributes["entered_by"] != wanted.attributes["entered_by"]:
            trust = json.dumps(self._trust(ctx))
            ctx.customer.change("iam", "update_assume_role_policy", RoleName=wanted.name, PolicyDocument=trust)
        if there.attributes["allows"] != wanted.attributes["allows"]:
            self._put_policy(ctx, wanted)
        return There(there.aws_id, wanted.attributes)

    def _put_policy(self, ctx: Context, wanted: Wanted) -> None:
        document = json.dumps(self._may(ctx))
        ctx.customer.change("iam", "put_role_policy", RoleName=wanted.name, PolicyName=_POLICY, PolicyDocument=document)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        if there.attributes["allows"]:
            ctx.customer.change("iam", "delete_role_policy", RoleName=name, PolicyName=_POLICY)
        ctx.customer.change("iam", "delete_role", RoleName=name)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"role_arn": there[self.name_of(ctx.spec)].aws_id}

    def region(self, ctx: Context) -> str:
        return "global"

    def _trust(self, ctx: Context) -> dict[str, Any]:
        return _document(self.trust(ctx.spec))

    def _may(self, ctx: Context) -> dict[str, Any]:
        return _document(self.statements(ctx.spec))


class ReplicationRole(ServiceRole):
    key = "replication_role"
    title = "Role of the replication"
    doing = "Creating the role of the replication"
    done = "Created the role of the replication"
    use = "replication"
    service = "S3"
    allows = "copying the log bucket into the bucket for disaster recovery"

    def applies(self, spec: Spec) -> bool:
        return spec.recovers_elsewhere

    def trust(self, spec: Spec) -> Sequence[dict[str, Any]]:
        return (entered_by("s3.amazonaws.com"),)

    def statements(self, spec: Spec) -> Sequence[dict[str, Any]]:
        """Source: S3 User Guide, "Setting up permissions for live replication"."""
        source, copy = (f"arn:aws:s3:::{names.bucket(spec, use)}" for use in ("logs", "dr"))
        reading = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
        return (
            allow(("s3:GetReplicationConfiguration", "s3:ListBucket"), (source,)),
            allow(reading, (f"{source}/*",)),
            allow(("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"), (f"{copy}/*",)),
        )


class DeliveryRole(ServiceRole):
    """CloudWatch hands logs to the stream, and the stream writes them: one role for that one way."""

    key = "delivery_role"
    title = "Role of the log delivery"
    doing = "Creating the role of the log delivery"
    done = "Created the role of the log delivery"
    use = "delivery"
    service = "CloudWatch Logs and Firehose"
    allows = "bringing logs into the log bucket"

    def trust(self, spec: Spec) -> Sequence[dict[str, Any]]:
        """Source: CloudWatch Logs User Guide, "Subscription filters with Amazon Data Firehose"."""
        ours = f"arn:aws:logs:{spec.customer_region}:{spec.customer_account_id}:*"
        return (
            entered_by("firehose.amazonaws.com", StringEquals={"sts:ExternalId": spec.customer_account_id}),
            entered_by("logs.amazonaws.com", StringLike={"aws:SourceArn": ours}),
        )

    def statements(self, spec: Spec) -> Sequence[dict[str, Any]]:
        """Source: Firehose Developer Guide, "Grant Firehose access to an Amazon S3 destination"."""
        bucket = f"arn:aws:s3:::{names.bucket(spec, 'logs')}"
        here = f"{spec.customer_region}:{spec.customer_account_id}"
        stream = f"arn:aws:firehose:{here}:deliverystream/{names.of(spec, 'logs')}"
        return (
            allow(("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), (bucket,)),
            allow(("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"), (f"{bucket}/*",)),
            allow(("firehose:PutRecord", "firehose:PutRecordBatch"), (stream,)),
        )


def _path(spec: Spec) -> str:
    return f"/{spec.tag_prefix.lower()}/"


def _document(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _roles(ctx: Context, name: str) -> list[Any]:
    return ctx.customer.pages("iam", "list_roles", "Roles", PathPrefix=_path(ctx.spec))


def _policy(ctx: Context, name: str) -> Any:
    """Return the policy of a role; None where it has none, or is not there."""
    try:
        return ctx.customer.read("iam", "get_role_policy", RoleName=name, PolicyName=_POLICY)
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise
