"""What AWS refuses or makes one wait for and moto does not.

The portal's correctness must not depend on any of these: they are here so that refusals and waits can be seen.
"""

import ipaddress
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

DELIVERY = timedelta(seconds=1)
"""How long a peering request stays `initiating-request`."""

EXPIRY = timedelta(days=7)
_LIVE = ("initiating-request", "pending-acceptance", "provisioning", "active")


@cache
def install() -> None:
    """Change moto, once per process."""
    _evaluate_trust_policies()
    _refuse_what_peering_cannot()
    _refuse_a_second_zone()
    _keep_buckets_apart()


def _evaluate_trust_policies() -> None:
    from moto.core.exceptions import AccessDeniedError  # noqa: PLC0415 - moto reads its environment when it is imported
    from moto.sts.responses import TokenResponse  # noqa: PLC0415

    assume = TokenResponse.assume_role

    def assume_role(self: Any) -> Any:
        caller = self.backend.get_caller_identity(self.access_key, self.region)[1]
        if not _trusted(self._get_param("RoleArn"), caller, self._get_param("ExternalId")):
            raise AccessDeniedError(caller, f"sts:AssumeRole on resource: {self._get_param('RoleArn')}")
        return assume(self)

    TokenResponse.assume_role = assume_role


def _trusted(role_arn: str, caller: str, external_id: str | None) -> bool:
    from moto.iam.exceptions import NotFoundException  # noqa: PLC0415
    from moto.iam.models import iam_backends  # noqa: PLC0415

    account_id = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
    if account_id not in iam_backends:
        return False
    try:
        role = iam_backends[account_id]["aws"].get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    statements = _several(json.loads(role.assume_role_policy_document)["Statement"])
    return {one["Effect"] for one in statements if _applies(one, caller, external_id)} == {"Allow"}


def _applies(statement: dict[str, Any], caller: str, external_id: str | None) -> bool:
    """Return whether the statement is about this call. A condition that is not understood never holds."""
    principal = statement.get("Principal", {})
    principals = _several(principal if isinstance(principal, str) else principal.get("AWS", []))
    account_id = caller.split(":")[4]
    names = {caller, _role_of(caller), account_id, f"arn:aws:iam::{account_id}:root", "*"}
    actions = {"sts:AssumeRole", "sts:*", "*"}
    if not (names & set(principals) and actions & set(_several(statement.get("Action", [])))):
        return False
    return all(
        operator == "StringEquals" and key.lower() == "sts:externalid" and external_id in _several(wanted)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _role_of(caller: str) -> str:
    """Return the role behind `arn:aws:sts::1:assumed-role/name/session`; the caller itself otherwise."""
    if ":assumed-role/" not in caller:
        return caller
    account_id, name = caller.split(":")[4], caller.split("/")[1]
    return f"arn:aws:iam::{account_id}:role/{name}"


def _several(value: Any) -> list[Any]:
    """Return the list that a policy may write as its only member."""
    return [value] if isinstance(value, str | dict) else list(value)


def _refuse_what_peering_cannot() -> None:
    from moto.ec2.models.vpc_peering_connections import (  # noqa: PLC0415
        VPCPeeringConnection,
        VPCPeeringConnectionBackend,
    )

    create = VPCPeeringConnectionBackend.create_vpc_peering_connection
    accept = VPCPeeringConnectionBackend.accept_vpc_peering_connection

    def create_once(self: Any, vpc: Any, peer_vpc: Any, tags: dict[str, str] | None = None) -> Any:
        for known in self.vpc_pcxs.values():
            if (known.vpc.id, known.peer_vpc.id) == (vpc.id, peer_vpc.id) and _code(known) in _LIVE:
                return known
        made = create(self, vpc, peer_vpc, tags)
        made.requested_at = _now()
        if _overlap(vpc, peer_vpc):
            made._status.code = "failed"
            made._status.message = "The CIDR blocks of the two VPCs overlap"
        return made

    def accept_in_time(self: Any, vpc_pcx_id: str) -> Any:
        _code(self.get_vpc_peering_connection(vpc_pcx_id))
        return accept(self, vpc_pcx_id)

    def status(self: Any) -> dict[str, str]:
        code = _code(self)
        if code == "pending-acceptance" and _age(self) < DELIVERY:
            return {"Code": "initiating-request", "Message": f"Initiating Request to {self.peer_vpc.owner_id}"}
        return {"Code": code, "Message": self._status.message}

    VPCPeeringConnectionBackend.create_vpc_peering_connection = create_once
    VPCPeeringConnectionBackend.accept_vpc_peering_connection = accept_in_time
    VPCPeeringConnection.status = property(status)


def _code(peering: Any) -> str:
    if peering._status.code == "pending-acceptance" and _age(peering) > EXPIRY:
        peering._status.code, peering._status.message = "expired", "The request has expired"
    return str(peering._status.code)


def _age(peering: Any) -> timedelta:
    return _now() - getattr(peering, "requested_at", _now() - DELIVERY)


def _now() -> datetime:
    return datetime.now(UTC)


def _overlap(one: Any, other: Any) -> bool:
    blocks, others = _blocks(one), _blocks(other)
    return any(block.overlaps(another) for block in blocks for another in others)


def _blocks(vpc: Any) -> list[ipaddress.IPv4Network]:
    return [ipaddress.IPv4Network(row["cidr_block"]) for row in vpc.cidr_block_association_set]


def _refuse_a_second_zone() -> None:
    from moto.route53.exceptions import Route53ClientError  # noqa: PLC0415
    from moto.route53.models import Route53Backend  # noqa: PLC0415

    create = Route53Backend.create_hosted_zone

    def create_once(self: Any, name: str, private_zone: bool, caller_reference: str | None = None, **more: Any) -> Any:
        if caller_reference and any(zone.caller_reference == caller_reference for zone in self.zones.values()):
            raise Route53ClientError(
                "HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference."
            )
        return create(self, name, private_zone, caller_reference, **more)

    Route53Backend.create_hosted_zone = create_once


def _keep_buckets_apart() -> None:
    """Refuse what one account does with another's buckets; moto lets it in. No bucket policy opens them here."""
    from moto.s3.exceptions import S3ClientError  # noqa: PLC0415
    from moto.s3.models import S3Backend, s3_backends  # noqa: PLC0415

    create, get = S3Backend.create_bucket, S3Backend.get_bucket

    def is_anothers(backend: Any, name: str) -> bool:
        return s3_backends.bucket_accounts.get(name, ("", backend.account_id))[1] != backend.account_id

    def create_bucket(self: Any, bucket_name: str, *given: Any, **more: Any) -> Any:
        if is_anothers(self, bucket_name):
            raise S3ClientError("BucketAlreadyExists", "The requested bucket name is not available.")
        return create(self, bucket_name, *given, **more)

    def get_bucket(self: Any, bucket_name: str) -> Any:
        if is_anothers(self, bucket_name):
            raise S3ClientError("AccessDenied", "Access Denied")
        return get(self, bucket_name)

    S3Backend.create_bucket, S3Backend.get_bucket = create_bucket, get_bucket
