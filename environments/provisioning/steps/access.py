"""Access to both accounts: who we are in each, and that the customer's role asks for our external ID.

An external ID only protects where the role refuses without it (AWS IAM: the confused deputy problem), so both halves are tried.
"""

from datetime import timedelta

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
    key = "customer_access"
    title = "Access to the customer's account"
    doing = "Checking access to the customer's account"
    done = "Checked access to the customer's account"
    expected = timedelta(seconds=2)
    waits_for = CUSTOMER
    requires = ("account_role",)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (
            f"The customer creates the role {spec.role_arn} with our external ID",
            "Check that the role lets us in, and refuses anybody without the external ID",
        )

    def observe(self, ctx: Context) -> Finding:
        try:
            arn = _require_identity(ctx.customer)
        except CallFailed as failed:
            ours = failed.code == NO_CREDENTIALS  # nothing that the customer could mend
            if ours or failed.failure not in (Failure.DENIED, Failure.MISSING):
                raise
            return self._not_there(ctx)
        if ctx.customer.admits_without_external_id():
            raise StepRefused(
                "The role lets us in without the external ID, so it would let others in on our behalf.",
                remedy="Add the condition sts:ExternalId to the role's trust policy, then retry this step.",
                code="external_id_not_required",
            )
        role = Seen(
            "iam_role", ctx.spec.role_arn.rsplit("/", 1)[1], ctx.spec.role_arn, ctx.customer.account_id, "global"
        )
        return Ready({"arn": arn}, (role,))

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
