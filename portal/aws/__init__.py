"""The one way to AWS, and the only import of boto3.

An `Identity` says as whom a call is made: the provider (the process's own credentials) or a customer's role, entered with our
external ID. A client costs tens of milliseconds and a megabyte, so there is one for each service and region for the life of the
process, and it signs each call as whoever makes it: one more customer costs none. Credentials of a role renew themselves. This
module knows nothing of Django: the endpoint, keys and profiles come from boto3's own variables.

Calls that change something are sent exactly once: botocore would send them again after a time-out, and a create that has no
client token would then exist twice. Reads are retried by botocore.
"""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, DeferredRefreshableCredentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
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

_TIMEOUTS: dict[str, Any] = {"connect_timeout": 3, "read_timeout": 20, "max_pool_connections": 64}
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


_clients: dict[tuple[str, str, bool], Any] = {}
_credentials: dict[Identity, Credentials] = {}
_calling: ContextVar[Identity] = ContextVar("calling")
_building = threading.RLock()


def call(
    identity: Identity, region: str, service: str, operation: str, *, changes: bool, **params: Any
) -> dict[str, Any]:
    """Make one call and return its answer. `changes` says that it changes something. Raises `AwsError`."""
    return _translated(identity, lambda: getattr(_client(region, service, changes), operation)(**params), changes)


def pages(identity: Identity, region: str, service: str, operation: str, key: str, **params: Any) -> list[Any]:
    """Return the rows under `key` of all pages of a list. Raises `AwsError`."""
    client = _client(region, service, False)
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
    """Drop every kept client and all credentials: another endpoint or other keys hold from now on."""
    with _building:
        _clients.clear()
        _credentials.clear()


def _client(region: str, service: str, changes: bool) -> Any:
    key = (service, region, changes)
    found = _clients.get(key)
    if found is None:
        with _building:  # sessions build clients one at a time: botocore's loader is not safe for threads
            found = _clients.get(key)
            if found is None:
                config = _CHANGES if changes else _READS
                found = _clients[key] = _session().client(service, region_name=region, config=config)
    return found


class _OfTheCaller(Credentials):
    """The credentials of whoever makes the call just now."""

    def __init__(self) -> None:
        super().__init__("", "", method="assume-role")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return _credentials_of(_calling.get()).get_frozen_credentials()


def _credentials_of(identity: Identity) -> Credentials:
    """Who is known waits for no client that is being built. Where this process has none, the next call looks for them again:
    the machine's own may come late."""
    try:
        return _credentials[identity]
    except KeyError:
        with _building:
            return _credentials.setdefault(identity, _enter(identity))


def _enter(identity: Identity) -> Credentials:
    """Return credentials; those of a role are asked for when they are first used. Raises `NoCredentialsError` where this
    process has none of its own."""
    if identity.role_arn:
        return DeferredRefreshableCredentials(refresh_using=partial(_assume, identity), method="assume-role")
    own: Credentials | None = botocore.session.get_session().get_credentials()
    if own is None:
        raise NoCredentialsError
    return own


class _ParsedOnce(JSONFileLoader):
    """Reads AWS's descriptions of its services, which cost 0.1 s and megabytes each, once."""

    load_file = cache(JSONFileLoader.load_file)


_DESCRIPTIONS = Loader(file_loader=_ParsedOnce())
"""One for all sessions: each of its own would list the folders of all four hundred services again."""


def _session() -> boto3.Session:
    core = botocore.session.get_session()
    core.register_component("data_loader", _DESCRIPTIONS)
    core._credentials = _OfTheCaller()
    return boto3.Session(botocore_session=core)


def _assume(identity: Identity) -> dict[str, str]:
    enter = partial(
        _client("us-east-1", "sts", False).assume_role,
        RoleArn=identity.role_arn,
        RoleSessionName=identity.session_name,
        DurationSeconds=_SESSION_SECONDS,
        **({"ExternalId": identity.external_id} if identity.external_id else {}),
    )
    answer = _as(Identity(account_id=""), enter)["Credentials"]
    return {
        "access_key": answer["AccessKeyId"],
        "secret_key": answer["SecretAccessKey"],
        "token": answer["SessionToken"],
        "expiry_time": answer["Expiration"].isoformat(),
    }


def _as(identity: Identity, send: Callable[[], Any]) -> Any:
    """Sign what this sends as that identity."""
    before = _calling.set(identity)
    try:
        return send()
    finally:
        _calling.reset(before)


def _translated(identity: Identity, send: Callable[[], Any], changes: bool) -> Any:
    try:
        return _as(identity, send)
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        told = classify(error, changes=changes)
        if told.code in _STALE_CREDENTIALS:
            _forget(identity)
        raise told from error


def _forget(identity: Identity) -> None:
    """Enter the account anew next time: its role was made again, and the credentials of the old one are no longer known."""
    with _building:
        _credentials.pop(identity, None)
