"""What botocore's exceptions mean for whoever made the call."""

from enum import StrEnum

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "OperationAborted",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "OperationNotPermitted",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
_BUSY = frozenset({"ConcurrentModification", "ConcurrentModificationException", "OperationAbortedException"})
"""Another call changes the same thing just now, and nothing of this one took effect."""
_NOT_FOUND = ("NotFound", "NotFoundException", "NotFoundFault", "NotFoundError")
_CONFLICTS = (
    "AlreadyExist",
    "Duplicate",
    "ResourceExists",
    "AlreadyOwnedByYou",
    "AlreadyAssociated",
    "InvalidStateTransition",
    "Conflict",
    "ResourceInUse",
)


class Kind(StrEnum):
    """What an error means for whoever made the call."""

    RETRYABLE = "retryable"
    DENIED = "denied"
    QUOTA = "quota"
    MISSING = "missing"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SIMULATED = "not_simulated"


class AwsError(Exception):
    """A call that failed. `kind` UNKNOWN: it may or may not have taken effect. Never holds a request or response body."""

    def __init__(self, kind: Kind, code: str, message: str, *, request_id: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.kind = kind
        self.code = code
        self.message = message
        self.request_id = request_id


def classify(error: Exception, *, changes: bool) -> AwsError:
    """Return what an exception of botocore's means. A changing call whose answer was lost is UNKNOWN, never retryable."""
    if isinstance(error, ClientError):
        return _classify_answer(error, changes)
    name = type(error).__name__
    if isinstance(error, ResponseParserError):
        return AwsError(Kind.NOT_SIMULATED, name, "The answer was not what this service sends.")
    if isinstance(error, NoCredentialsError):
        return AwsError(Kind.DENIED, name, "The worker has no AWS credentials.")
    if isinstance(error, ParamValidationError):
        return AwsError(Kind.REFUSED, name, str(error))
    never_sent = isinstance(error, ConnectTimeoutError | EndpointConnectionError)
    if isinstance(error, HTTPClientError) or never_sent:
        return AwsError(Kind.UNKNOWN if changes and not never_sent else Kind.RETRYABLE, name, "AWS did not answer.")
    return AwsError(Kind.REFUSED, name, str(error))


def _classify_answer(error: ClientError, changes: bool) -> AwsError:
    said = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code, message = str(said.get("Code", "")), str(said.get("Message", ""))
    kind = _kind_of(code, int(metadata.get("HTTPStatusCode", 0)), changes)
    return AwsError(kind, code, message, request_id=str(metadata.get("RequestId", "")))


def _kind_of(code: str, status: int, changes: bool) -> Kind:
    if code in THROTTLED or code in _BUSY:
        return Kind.RETRYABLE
    if code in _DENIED:
        return Kind.DENIED
    if any(word in code for word in _CONFLICTS):
        return Kind.CONFLICT
    if code.startswith("NoSuch") or code == "404" or code.endswith(_NOT_FOUND):
        return Kind.MISSING
    if "LimitExceeded" in code or "Quota" in code or code.endswith("LimitReached"):
        return Kind.QUOTA
    if code in ("500", "NotImplemented", "NotYetImplemented"):
        return Kind.NOT_SIMULATED
    if code.startswith("Insufficient") and "Capacity" in code:
        return Kind.REFUSED  # nothing was made, although EC2 says so with the status of a server error
    if status >= 500:
        return Kind.UNKNOWN if changes else Kind.RETRYABLE
    return Kind.REFUSED
