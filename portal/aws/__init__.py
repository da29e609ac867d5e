"""The one way to AWS, and the only import of boto3.

An `Identity` says as whom a call is made: the provider (the process's own credentials) or a customer's role, entered with our
external ID. Clients cost tens of milliseconds to build, so they are kept per identity, service and region for the life of the
process; credentials of a role renew themselves. This module knows nothing of Django: the endpoint, keys and profiles come from
boto3's own variables.

Calls that change something are sent exactly once: botocore would send them again after a time-out, and a create that has no
client token would then exist twice. Reads are retried by botocore.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import JSONFileLoader, Loader
from botocore.parsers import ResponseParserError

from portal.aws.errors import THROTTLED, AwsError, Kind, classify

__all__ = [
    "THROTTLED",
    "AwsError",
    "Identity",
    "Kind",
    "admits_without_external_id",
    "call",
    "classify",
    "forget_clients",
    "pages",
]

_TIMEOUTS: dict[str, Any] = {"connect_timeout": 3, "read_timeout": 20, "max_pool_connections": 32}
_READS = Config(**_TIMEOUTS, retries={"mode": "standard", "total_max_attempts": 3})
_CHANGES = Config(**_TIMEOUTS, retries={"mode": "standard", "total_max_attempts": 1})
_SESSION_SECONDS = 3600
_REFUSED_BY_ROLE = frozenset({"AccessDenied", "AccessDeniedException"})
_STALE_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    }
)


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom a call is made. Without `role_arn`: as this process itself, the provider."""

    account_id: str
    role_arn: str = ""
    external_id: str = ""
    session_name: str = "onboarding-portal"


_clients: dict[tuple[Identity, str, str, bool], Any] = {}
_sessions: dict[Identity, boto3.Session] = {}
_building = threading.RLock()


def call(
    identity: Identity, region: str, service: str, operation: str, *, changes: bool, **params: Any
) -> dict[str, Any]:
    """Make one call and return its answer. `changes` says that it changes something. Raises `AwsError`."""
    return _translated(
        identity, lambda: getattr(_client(identity, region, service, changes), operation)(**params), changes
    )


def pages(identity: Identity, region: str, service: str, operation: str, key: str, **params: Any) -> list[Any]:
    """Return the rows under `key` of all pages of a list. Raises `AwsError`."""
    client = _client(identity, region, service, False)
    if not client.can_paginate(operation):
        return _unpaginated(partial(call, identity, region, service, operation, changes=False, **params), key)
    paginator = client.get_paginator(operation)
    return _translated(
        identity, lambda: [row for page in paginator.paginate(**params) for row in page.get(key, [])], False
    )


def _unpaginated(ask: Callable[..., dict[str, Any]], key: str) -> list[Any]:
    """botocore knows no paginator for some lists that come in pages all the same (Route 53's ListHostedZonesByVPC)."""
    answer = ask()
    rows = list(answer.get(key, []))
    while token := answer.get("NextToken"):
        answer = ask(NextToken=token)
        rows += answer.get(key, [])
    return rows


def admits_without_external_id(identity: Identity) -> bool:
    """Return whether the role lets us in without its external ID: it then lets anybody's customers in (confused deputy).

    Only the role's own refusal proves that it does not; any other error is raised as `AwsError`.
    """
    ourselves = Identity(account_id="")
    enter = {"RoleArn": identity.role_arn, "RoleSessionName": "refusal-check", "DurationSeconds": 900}
    try:
        call(ourselves, "us-east-1", "sts", "assume_role", changes=False, **enter)
    except AwsError as error:
        if error.code in _REFUSED_BY_ROLE:
            return False
        raise
    return True


def forget_clients() -> None:
    """Drop every kept client and session: another endpoint or other keys hold from now on."""
    with _building:
        _clients.clear()
        _sessions.clear()


def _client(identity: Identity, region: str, service: str, changes: bool) -> Any:
    key = (identity, service, region, changes)
    found = _clients.get(key)
    if found is None:
        with _building:  # sessions build clients one at a time: botocore's loader is not safe for threads
            found = _clients.get(key)
            if found is None:
                config = _CHANGES if changes else _READS
                found = _clients[key] = _session(identity).client(service, region_name=region, config=config)
    return found


def _session(identity: Identity) -> boto3.Session:
    if identity not in _sessions:
        _sessions[identity] = _role_session(identity) if identity.role_arn else boto3.Session(botocore_session=_core())
    return _sessions[identity]


class _ParsedOnce(JSONFileLoader):
    """Reads AWS's descriptions of its services, which cost 0.1 s and megabytes each, once."""

    load_file = cache(JSONFileLoader.load_file)


_DESCRIPTIONS = Loader(file_loader=_ParsedOnce())
"""One for all sessions: each of its own would list the folders of all four hundred services again."""


def _core() -> Any:
    core = botocore.session.get_session()
    core.register_component("data_loader", _DESCRIPTIONS)
    return core


def _role_session(identity: Identity) -> boto3.Session:
    core = _core()
    core._credentials = DeferredRefreshableCredentials(refresh_using=partial(_assume, identity), method="assume-role")
    return boto3.Session(botocore_session=core)


def _assume(identity: Identity) -> dict[str, str]:
    sts = _client(Identity(account_id=""), "us-east-1", "sts", False)
    answer = sts.assume_role(
        RoleArn=identity.role_arn,
        RoleSessionName=identity.session_name,
        DurationSeconds=_SESSION_SECONDS,
        **({"ExternalId": identity.external_id} if identity.external_id else {}),
    )["Credentials"]
    return {
        "access_key": answer["AccessKeyId"],
        "secret_key": answer["SecretAccessKey"],
        "token": answer["SessionToken"],
        "expiry_time": answer["Expiration"].isoformat(),
    }


def _translated(identity: Identity, send: Callable[[], Any], changes: bool) -> Any:
    try:
        return send()
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        told = classify(error, changes=changes)
        if told.code in _STALE_CREDENTIALS:
            _forget(identity)
        raise told from error


def _forget(identity: Identity) -> None:
    """Enter the account anew next time: its role was made again, and the credentials of the old one are no longer known."""
    with _building:
        _sessions.pop(identity, None)
        for key in [key for key in _clients if key[0] == identity]:
            del _clients[key]
