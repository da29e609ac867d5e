"""Administrators of the consoles: one for each product, with a password that nobody has chosen or seen.

All of an environment are in one secret of the customer's Secrets Manager, where the machines read them when a product
starts for the first time. A sealed copy stays in the vault for the hand-over. It is sealed first: whatever is cut off in
between, the same passwords are written again. Passwords are never in outputs, marks or documents.

Each secret carries a mark made from where its copy is sealed, so that looking opens nothing.
"""

import hashlib
import hmac
import json
import secrets
import string
from collections.abc import Mapping, Sequence
from typing import Any

from environments.catalogue.products import BY_KEY
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Ready, StepRefused, Wanted

SEALED = "administrators"
"""The name under which the copy is sealed: JSON, by product `{"user_name": ..., "password": ...}`."""

USER_NAME = "admin"
_LENGTH = 28
_LETTERS = string.ascii_letters + string.digits
_KEPT, _LEAVING = "kept", "to be deleted"

Accounts = dict[str, dict[str, str]]


def secret_name(spec: Spec) -> str:
    return names.of(spec, "administrators")


def keystore_name(spec: Spec, product: str) -> str:
    """Return the secret with the keystore of a product, which the first of its machines makes."""
    return names.of(spec, f"keystore-{product}")


def login_name(spec: Spec, product: str) -> str:
    """Return the secret with the log-in of a product to its databases, which the first of its machines makes."""
    return names.of(spec, f"database-{product}")


class AdministratorAccounts(Collection):
    """outputs: {"secret_name": ..., "secret_arn": ...}"""

    key = "administrator_accounts"
    title = "Administrators of the consoles"
    doing = "Making the administrators of the consoles"
    done = "Made the administrators of the consoles"
    requires = ("customer_access",)
    permissions = (
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RestoreSecret",
        "secretsmanager:TagResource",
    )
    simulated = "The secret is real, and no console runs on the stand-in that would know the passwords in it."

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("secret", secret_name(spec), {"state": _KEPT, "accounts": _told(spec)}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = secret_name(ctx.spec)
        try:
            row = ctx.customer.read("secretsmanager", "describe_secret", SecretId=name)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        tags = {tag["Key"]: tag["Value"] for tag in row.get("Tags") or ()}
        sealed = ctx.secrets.kept(SEALED)
        fits = bool(sealed) and tags.get(_mark_key(ctx.spec)) == _mark(ctx.spec, sealed)
        attributes = {
            "state": _LEAVING if row.get("DeletedDate") else _KEPT,
            "accounts": _told(ctx.spec) if fits else "others than the sealed ones",
        }
        return {name: There(row["ARN"], attributes, names.carries(row.get("Tags"), names.tags(ctx.spec, self.key)))}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        content, mark = self._content(ctx)
        answer = ctx.customer.change(
            "secretsmanager",
            "create_secret",
            Name=wanted.name,
            Description="Administrators of the consoles, for the products",
            Tags=names.listed({**names.tags(ctx.spec, self.key), _mark_key(ctx.spec): mark}),
            **content,
        )
        return There(answer["ARN"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Other passwords than the products know would lock everybody out, so none are made where there were some."""
        if there.attributes["state"] == _LEAVING:
            ctx.customer.change("secretsmanager", "restore_secret", SecretId=there.aws_id)
        if there.attributes["accounts"] != wanted.attributes["accounts"]:
            if not ctx.secrets.kept(SEALED):
                raise StepRefused(
                    "The passwords of the consoles' administrators are in the customer's Secrets Manager, and no sealed copy "
                    "of them is here.",
                    remedy=f"Delete the secret {wanted.name} if no product uses it yet, then retry this step. Otherwise have "
                    "the customer read it there.",
                    code="not_sealed",
                )
            content, mark = self._content(ctx)
            ctx.customer.change("secretsmanager", "put_secret_value", SecretId=there.aws_id, **content)
            tags = names.listed({_mark_key(ctx.spec): mark})
            ctx.customer.change("secretsmanager", "tag_resource", SecretId=there.aws_id, Tags=tags)
        return There(there.aws_id, wanted.attributes, there.ours)

    def _content(self, ctx: Context) -> tuple[dict[str, str], str]:
        """Return what is written, the same as is sealed, and its mark. Only what was not there is made."""
        known = ctx.secrets.kept(SEALED)
        before: Accounts = json.loads(ctx.secrets.open(known)) if known else {}
        accounts = {product.key: before.get(product.key) or _account() for product in ctx.spec.products}
        text = json.dumps(accounts)
        if accounts != before:
            known = ctx.secrets.keep(SEALED, text)
        mark = _mark(ctx.spec, known)
        return {"SecretString": text, "ClientRequestToken": names.token(ctx.spec, self.key, mark)}, mark

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """For good: the names have to be free when the environment is made again. What the machines made goes first, as nobody
        else knows of it; the copy last, so that the same passwords are there until the secret is gone."""
        for product in ctx.spec.products:
            self._delete(ctx, keystore_name(ctx.spec, product.key))
            self._delete(ctx, login_name(ctx.spec, product.key))
        self._delete(ctx, there.aws_id)
        ctx.secrets.forget(SEALED)

    def _delete(self, ctx: Context, secret: str) -> None:
        try:
            ctx.customer.change("secretsmanager", "delete_secret", SecretId=secret, ForceDeleteWithoutRecovery=True)
        except CallFailed as failed:
            if failed.failure != Failure.MISSING:
                raise

    def remove(self, ctx: Context) -> None:
        super().remove(ctx)
        if ctx.secrets.kept(SEALED):
            ctx.secrets.forget(SEALED)

    def observe_removal(self, ctx: Context) -> Finding:
        found = super().observe_removal(ctx)
        if isinstance(found, Ready) and ctx.secrets.kept(SEALED):
            return Drifted(("The sealed copy is still there",))
        return found

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        ((name, found),) = there.items()
        return {"secret_name": name, "secret_arn": found.aws_id}


def _account() -> dict[str, str]:
    """Return a new administrator. 28 letters and digits hold 166 bits."""
    return {"user_name": USER_NAME, "password": "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))}


def _told(spec: Spec) -> tuple[str, ...]:
    return tuple(f"{USER_NAME} of {BY_KEY[product.key].name}" for product in spec.products)


def _mark(spec: Spec, sealed: str) -> str:
    """Return the mark of the copy that is sealed there, for these products."""
    content = json.dumps([sealed, sorted(product.key for product in spec.products)])
    return hmac.new(spec.external_id.encode(), content.encode(), hashlib.sha256).hexdigest()[:16]


def _mark_key(spec: Spec) -> str:
    return f"{spec.tag_prefix}:content"
