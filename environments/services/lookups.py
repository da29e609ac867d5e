"""The public DNS, asked by ourselves: the real one, or what the customers of the stand-in published.

There is no public DNS around the stand-in. What stands in a public zone of the customer's account there counts as published.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver
from django.conf import settings

from environments.provisioning.ports import Lookup, LookupFailed
from environments.provisioning.specification import Spec
from portal import aws

TIMEOUT_SECONDS = 3.0


def public(spec: Spec) -> Lookup:
    """Return the DNS in which this environment's customer publishes."""
    if settings.AWS_STAND_IN_DNS:
        return StandInDns(spec, settings.AWS_STAND_IN_CUSTOMER_ROLE)
    return PublicDns(tuple(settings.DNS_RESOLVERS))


@dataclass(frozen=True, slots=True)
class PublicDns:
    """The Internet's. `resolvers`: addresses to ask; where none is named, those that this machine is set to."""

    resolvers: tuple[str, ...] = ()
    port: int = 53

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        try:
            answer = self._resolver().resolve(name, type, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except dns.exception.DNSException as error:
            raise LookupFailed(f"{name} {type}: {error.__class__.__name__}") from error
        return tuple(_SAID[type](row) for row in answer.rrset or ())

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self.resolvers)
        if self.resolvers:
            resolver.nameservers = list(self.resolvers)
        resolver.port = self.port
        resolver.timeout = resolver.lifetime = TIMEOUT_SECONDS
        return resolver


def _bare(name: Any) -> str:
    return str(name).rstrip(".")


_SAID: Mapping[str, Callable[[Any], str]] = {
    "A": lambda row: str(row.address),
    "CNAME": lambda row: _bare(row.target),
    "MX": lambda row: f"{row.preference} {_bare(row.exchange)}",
    "TXT": lambda row: b"".join(row.strings).decode("utf-8", "replace"),
}


class StandInDns:
    """The public zones of a customer's account in the stand-in, as its own administrator sees them, at one moment: they are
    read at the first look-up."""

    def __init__(self, spec: Spec, role_name: str) -> None:
        account_id = spec.customer_account_id
        self.identity = aws.Identity(account_id, f"arn:aws:iam::{account_id}:role/{role_name}")
        self.region = spec.customer_region
        self._published: dict[tuple[str, str], tuple[str, ...]] | None = None
        self._reading = threading.Lock()

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        with self._reading:
            if self._published is None:
                try:
                    self._published = self._read()
                except aws.AwsError as error:
                    raise LookupFailed(f"{name} {type}: {error.code}") from error
        return self._published.get((name, type), ())

    def _read(self) -> dict[tuple[str, str], tuple[str, ...]]:
        zones = self._rows("list_hosted_zones", "HostedZones")
        public = [zone["Id"] for zone in zones if not zone["Config"]["PrivateZone"]]
        rows = [
            row
            for zone in public
            for row in self._rows("list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
        ]
        return {(_bare(row["Name"]), row["Type"]): _values(row) for row in rows}

    def _rows(self, operation: str, key: str, **params: str) -> list[dict[str, Any]]:
        return aws.pages(self.identity, self.region, "route53", operation, key, **params)


def _values(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_bare(record["Value"]).strip('"') for record in row.get("ResourceRecords", ()))
