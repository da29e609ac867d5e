"""There is no public DNS around the stand-in: what a customer writes into a public zone of their account counts as published.

SES verifies a domain, and a MAIL FROM domain, as soon as the records that it asked for are published so; ACM a certificate.
"""

from collections.abc import Iterator
from typing import Any

from moto.route53.models import Route53Backend
from moto.ses.models import ses_backends

from portal.embedded.aws_stand_in.patches import acm, ses


def install() -> None:
    change = Route53Backend.change_resource_record_sets

    def change_and_publish(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        change(self, zoneid, change_list)
        zone = self.get_hosted_zone(zoneid)
        if not zone.private_zone:
            published = {(row.name.rstrip("."), row.type) for row in zone.rrsets}
            _verify(published)
            acm.records_are_published({name for name, kind in published if kind == "CNAME"})

    Route53Backend.change_resource_record_sets = change_and_publish


def _verify(published: set[tuple[str, str]]) -> None:
    for name, needed in _asked_for():
        if needed and needed <= published:
            ses.dns_is_published(name)


def _asked_for() -> Iterator[tuple[str, set[tuple[str, str]]]]:
    """Yield what SES waits for, with the names and types of its records."""
    for regions in list(dict.values(ses_backends)):
        for backend in list(dict.values(regions)):
            for domain, identity in list(backend.email_identities.items()):
                tokens = identity.dkim_attributes.get("Tokens", ())
                yield domain, {(f"{token}._domainkey.{domain}", "CNAME") for token in tokens}
            for mail_from in list(backend.identity_mail_from_domains.values()):
                name = mail_from["mail_from_domain"]
                yield name, {(name, "MX"), (name, "TXT")}
