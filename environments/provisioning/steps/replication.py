"""The copy of the log bucket in the Region for disaster recovery, made by S3 as objects arrive (S28)."""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps.service_roles import ReplicationRole, with_role_seen

_RULE = "disaster-recovery"


class Replication(Collection):
    """The rule on the log bucket. Deletions are not copied: what is gone by mistake is still there."""

    key = "replication"
    title = "Replication of logs"
    doing = "Starting the replication of logs"
    done = "Started the replication of logs"
    requires = ("log_bucket", "dr_bucket", "replication_role")
    simulated = "The stand-in keeps the rule, and copies nothing."
    permissions = ("iam:PassRole", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration")

    def applies(self, spec: Spec) -> bool:
        return spec.recovers_elsewhere

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"to": names.bucket(spec, "dr"), "copies": "every object"}
        return (Wanted("replication", names.bucket(spec, "logs"), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = names.bucket(ctx.spec, "logs")
        try:
            found = ctx.customer.read(
                "s3", "get_bucket_replication", Bucket=name, ExpectedBucketOwner=ctx.customer.account_id
            )["ReplicationConfiguration"]
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        return {name: _there(name, self._rules(ctx), found)}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        with_role_seen(
            lambda: ctx.customer.change(
                "s3",
                "put_bucket_replication",
                Bucket=wanted.name,
                ExpectedBucketOwner=ctx.customer.account_id,
                ReplicationConfiguration=self._rules(ctx),
            )
        )
        return There(wanted.name, wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("s3", "delete_bucket_replication", Bucket=name, ExpectedBucketOwner=ctx.customer.account_id)

    def _rules(self, ctx: Context) -> dict[str, Any]:
        rule = {
            "ID": _RULE,
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{names.bucket(ctx.spec, 'dr')}"},
        }
        return {"Role": ReplicationRole().arn_of(ctx.spec), "Rules": [rule]}


def _there(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> There:
    targets = ", ".join(rule["Destination"]["Bucket"].rpartition(":")[2] for rule in found["Rules"])
    copies = _comparable(found) == _comparable(wanted)
    return There(name, {"to": targets, "copies": "every object" if copies else "something else"})


def _comparable(rules: Mapping[str, Any]) -> Any:
    """Return what decides which objects are copied, and as whom: AWS writes an empty filter in more than one way."""
    return rules["Role"], [
        (rule["Status"], rule.get("Filter", {}).get("Prefix", ""), rule.get("Filter", {}).keys() - {"Prefix"})
        for rule in rules["Rules"]
    ]
