"""The audit trail: who did what in the customer's account, remote log-ins included, delivered to the audit bucket.

A second create with the same name is refused by AWS and silently overwrites elsewhere, so it is always read first.
"""

from typing import Any

from environments.provisioning import names
from environments.provisioning.ports import CallFailed, Failure, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, Step


class AuditTrail(Step):
    key = "audit_trail"
    title = "Audit trail"
    doing = "Starting the audit trail"
    done = "Started the audit trail"
    requires = ("audit_bucket",)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"CloudTrail {names.trail(spec)} into the audit bucket, with log file validation",)

    def observe(self, ctx: Context) -> Finding:
        trail = self._trail(ctx)
        if trail is None:
            return Missing()
        differing = self._differences(ctx, trail)
        if differing:
            return Drifted(differing)
        name = names.trail(ctx.spec)
        seen = Seen("cloudtrail", name, trail["TrailARN"], ctx.customer.account_id, ctx.customer.region)
        return Ready({"trail": name}, (seen,))

    def _trail(self, ctx: Context) -> dict[str, Any] | None:
        try:
            trail: dict[str, Any] = ctx.customer.read("cloudtrail", "get_trail", Name=names.trail(ctx.spec))["Trail"]
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return None
            raise
        return trail

    def _differences(self, ctx: Context, trail: dict[str, Any]) -> tuple[str, ...]:
        bucket = ctx.outputs["audit_bucket"]["bucket"]
        logging = ctx.customer.read("cloudtrail", "get_trail_status", Name=names.trail(ctx.spec))["IsLogging"]
        checks = {
            f"The trail delivers to {trail['S3BucketName']}, not to {bucket}": trail["S3BucketName"] == bucket,
            "Log file validation is off": bool(trail.get("LogFileValidationEnabled")),
            "The trail is stopped": bool(logging),
        }
        return tuple(sentence for sentence, holds in checks.items() if not holds)

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        name, bucket = names.trail(ctx.spec), ctx.outputs["audit_bucket"]["bucket"]
        settings = {"Name": name, "S3BucketName": bucket, "EnableLogFileValidation": True}
        if self._trail(ctx) is None:
            tags = names.listed(names.tags(ctx.spec, self.key))
            ctx.customer.change("cloudtrail", "create_trail", **settings, TagsList=tags)
        else:
            ctx.customer.change("cloudtrail", "update_trail", **settings)
        ctx.customer.change("cloudtrail", "start_logging", Name=name)

    def remove(self, ctx: Context) -> None:
        if self._trail(ctx) is not None:
            ctx.customer.change("cloudtrail", "delete_trail", Name=names.trail(ctx.spec))
