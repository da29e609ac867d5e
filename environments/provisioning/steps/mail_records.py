"""The customer publishes the records of their mail domain. We look them up ourselves: what public DNS says is what counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from environments.provisioning.collection import at_once
from environments.provisioning.ports import LookupFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, CUSTOMER, Context, Drifted, Finding, Missing, Pending, Ready, Step
from environments.provisioning.steps.mail_identity import GIVES_UP_AFTER, Record, is_verified

_SPF = "include:amazonses.com"
_AGAIN = timedelta(seconds=30)


class MailRecords(Step):
    """Ready when all records are published and SES has seen them too. Nothing here is ours to make or to take away."""

    key = "mail_records"
    title = "Mail records"
    doing = "Waiting for the customer to publish the mail records"
    done = "The mail domain is verified"
    requires = ("mail_identity",)
    expected = timedelta(days=1)
    waits_for = CUSTOMER
    retry_from = ("mail_identity",)
    permissions = ("ses:GetEmailIdentity",)
    simulated = (
        "No public DNS is asked: what stands in a public zone of the customer's stand-in account counts as published."
    )

    def applies(self, spec: Spec) -> bool:
        return spec.mail.choice == "ses"

    def planned(self, spec: Spec) -> tuple[str, ...]:
        domain = spec.mail.sender_domain
        return (f"The customer publishes five records in the public DNS of {domain}, within 72 hours",)

    def observe(self, ctx: Context) -> Finding:
        asked = ctx.outputs["mail_identity"]
        needed = [Record(**row) for row in asked["records"]]
        identity, *seen = at_once(lambda ask: ask(), [lambda: _identity(ctx), *(_asking(ctx, one) for one in needed)])
        missing = [record for record, there in zip(needed, seen, strict=True) if there is False]
        if missing:
            return _customers_turn(ctx, asked, missing)
        if not is_verified(identity):
            return Pending(AWS, _why_not_yet(seen), _AGAIN, _give_up_at(asked))
        return Ready({"domain": asked["domain"], "mail_from": asked["mail_from"], "verified": True})

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        """Only the customer can publish in their DNS."""

    def remove(self, ctx: Context) -> None:
        """The records are the customer's."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _identity(ctx: Context) -> Mapping[str, Any]:
    return ctx.customer.read("sesv2", "get_email_identity", EmailIdentity=ctx.spec.mail.sender_domain)


def _asking(ctx: Context, record: Record) -> Any:
    return lambda: _is_published(ctx, record)


def _is_published(ctx: Context, record: Record) -> bool | None:
    """Return whether the public DNS says so; None where it did not answer."""
    try:
        said = ctx.names.lookup(record.name, record.type)
    except LookupFailed:
        return None
    if record.type == "TXT":  # a longer SPF record that lets SES send is as good
        return any(text.startswith("v=spf1") and _SPF in text.split() for text in said)
    return record.value.lower() in (value.lower() for value in said)


def _customers_turn(ctx: Context, asked: Mapping[str, Any], missing: Sequence[Record]) -> Pending:
    told = "\n".join(map(str, missing))
    number = "this record" if len(missing) == 1 else f"these {len(missing)} records"
    reason = f"Publish {number} in the public DNS of {asked['domain']}:\n{told}"
    return Pending(CUSTOMER, reason, ctx.poll_customer, _give_up_at(asked))


def _why_not_yet(seen: Sequence[bool | None]) -> str:
    if None in seen:
        return "The public DNS did not answer every look-up of the mail records. We ask again."
    return "All mail records are published. Amazon SES has not seen them yet, which usually takes minutes."


def _give_up_at(asked: Mapping[str, Any]) -> datetime | None:
    """Return when SES stops looking; None for an identity that the customer had before."""
    return datetime.fromisoformat(asked["asked_at"]) + GIVES_UP_AFTER if asked["asked_at"] else None
