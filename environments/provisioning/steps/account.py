"""A new AWS account where the customer wishes one: opened through Organizations, then entered once to make the role by which
every later step enters it, as the customer would have made it in an account of their own."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import access_template, names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import Account, CallFailed, Failure, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import (
    AWS,
    Context,
    Drifted,
    Finding,
    Missing,
    Pending,
    Ready,
    Step,
    StepRefused,
    Wanted,
)

_FIRST_ROLE = "OrganizationAccountAccessRole"
"""The role that Organizations makes in a new account; it lets the management account in. Source: Organizations user guide."""

_POLICY = "provisioner"
_LOOK_AGAIN = timedelta(seconds=5)
_FAILURE_COUNTS = timedelta(minutes=10)
"""How long a refusal of AWS is that of the request just made: later, it is asked for anew."""

_OPENING = Pending(AWS, "AWS is opening the account, which takes some minutes.", _LOOK_AGAIN)
_NAME_LENGTH = 50
_STAYS = "A new AWS account stays: it belongs to the customer, who alone can close it, as its root user."

_REFUSALS = {
    "ACCOUNT_LIMIT_EXCEEDED": "The provider's organization has as many accounts as AWS allows. Ask AWS to raise the limit.",
    "CONCURRENT_ACCOUNT_MODIFICATION": "AWS was opening another account at the same moment.",
    "EMAIL_ALREADY_EXISTS": "An AWS account outside the provider's organization has this e-mail address already. Ask the "
    "customer for one that no AWS account uses.",
    "INTERNAL_FAILURE": "AWS failed inside.",
    "INVALID_ADDRESS": "AWS does not accept the postal address of the provider's organization. Correct it in its account.",
    "INVALID_EMAIL": "AWS does not accept the e-mail address. Ask the customer for another one.",
    "INVALID_PAYMENT_INSTRUMENT": "The provider's organization has no valid means of payment. Correct it in its account.",
    "MISSING_BUSINESS_VALIDATION": "AWS has not verified the provider's business yet. Finish that with AWS.",
    "MISSING_PAYMENT_INSTRUMENT": "The provider's organization has no means of payment. Add one in its account.",
    "PENDING_BUSINESS_VALIDATION": "AWS is still verifying the provider's business. Wait until it is done.",
    "UNKNOWN_BUSINESS_VALIDATION": "AWS could not verify the provider's business. Finish that with AWS.",
}
"""Why AWS opened no account. Source: Organizations API, CreateAccountStatus, FailureReason."""


class NewAccount(Step):
    """The e-mail address of its root user is its natural key: all environments of a customer that wishes one share it."""

    key = "account"
    title = "New AWS account"
    doing = "Opening the customer's AWS account"
    done = "Opened the customer's AWS account"
    requires = ("provider_access",)
    expected = timedelta(minutes=3)
    simulated = "The stand-in has the account ready at once, and writes to no owner of it."
    settles = True
    remains = _STAYS
    provider_permissions = (
        "organizations:CreateAccount",
        "organizations:ListAccounts",
        "organizations:ListCreateAccountStatus",
        "organizations:TagResource",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.creates_account

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("aws_account", _account_name(spec), {"root_user": spec.root_email}),)

    def observe(self, ctx: Context) -> Finding:
        rows = ctx.provider.pages("organizations", "list_accounts", "Accounts")
        known = ctx.outputs.get(self.key, {}).get("account_id", "")
        found = [row for row in rows if row["Id"] == known or row["Email"].casefold() == ctx.spec.root_email.casefold()]
        return self._standing(ctx, found[0]) if found else self._asked_for(ctx)

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding:
        """What became of it the next look tells: AWS takes any request, and decides afterwards."""
        ctx.provider.change(
            "organizations",
            "create_account",
            Email=ctx.spec.root_email,
            AccountName=_account_name(ctx.spec),
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )
        return _OPENING

    def remove(self, ctx: Context) -> None:
        """It stays."""

    def _standing(self, ctx: Context, row: Mapping[str, Any]) -> Finding:
        if row["Status"] != "ACTIVE":
            raise StepRefused(
                f"The AWS account {row['Id']} with the root user {ctx.spec.root_email} is {row['Status'].lower()}.",
                remedy="Reopen it with AWS support, or ask the customer for another e-mail address.",
                code="account_closed",
            )
        role_arn = f"arn:aws:iam::{row['Id']}:role/{_role_name(ctx.spec)}"
        seen = Seen("aws_account", _account_name(ctx.spec), row["Id"], row["Id"], "global", {"root_user": row["Email"]})
        return Ready({"account_id": row["Id"], "role_arn": role_arn}, (seen,))

    def _asked_for(self, ctx: Context) -> Finding:
        """Say what became of the latest request, if there is one. While any is under way, another environment's may be the
        one that failed since it was the second."""
        rows = ctx.provider.pages("organizations", "list_create_account_status", "CreateAccountStatuses")
        asked = [row for row in rows if row["AccountName"] == _account_name(ctx.spec)]
        if any(row["State"] == "IN_PROGRESS" for row in asked):
            return _OPENING
        recent = [row for row in asked if ctx.now - row["RequestedTimestamp"] <= _FAILURE_COUNTS]
        latest = max(recent, key=lambda row: row["RequestedTimestamp"], default=None)
        if latest is None:
            return Missing()
        if latest["State"] == "FAILED":
            raise _refused(latest.get("FailureReason", ""), ctx.spec)
        return _OPENING


class AccountRole(Collection):
    """The role by which the portal enters the new account. `actions`: those that all steps need."""

    key = "account_role"
    title = "Access to the new account"
    doing = "Making the provider's role in the new account"
    done = "Made the provider's role in the new account"
    requires = ("account",)
    remains = _STAYS
    provider_permissions = ("sts:AssumeRole",)

    def __init__(self, actions: Callable[[], Sequence[str]]) -> None:
        self._actions = actions

    def applies(self, spec: Spec) -> bool:
        return spec.creates_account

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"trust": "the provider with the external ID", "actions": "those of the steps"}
        return (Wanted("iam_role", _role_name(spec), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name, account = _role_name(ctx.spec), _entered(ctx)
        try:
            role, policy = at_once(lambda read: read(account, name), (_role, _policy))
        except CallFailed as failed:
            if failed.failure != Failure.DENIED:
                raise
            waits = Pending(AWS, "AWS is preparing the new account, and does not let us in yet.", _LOOK_AGAIN)
            return {name: There("", self.wanted(ctx.spec)[0].attributes, pending=waits)}
        if role is None:
            return {}
        trusted, allowed = role["AssumeRolePolicyDocument"] == _trust(ctx.spec), policy == self._document()
        attributes = {
            "trust": "the provider with the external ID" if trusted else "somebody else",
            "actions": "those of the steps" if allowed else "others",
        }
        return {name: There(role["Arn"], attributes)}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        self._make_boundary(ctx)
        made = _entered(ctx).change(
            "iam",
            "create_role",
            RoleName=wanted.name,
            PermissionsBoundary=names.boundary_arn(ctx.spec),
            AssumeRolePolicyDocument=json.dumps(_trust(ctx.spec)),
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )["Role"]
        self._allow(ctx, wanted.name)
        return There(made["Arn"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if there.attributes["trust"] != wanted.attributes["trust"]:
            document = json.dumps(_trust(ctx.spec))
            _entered(ctx).change("iam", "update_assume_role_policy", RoleName=wanted.name, PolicyDocument=document)
        if there.attributes["actions"] != wanted.attributes["actions"]:
            self._allow(ctx, wanted.name)
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """It stays with the account."""

    def account_id(self, ctx: Context) -> str:
        return str(ctx.outputs["account"]["account_id"])

    def region(self, ctx: Context) -> str:
        return "global"

    def _make_boundary(self, ctx: Context) -> None:
        """It has a name that nobody else gives: where it stands, an earlier attempt made it. It holds for all environments
        that are still to come into the account, so it names no Regions."""
        spec = ctx.spec
        path, _, name = names.boundary_arn(spec).partition("policy")[2].rpartition("/")
        audit = f"arn:aws:s3:::{spec.tag_prefix.lower()}-{spec.customer_account_id}-audit-*/*"
        document = {"Version": "2012-10-17", "Statement": access_template.boundary(audit)}
        try:
            _entered(ctx).change(
                "iam", "create_policy", PolicyName=name, Path=f"{path}/", PolicyDocument=json.dumps(document)
            )
        except CallFailed as failed:
            if failed.failure != Failure.CONFLICT:
                raise

    def _allow(self, ctx: Context, name: str) -> None:
        document = json.dumps(self._document())
        _entered(ctx).change("iam", "put_role_policy", RoleName=name, PolicyName=_POLICY, PolicyDocument=document)

    def _document(self) -> dict[str, Any]:
        allowed = {"Effect": "Allow", "Action": list(self._actions()), "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [allowed]}


def _refused(reason: str, spec: Spec) -> StepRefused:
    told = _REFUSALS.get(reason, f"AWS gives the reason {reason}.")
    minutes = int(_FAILURE_COUNTS.total_seconds() / 60)
    return StepRefused(
        f"AWS opened no account for {spec.root_email}. {told}",
        remedy=f"Once that is mended, retry this step; {minutes} minutes after the refusal the account is asked for anew.",
        code="account_refused",
    )


def _entered(ctx: Context) -> Account:
    """Return the new account, entered from the organization's management account."""
    return ctx.provider.as_role(f"arn:aws:iam::{ctx.outputs['account']['account_id']}:role/{_FIRST_ROLE}")


def _role(account: Account, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = account.read("iam", "get_role", RoleName=name)["Role"]
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise
    return found


def _policy(account: Account, name: str) -> dict[str, Any] | None:
    try:
        answer = account.read("iam", "get_role_policy", RoleName=name, PolicyName=_POLICY)
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise
    document: dict[str, Any] = answer["PolicyDocument"]
    return document


def _trust(spec: Spec) -> dict[str, Any]:
    """Return whom the role lets in. Source: IAM user guide, "Access to AWS accounts owned by third parties"."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": spec.provider_principal_arn or f"arn:aws:iam::{spec.provider_account_id}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": spec.external_id}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _role_name(spec: Spec) -> str:
    return spec.role_arn.rsplit("/", 1)[1]


def _account_name(spec: Spec) -> str:
    """Return the account's name, the same for all environments of the customer. Organizations allows 50 characters."""
    return f"{spec.tag_prefix} {spec.customer_slug}"[:_NAME_LENGTH]
