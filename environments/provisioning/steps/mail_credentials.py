"""The log-in of the customer's own mail server, where the products find it: a secret in the customer's Secrets Manager.

The password itself goes from the vault into that secret and nowhere else. Whether it is the current one is told by a mark, made
from where it is sealed: every new password is sealed in a new place, so that looking opens nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted

_KEPT, _LEAVING = "kept", "to be deleted"


class MailCredentials(Collection):
    """outputs: {"secret_name": ..., "secret_arn": ...}."""

    key = "mail_credentials"
    title = "Mail server log-in"
    doing = "Storing the log-in of the mail server"
    done = "Stored the log-in of the mail server"
    requires = ("customer_access",)
    permissions = (
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RestoreSecret",
        "secretsmanager:TagResource",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.mail.choice == "own"

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("secret", names.of(spec, "mail-server"), {"state": _KEPT, "content": fingerprint(spec)})]

    def look(self, ctx: Context) -> Mapping[str, There]:
        (wanted,) = self.wanted(ctx.spec)
        try:
            row = ctx.customer.read("secretsmanager", "describe_secret", SecretId=wanted.name)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        tags = {tag["Key"]: tag["Value"] for tag in row.get("Tags") or ()}
        attributes = {
            "state": _LEAVING if row.get("DeletedDate") else _KEPT,
            "content": tags.get(_mark(ctx.spec), ""),
        }
        return {
            wanted.name: There(row["ARN"], attributes, names.carries(row.get("Tags"), names.tags(ctx.spec, self.key)))
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        tags = {**names.tags(ctx.spec, self.key), _mark(ctx.spec): wanted.attributes["content"]}
        answer = ctx.customer.change(
            "secretsmanager",
            "create_secret",
            Name=wanted.name,
            Description="Log-in of the mail server, for the products",
            Tags=names.listed(tags),
            **self._content(ctx, wanted),
        )
        return There(answer["ARN"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """The mark follows the content: where it is lost in between, the same content is written once more."""
        if there.attributes["state"] == _LEAVING:
            ctx.customer.change("secretsmanager", "restore_secret", SecretId=there.aws_id)
        if there.attributes["content"] != wanted.attributes["content"]:
            content = self._content(ctx, wanted)
            ctx.customer.change("secretsmanager", "put_secret_value", SecretId=there.aws_id, **content)
            tags = names.listed({_mark(ctx.spec): wanted.attributes["content"]})
            ctx.customer.change("secretsmanager", "tag_resource", SecretId=there.aws_id, Tags=tags)
        return There(there.aws_id, wanted.attributes, there.ours)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """For good: the name has to be free when the environment is made again, and the vault still has the password."""
        ctx.customer.change("secretsmanager", "delete_secret", SecretId=there.aws_id, ForceDeleteWithoutRecovery=True)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        ((name, found),) = there.items()
        return {"secret_name": name, "secret_arn": found.aws_id}

    def _content(self, ctx: Context, wanted: Wanted) -> dict[str, str]:
        mail = ctx.spec.mail
        content = {
            "host": mail.host,
            "port": mail.port,
            "encryption": mail.encryption,
            "username": mail.username,
            "password": ctx.secrets.open(mail.password),
            "sender": mail.sender,
        }
        token = names.token(ctx.spec, self.key, str(wanted.attributes["content"]))
        return {"SecretString": json.dumps(content), "ClientRequestToken": token}


def fingerprint(spec: Spec) -> str:
    """Return a keyed mark of the whole content: another one whenever any part of it is another."""
    mail = spec.mail
    parts = [mail.host, mail.port, mail.encryption, mail.username, mail.password, mail.sender]
    return hmac.new(spec.external_id.encode(), json.dumps(parts).encode(), hashlib.sha256).hexdigest()[:16]


def _mark(spec: Spec) -> str:
    return f"{spec.tag_prefix}:content"
