"""What botocore's own model of AWS says of the values that an accepted intake is later sent as."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session

_LONGEST_NAME = "n" * 40
_SESSION = botocore.session.get_session()

_STRICTER = {"DNSName": {"max": 253}}
"""Where AWS is stricter than its model says: Route 53 developer guide, "DNS domain name format"."""

Sent = tuple[str, str, str, Any]
"""Service, operation, the parameter's path, and the value."""


@cache
def _shape(service: str, operation: str, path: str) -> Any:
    shape = _SESSION.get_service_model(service).operation_model(operation).input_shape
    for part in path.split("."):
        shape = shape.member if part == "*" else shape.members[part]
    return shape


def refusals(sent: Sent) -> Iterator[str]:
    """Yield what of the model's limits the value breaks: its length or size, its pattern, its list of values."""
    service, operation, path, value = sent
    shape = _shape(service, operation, path)
    size = value if isinstance(value, int) else len(value)
    limits, listed = {**shape.metadata, **_STRICTER.get(shape.name, {})}, getattr(shape, "enum", None)
    if size < limits.get("min", size) or size > limits.get("max", size):
        yield f"{sent}: {limits}"
    if isinstance(value, str) and not re.fullmatch(limits.get("pattern", "(?s).*"), value):
        yield f"{sent}: {limits['pattern']}"
    if listed and value not in listed:
        yield f"{sent}: one of {listed}"


def sent_for(key: str, answers: dict[str, Any]) -> Iterator[Sent]:
    """Yield what the steps send to AWS for the sound answers of one section."""
    yield from _SENT.get(key, lambda _: iter(()))(answers)


def _remote_access(answers: dict[str, Any]) -> Iterator[Sent]:
    if "root_email" in answers:
        yield "organizations", "CreateAccount", "Email", answers["root_email"]
    for row in answers.get("environments", []):
        if "account_id" in row:
            yield "organizations", "DescribeAccount", "AccountId", row["account_id"]
        if "vpc_id" in row:
            yield "route53", "AssociateVPCWithHostedZone", "VPC.VPCId", row["vpc_id"]
        if "region" in row:
            yield "route53", "AssociateVPCWithHostedZone", "VPC.VPCRegion", row["region"]


def _products(answers: dict[str, Any]) -> Iterator[Sent]:
    if "domain" in answers:
        yield "acm", "RequestCertificate", "DomainName", f"*.{answers['domain']}"


def _dns(answers: dict[str, Any]) -> Iterator[Sent]:
    if "zone" in answers:
        yield "route53resolver", "CreateResolverRule", "DomainName", answers["zone"]
        yield "route53", "CreateHostedZone", "Name", f"am.{_LONGEST_NAME}.{answers['zone']}"
    for server in answers.get("servers", []):
        yield "route53resolver", "CreateResolverRule", "TargetIps.*.Ip", server


def _smtp(answers: dict[str, Any]) -> Iterator[Sent]:
    if "sender_domain" in answers:
        yield "sesv2", "CreateEmailIdentity", "EmailIdentity", answers["sender_domain"]
        yield "acm", "RequestCertificate", "DomainName", f"bounce.{answers['sender_domain']}"
    if "username" in answers:
        yield "secretsmanager", "CreateSecret", "SecretString", answers["username"]


def _machines(answers: dict[str, Any]) -> Iterator[Sent]:
    if {"patch_day", "patch_hour"} <= set(answers):
        schedule = f"cron(0 {answers['patch_hour']} ? * {answers['patch_day'][:3].upper()} *)"
        yield "ssm", "CreateMaintenanceWindow", "Schedule", schedule


_SENT = {
    "remote_access": _remote_access,
    "products": _products,
    "dns": _dns,
    "smtp": _smtp,
    "operating_system": _machines,
}
