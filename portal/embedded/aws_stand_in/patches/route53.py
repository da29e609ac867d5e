"""Route 53: the same caller reference makes no second zone."""

from typing import Any

from moto.route53.exceptions import Route53ClientError
from moto.route53.models import Route53Backend


def install() -> None:
    create = Route53Backend.create_hosted_zone

    def create_once(self: Any, name: str, private_zone: bool, caller_reference: str | None = None, **more: Any) -> Any:
        if caller_reference and any(zone.caller_reference == caller_reference for zone in self.zones.values()):
            raise Route53ClientError(
                "HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference."
            )
        return create(self, name, private_zone, caller_reference, **more)

    Route53Backend.create_hosted_zone = create_once
