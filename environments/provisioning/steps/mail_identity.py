"""The customer's domain as a sender of Amazon SES: the identity, DKIM and a MAIL FROM domain of its own.

An identity is of an account and Region, so that all environments there which send from one domain share it. Each says by a tag
of its own that it uses it; the last one takes it away. Sources: SES developer guide, "Creating and verifying identities", "Easy
DKIM", "Using a custom MAIL FROM domain".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import NOT_SHOWN, Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Ready, Wanted

GIVES_UP_AFTER = timedelta(hours=72)
"""SES looks for the records this long, and then says that they failed."""

VERIFIED = "SUCCESS"
_IN_TIME, _TOO_LATE = "asked for", "too late"
_DKIM_HOST = "dkim.amazonses.com"


@dataclass(frozen=True, slots=True)
class Record:
    """A record that the customer is to publish."""

    name: str
    type: str
    value: str

    def __str__(self) -> str:
        return f"{self.type} {self.name} {self.value}"


def records(domain: str, mail_from: str, region: str, dkim: Mapping[str, Any]) -> list[Record]:
    """Return what verifies and signs a domain: three CNAME records for DKIM, MX and SPF for MAIL FROM."""
    host = dkim.get("SigningHostedZone") or _DKIM_HOST
    return [
        *(Record(f"{token}._domainkey.{domain}", "CNAME", f"{token}.{host}") for token in dkim.get("Tokens", ())),
        Record(mail_from, "MX", f"10 feedback-smtp.{region}.amazonses.com"),
        Record(mail_from, "TXT", "v=spf1 include:amazonses.com ~all"),
    ]


class MailIdentity(Collection):
    """outputs: domain, MAIL FROM domain, when it was asked for, and the records to publish."""

    key = "mail_identity"
    title = "Mail identity"
    doing = "Setting up the mail identity"
    done = "Set up the mail identity"
    requires = ("customer_access",)
    permissions = (
        "ses:CreateEmailIdentity",
        "ses:DeleteEmailIdentity",
        "ses:GetEmailIdentity",
        "ses:PutEmailIdentityDkimAttributes",
        "ses:PutEmailIdentityMailFromAttributes",
        "ses:TagResource",
        "ses:UntagResource",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.mail.choice == "ses"

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        if not self.applies(spec):
            return ()
        attributes = {
            "mail_from": f"bounce.{spec.mail.sender_domain}",
            "dkim": "on",
            "verification": _IN_TIME,
            "used_by": spec.environment_id,
        }
        return [Wanted("mail_identity", spec.mail.sender_domain, attributes)]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Where the answers name another domain now, or none, the earlier one is looked at too."""
        before = ctx.outputs.get(self.key, {}).get("domain", "")
        domains = [domain for domain in dict.fromkeys((ctx.spec.mail.sender_domain, before)) if domain]
        rows = at_once(lambda domain: self._read(ctx, domain), domains)
        return {
            domain: self._there(ctx, domain, row) for domain, row in zip(domains, rows, strict=True) if row is not None
        }

    def _read(self, ctx: Context, domain: str) -> dict[str, Any] | None:
        try:
            return ctx.customer.read("sesv2", "get_email_identity", EmailIdentity=domain)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return None
            raise

    def _there(self, ctx: Context, domain: str, row: Mapping[str, Any]) -> There:
        tags = {tag["Key"]: tag["Value"] for tag in row.get("Tags") or ()}
        ours = tags.items() >= self._mark(ctx.spec).items()
        users = {key for key in tags if key.startswith(_use_tag(ctx.spec, ""))}
        mine = ctx.spec.environment_id if _use_tag(ctx.spec) in users else ""
        dkim = row["DkimAttributes"]
        asked_at = tags.get(_asked_tag(ctx.spec), "")
        return There(
            domain,
            {
                "mail_from": row.get("MailFromAttributes", {}).get("MailFromDomain", ""),
                "dkim": "on" if dkim.get("SigningEnabled") else "off",
                "verification": _TOO_LATE if ours and _is_too_late(ctx, row, asked_at) else _IN_TIME,
                "used_by": mine if ours else NOT_SHOWN,
            },
            ours,
            extra={"dkim": dkim, "asked_at": asked_at, "users": users},
        )

    def make(self, ctx: Context, wanted: Wanted) -> There:
        return self._create(ctx, wanted, {_use_tag(ctx.spec)})

    def _create(self, ctx: Context, wanted: Wanted, users: set[str]) -> There:
        asked_at = ctx.now.isoformat()
        tags = {**self._mark(ctx.spec), **dict.fromkeys(sorted(users), "true"), _asked_tag(ctx.spec): asked_at}
        answer = ctx.customer.change(
            "sesv2", "create_email_identity", EmailIdentity=wanted.name, Tags=names.listed(tags)
        )
        self._put_mail_from(ctx, wanted)
        extra = {"dkim": answer["DkimAttributes"], "asked_at": asked_at, "users": users}
        return There(wanted.name, wanted.attributes, extra=extra)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if there.attributes["verification"] == _TOO_LATE and there.extra["dkim"].get("Status") != VERIFIED:
            return self._ask_again(ctx, wanted, there)
        ways: dict[str, Callable[[Context, Wanted], None]] = {
            "mail_from": self._put_mail_from,
            "dkim": self._sign,
            "used_by": self._use,
            "verification": self._prolong,
        }
        differing = [
            way for key, way in ways.items() if there.attributes[key] not in (wanted.attributes[key], NOT_SHOWN)
        ]
        at_once(lambda way: way(ctx, wanted), differing)
        asked_at = ctx.now.isoformat() if self._prolong in differing else there.extra["asked_at"]
        return There(there.aws_id, wanted.attributes, there.ours, extra={**there.extra, "asked_at": asked_at})

    def _ask_again(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """SES has given up an identity that never was verified. There is nothing in it that could be lost."""
        ctx.customer.change("sesv2", "delete_email_identity", EmailIdentity=wanted.name)
        return self._create(ctx, wanted, there.extra["users"] | {_use_tag(ctx.spec)})

    def _put_mail_from(self, ctx: Context, wanted: Wanted) -> None:
        ctx.customer.change(
            "sesv2",
            "put_email_identity_mail_from_attributes",
            EmailIdentity=wanted.name,
            MailFromDomain=wanted.attributes["mail_from"],
            BehaviorOnMxFailure="USE_DEFAULT_VALUE",
        )

    def _sign(self, ctx: Context, wanted: Wanted) -> None:
        ctx.customer.change(
            "sesv2", "put_email_identity_dkim_attributes", EmailIdentity=wanted.name, SigningEnabled=True
        )

    def _use(self, ctx: Context, wanted: Wanted) -> None:
        self._tag(ctx, wanted.name, {_use_tag(ctx.spec): "true"})

    def _prolong(self, ctx: Context, wanted: Wanted) -> None:
        """Only MAIL FROM is not verified: to be set again makes SES look again."""
        self._put_mail_from(ctx, wanted)
        self._tag(ctx, wanted.name, {_asked_tag(ctx.spec): ctx.now.isoformat()})

    def _tag(self, ctx: Context, domain: str, tags: Mapping[str, str]) -> None:
        arn = _arn(ctx, domain)
        ctx.customer.change("sesv2", "tag_resource", ResourceArn=arn, Tags=names.listed(tags))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """Give it back: where other environments use it, it stays theirs."""
        if there.extra["users"] - {_use_tag(ctx.spec)}:
            arn = _arn(ctx, name)
            ctx.customer.change("sesv2", "untag_resource", ResourceArn=arn, TagKeys=[_use_tag(ctx.spec)])
        else:
            ctx.customer.change("sesv2", "delete_email_identity", EmailIdentity=name)

    def remove(self, ctx: Context) -> None:
        for name, there in self._to_give_back(ctx).items():
            self._unmake(ctx, name, there)

    def observe_removal(self, ctx: Context) -> Finding:
        there = self._to_give_back(ctx)
        return Drifted(tuple(f"{name} is still there" for name in there), there=there) if there else Ready()

    def _to_give_back(self, ctx: Context) -> dict[str, There]:
        """Return the identity where we still use it, or where nobody does any more."""
        return {
            name: there
            for name, there in self.look(ctx).items()
            if there.ours and (_use_tag(ctx.spec) in there.extra["users"] or not there.extra["users"])
        }

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        ((domain, found),) = there.items()
        mail_from = str(found.attributes["mail_from"])
        needed = records(domain, mail_from, ctx.customer.region, found.extra["dkim"])
        return {
            "domain": domain,
            "mail_from": mail_from,
            "asked_at": found.extra["asked_at"],
            "records": [{"name": one.name, "type": one.type, "value": one.value} for one in needed],
        }

    def _mark(self, spec: Spec) -> dict[str, str]:
        """Return the tags by which it is ours, whichever environment made it."""
        mine = names.tags(spec, self.key)
        return {key: value for key, value in mine.items() if key != f"{spec.tag_prefix}:env"}


def _use_tag(spec: Spec, environment_id: str | None = None) -> str:
    """Return the key of the tag that says: this environment sends from it."""
    return f"{spec.tag_prefix}:used-by:{spec.environment_id if environment_id is None else environment_id}"


def _asked_tag(spec: Spec) -> str:
    return f"{spec.tag_prefix}:asked-at"


def _arn(ctx: Context, domain: str) -> str:
    return f"arn:aws:ses:{ctx.customer.region}:{ctx.customer.account_id}:identity/{domain}"


def is_verified(row: Mapping[str, Any]) -> bool:
    """Return whether SES has seen all records of an identity."""
    mail_from = row.get("MailFromAttributes", {}).get("MailFromDomainStatus")
    return bool(row["DkimAttributes"].get("Status") == mail_from == VERIFIED)


def _is_too_late(ctx: Context, row: Mapping[str, Any], asked_at: str) -> bool:
    if is_verified(row):
        return False
    overdue = bool(asked_at) and datetime.fromisoformat(asked_at) + GIVES_UP_AFTER <= ctx.now
    statuses = (row["DkimAttributes"].get("Status"), row.get("MailFromAttributes", {}).get("MailFromDomainStatus"))
    return overdue or "FAILED" in statuses
