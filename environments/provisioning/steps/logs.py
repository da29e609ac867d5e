"""Where the agents on the hosts send logs (CloudWatch), and how these get into the private bucket (Firehose).

Of the ways from CloudWatch into S3, an export is one task at a time per account, started by hand or by a clock of ours, and
late by as much as that clock waits. A subscription needs no clock: each line is in the bucket minutes after it was written,
whatever becomes of the portal. It costs one delivery stream, one role and a filter per group.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted
from environments.provisioning.steps.service_roles import with_role_seen

KINDS = ("audit", "application", "system")
"""Audit (log-ins and what administrators did), application (the products' own) and system logs (S45)."""

_COMING = Pending(AWS, "AWS is preparing the delivery stream.", timedelta(seconds=5))
_FAILED = ("CREATING_FAILED", "DELETING_FAILED")
_BUFFER = {"SizeInMBs": 5, "IntervalInSeconds": 300}
_FILTER = "to-bucket"


def group(spec: Spec, kind: str) -> str:
    """Return the name of the log group of one kind: `/wso2/1f0c2a9b/audit`."""
    return names.path(spec, kind)


class LogGroups(Collection):
    """outputs: {"audit": group, "application": group, "system": group}"""

    key = "log_groups"
    title = "Log groups"
    doing = "Creating the log groups"
    done = "Created the log groups"
    requires = ("customer_access",)
    expected = timedelta(seconds=2)
    permissions = (
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DescribeLogGroups",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        kept = {"days": spec.retention_days}
        return tuple(Wanted("log_group", group(spec, kind), kept) for kind in KINDS)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the groups of all environments, for checks of many at once."""
        every, prefix = f"/{ctx.spec.tag_prefix}/".lower(), group(ctx.spec, "")
        rows = ctx.customer.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=every)
        return {
            row["logGroupName"]: There(row["arn"], {"days": row.get("retentionInDays", "without end")})
            for row in rows
            if row["logGroupName"].startswith(prefix)
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        ctx.customer.change("logs", "create_log_group", logGroupName=wanted.name, tags=names.tags(ctx.spec, self.key))
        arn = f"arn:aws:logs:{ctx.customer.region}:{ctx.customer.account_id}:log-group:{wanted.name}:*"
        return self.mend(ctx, wanted, There(arn))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        days = wanted.attributes["days"]
        ctx.customer.change("logs", "put_retention_policy", logGroupName=wanted.name, retentionInDays=days)
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("logs", "delete_log_group", logGroupName=name)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {kind: group(ctx.spec, kind) for kind in KINDS}


class LogDelivery(Collection):
    """The stream into the log bucket. outputs: {"stream_arn": ARN}"""

    key = "log_delivery"
    title = "Delivery of logs"
    doing = "Creating the delivery of logs into the bucket"
    done = "Created the delivery of logs into the bucket"
    requires = ("log_bucket", "delivery_role")
    simulated = "The stand-in keeps the stream, and brings no line into the bucket."
    expected = timedelta(seconds=30)
    permissions = (
        "firehose:CreateDeliveryStream",
        "firehose:DeleteDeliveryStream",
        "firehose:DescribeDeliveryStream",
        "firehose:TagDeliveryStream",
        "firehose:UpdateDestination",
        "iam:PassRole",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("delivery_stream", names.of(spec, "logs"), {"bucket": names.bucket(spec, "logs")}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = names.of(ctx.spec, "logs")
        try:
            answer = ctx.customer.read("firehose", "describe_delivery_stream", DeliveryStreamName=name)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        return {name: _stream(answer["DeliveryStreamDescription"])}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        with_role_seen(
            lambda: ctx.customer.change(
                "firehose",
                "create_delivery_stream",
                DeliveryStreamName=wanted.name,
                DeliveryStreamType="DirectPut",
                ExtendedS3DestinationConfiguration=self._destination(ctx),
                Tags=names.listed(names.tags(ctx.spec, self.key)),
            )
        )
        return There(_stream_arn(ctx), wanted.attributes, pending=_COMING)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if there.extra.get("failed"):
            raise StepRefused(
                f"The delivery stream {wanted.name} is of no use: AWS says {there.extra['failed']}.",
                remedy="Look at its reason in the Firehose console and delete the stream, then retry this step.",
                code="delivery_failed",
            )
        ctx.customer.change(
            "firehose",
            "update_destination",
            DeliveryStreamName=wanted.name,
            CurrentDeliveryStreamVersionId=there.extra["version"],
            DestinationId=there.extra["destination"],
            ExtendedS3DestinationUpdate=self._destination(ctx),
        )
        return There(there.aws_id, wanted.attributes)

    def _destination(self, ctx: Context) -> dict[str, Any]:
        """Logs come compressed from CloudWatch, so they are not compressed again (CloudWatch Logs User Guide)."""
        return {
            "RoleARN": ctx.outputs["delivery_role"]["role_arn"],
            "BucketARN": f"arn:aws:s3:::{ctx.outputs['log_bucket']['bucket']}",
            "Prefix": "logs/",
            "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/",
            "BufferingHints": _BUFFER,
            "CompressionFormat": "UNCOMPRESSED",
        }

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("firehose", "delete_delivery_stream", DeliveryStreamName=name)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"stream_arn": there[names.of(ctx.spec, "logs")].aws_id}


class LogSubscriptions(Collection):
    """What sends every line of each group to the stream."""

    key = "log_subscriptions"
    title = "Subscriptions of logs"
    doing = "Sending the logs to the bucket"
    done = "Sent the logs to the bucket"
    requires = ("log_groups", "log_delivery", "delivery_role")
    expected = timedelta(seconds=2)
    permissions = (
        "iam:PassRole",
        "logs:DeleteSubscriptionFilter",
        "logs:DescribeSubscriptionFilters",
        "logs:PutSubscriptionFilter",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        sent = {"lines": "all", "to": names.of(spec, "logs")}
        return tuple(Wanted("log_subscription", group(spec, kind), sent) for kind in KINDS)

    def look(self, ctx: Context) -> Mapping[str, There]:
        groups = [group(ctx.spec, kind) for kind in KINDS]
        found = at_once(lambda name: self._filter(ctx, name), groups)
        return {name: there for name, there in zip(groups, found, strict=True) if there}

    def _filter(self, ctx: Context, name: str) -> There | None:
        try:
            rows = ctx.customer.pages("logs", "describe_subscription_filters", "subscriptionFilters", logGroupName=name)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return None
            raise
        return next((_sent(ctx, name, row) for row in rows if row["filterName"] == _FILTER), None)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """A second put of the same name replaces the first."""
        with_role_seen(
            lambda: ctx.customer.change(
                "logs",
                "put_subscription_filter",
                logGroupName=wanted.name,
                filterName=_FILTER,
                filterPattern="",
                destinationArn=ctx.outputs["log_delivery"]["stream_arn"],
                roleArn=ctx.outputs["delivery_role"]["role_arn"],
            )
        )
        return There(f"{wanted.name}/{_FILTER}", wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("logs", "delete_subscription_filter", logGroupName=name, filterName=_FILTER)


def _stream_arn(ctx: Context) -> str:
    name = names.of(ctx.spec, "logs")
    return f"arn:aws:firehose:{ctx.customer.region}:{ctx.customer.account_id}:deliverystream/{name}"


def _sent(ctx: Context, name: str, row: Mapping[str, Any]) -> There:
    to = str(row["destinationArn"])
    attributes = {
        "lines": "all" if not row.get("filterPattern") else f"only {row['filterPattern']}",
        "to": names.of(ctx.spec, "logs") if to == _stream_arn(ctx) else to,
    }
    return There(f"{name}/{_FILTER}", attributes)


def _stream(described: Mapping[str, Any]) -> There:
    status = described["DeliveryStreamStatus"]
    if status in _FAILED:
        return There(
            described["DeliveryStreamARN"], {"bucket": f"nowhere, since AWS says {status}"}, extra={"failed": status}
        )
    (destination,) = described["Destinations"]
    bucket = destination["ExtendedS3DestinationDescription"]["BucketARN"].rpartition(":")[2]
    return There(
        described["DeliveryStreamARN"],
        {"bucket": bucket},
        pending=_COMING if status == "CREATING" else None,
        leaving=status == "DELETING",
        extra={"version": described["VersionId"], "destination": destination["DestinationId"]},
    )
