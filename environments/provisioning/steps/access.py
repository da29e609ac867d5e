"""Access to both accounts: who we are in each, and that the customer's role asks for our external ID.

An external ID only protects where the role refuses without it (AWS IAM: the confused deputy problem), so both halves are tried.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import access_template
from environments.provisioning.collection import at_once
from environments.provisioning.messages import NO_CREDENTIALS
from environments.provisioning.ports import Account, CallFailed, Failure, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import (
    CUSTOMER,
    Context,
    Drifted,
    Finding,
    Missing,
    Pending,
    Ready,
    Step,
    StepRefused,
)

_TRIED = "tried"
"""Stands for the version where nothing need be read: what the current one needs was there already."""

_HARMLESS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("ec2:DescribeVpcs", "ec2", "describe_vpcs", {"MaxResults": 5}),
    ("iam:ListRoles", "iam", "list_roles", {"MaxItems": 1}),
    ("route53:ListHostedZones", "route53", "list_hosted_zones", {"MaxItems": "1"}),
)
"""One cheap read in each of three services, which take away nothing and show whether the policies are attached."""


def _require_identity(account: Account) -> str:
    """Return the ARN we act as. Raises `StepRefused` where it is in another account than stated."""
    me = account.read("sts", "get_caller_identity")
    if me["Account"] != account.account_id:
        raise StepRefused(
            f"The credentials lead to account {me['Account']}, not to {account.account_id}.",
            remedy="Correct the account ID or the credentials. Nothing was changed in either account.",
            code="wrong_account",
        )
    return str(me["Arn"])


def _denied(ctx: Context, action: str, service: str, operation: str, params: dict[str, Any]) -> str:
    """Return the action if the role may not do it."""
    try:
        ctx.customer.read(service, operation, **params)
    except CallFailed as failed:
        if failed.failure != Failure.DENIED:
            raise
        return action
    return ""


def _role_name(spec: Spec) -> str:
    return spec.role_arn.rsplit("/", 1)[1]


class ProviderAccess(Step):
    key = "provider_access"
    title = "Access to the provider's account"
    doing = "Checking access to the provider's account"
    done = "Checked access to the provider's account"
    expected = timedelta(seconds=1)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"Check that we act in account {spec.provider_account_id}",)

    def observe(self, ctx: Context) -> Finding:
        return Ready({"arn": _require_identity(ctx.provider)})

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        """There is nothing to make: credentials come from outside."""

    def remove(self, ctx: Context) -> None:
        """There is nothing to take away."""


class CustomerAccess(Step):
    """`actions`: those that all steps need, which the customer's template allows.

    What the role allows is tried once per version of the template, and only where the role is not of that version.
    """

    key = "customer_access"
    title = "Access to the customer's account"
    doing = "Checking access to the customer's account"
    done = "Checked access to the customer's account"
    expected = timedelta(seconds=2)
    waits_for = CUSTOMER
    requires = ("account_role",)
    permissions = ("ec2:DescribeVpcs", "iam:GetRole", "iam:ListRoles", "route53:ListHostedZones")

    def __init__(self, actions: Callable[[], Sequence[str]]) -> None:
        self._actions = actions

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (
            f"The customer creates the role {spec.role_arn} with our external ID",
            "Check that the role lets us in, refuses anybody without the external ID, and may do what is needed",
        )

    def observe(self, ctx: Context) -> Finding:
        try:
            arn, admits, version = at_once(lambda ask: ask(), self._questions(ctx))
        except CallFailed as failed:
            ours = failed.code == NO_CREDENTIALS  # nothing that the customer could mend
            if ours or failed.failure not in (Failure.DENIED, Failure.MISSING):
                raise
            return self._not_there(ctx)
        if admits:
            raise StepRefused(
                "The role lets us in without the external ID, so it would let others in on our behalf.",
                remedy="Add the condition sts:ExternalId to the role's trust policy, then retry this step.",
                code="external_id_not_required",
            )
        current = self._current(ctx.spec)
        if version not in (current, _TRIED):
            self._require_permissions(ctx, version, current)
        return Ready({"arn": arn, "tried": current}, (self._seen(ctx, version, current),))

    def _questions(self, ctx: Context) -> list[Callable[[], Any]]:
        return [
            lambda: _require_identity(ctx.customer),
            ctx.customer.admits_without_external_id,
            lambda: self._version(ctx),
        ]

    def _current(self, spec: Spec) -> str:
        return access_template.of(spec.provider_name, spec.tag_prefix, self._actions()).version

    def _version(self, ctx: Context) -> str:
        """Return of which version of the template the role is, empty where it says none."""
        if ctx.outputs.get(self.key, {}).get("tried") == self._current(ctx.spec):
            return _TRIED
        try:
            role = ctx.customer.read("iam", "get_role", RoleName=_role_name(ctx.spec))["Role"]
        except CallFailed as failed:
            if failed.failure not in (Failure.DENIED, Failure.MISSING):
                raise
            return ""
        tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
        return tags.get(f"{ctx.spec.tag_prefix}:{access_template.VERSION_TAG}", "")

    def _require_permissions(self, ctx: Context, version: str, current: str) -> None:
        """Read harmlessly in three areas. Raises `StepRefused` where the role may not."""
        denied = [action for action in at_once(lambda one: _denied(ctx, *one), _HARMLESS) if action]
        if not denied:
            return
        made = f"made by version {version} of our template" if version else "not made by our template"
        raise StepRefused(
            f"The role may not do {', '.join(denied)}. It is {made}; the current one is {current}.",
            remedy=f"Deploy version {current} of the template, which is under Actions, then retry this step.",
            code="permission_missing",
        )

    def _seen(self, ctx: Context, version: str, current: str) -> Seen:
        attributes = (
            {} if version in (current, _TRIED) else {"template": f"{version or 'none'}, the current is {current}"}
        )
        role = _role_name(ctx.spec)
        return Seen("iam_role", role, ctx.spec.role_arn, ctx.customer.account_id, "global", attributes)

    def _not_there(self, ctx: Context) -> Finding:
        reason = (
            f"The role {ctx.spec.role_arn} does not let us in yet. Create it in your account with the external ID "
            "shown under Actions; we look again by ourselves."
        )
        return Pending(CUSTOMER, reason, ctx.poll_customer)

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        """There is nothing to make: the role is the customer's."""

    def remove(self, ctx: Context) -> None:
        """The role is the customer's to delete."""
