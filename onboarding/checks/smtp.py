"""The customer's mail server takes mail (row S9), or their domain is ready for Amazon SES (row S23)."""

from collections.abc import Iterable
from typing import Any

from onboarding.checks.definition import Known, Means, Wanted, asking
from portal.probes import dns, smtp
from portal.probes.outcome import Outcome

_OWN = ("host", "port", "encryption", "username", "password", "sender")


def wanted(known: Known) -> Iterable[Wanted]:
    answers = known.of("smtp")
    if answers.get("choice") == "own":
        yield from _own_server(known)
    elif domain := answers.get("sender_domain"):
        yield from _ses(known, domain)


def _own_server(known: Known) -> Iterable[Wanted]:
    given: dict[str, Any] = {key: known.of("smtp").get(key) for key in _OWN}
    if not all(given[key] for key in ("host", "port", "encryption")):
        return

    def accepts(means: Means) -> Outcome:
        return smtp.accepts(
            given["host"],
            given["port"],
            security=given["encryption"],
            username=given["username"] or "",
            password=means.secret(given["password"]),
            sender=given["sender"] or "",
            recipient=means.recipient,
            fence=means.fence,
        )

    yield Wanted(
        key="smtp.accepts",
        title=f"{given['host']} takes mail",
        pointer="host",
        inputs=given,
        run=accepts,
        sends=True,
    )


def _ses(known: Known, domain: str) -> Iterable[Wanted]:
    yield Wanted(
        key="smtp.delegated",
        title=f"{domain} is in public DNS",
        pointer="sender_domain",
        inputs={"domain": domain},
        run=asking(dns.delegated, domain),
    )
    records = [tuple(record) for record in known.records]
    if records:
        yield Wanted(
            key="smtp.records",
            title=f"The DKIM and MAIL FROM records of {domain} are published",
            pointer="sender_domain",
            inputs={"domain": domain, "records": [list(record) for record in records]},
            run=asking(dns.has_records, records),
        )
