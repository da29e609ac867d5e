"""The audit trail: who did what in the customer's account, remote log-ins included, delivered to the audit bucket (S5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted


class AuditTrail(Collection):
    """The trail and whether it records. outputs: {"trail": name}"""

    key = "audit_trail"
    title = "Audit trail"
    doing = "Starting the audit trail"
    done = "Started the audit trail"
    requires = ("audit_bucket",)
    simulated = "The stand-in keeps the trail, and records nothing in the bucket."
    permissions = (
        "cloudtrail:GetTrail",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:CreateTrail",
        "cloudtrail:AddTags",
        "cloudtrail:UpdateTrail",
        "cloudtrail:StartLogging",
        "cloudtrail:DeleteTrail",
    )
    quotas = {"cloudtrail": "cloudtrail/trails"}

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        settings = {"bucket": names.bucket(spec, "audit"), "file_validation": "on", "recording": "on"}
        return (Wanted("cloudtrail", names.trail(spec), settings),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = names.trail(ctx.spec)
        try:
            trail, status = at_once(
                lambda operation: ctx.customer.read("cloudtrail", operation, Name=name),
                ("get_trail", "get_trail_status"),
            )
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        return {name: _there(trail["Trail"], recording=status["IsLogging"])}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        tags = names.listed(names.tags(ctx.spec, self.key))
        trail = ctx.customer.change("cloudtrail", "create_trail", **_settings(wanted), TagsList=tags)
        ctx.customer.change("cloudtrail", "start_logging", Name=wanted.name)
        return _there(trail, recording=True)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if any(there.attributes[key] != wanted.attributes[key] for key in ("bucket", "file_validation")):
            ctx.customer.change("cloudtrail", "update_trail", **_settings(wanted))
        if there.attributes["recording"] != "on":
            ctx.customer.change("cloudtrail", "start_logging", Name=wanted.name)
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("cloudtrail", "delete_trail", Name=name)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"trail": names.trail(ctx.spec)}


def _settings(wanted: Wanted) -> dict[str, Any]:
    return {"Name": wanted.name, "S3BucketName": wanted.attributes["bucket"], "EnableLogFileValidation": True}


def _there(trail: Mapping[str, Any], *, recording: bool) -> There:
    attributes = {
        "bucket": trail["S3BucketName"],
        "file_validation": "on" if trail.get("LogFileValidationEnabled") else "off",
        "recording": "on" if recording else "off",
    }
    return There(trail["TrailARN"], attributes)
