"""IAM enforcement, while it is switched on (`POST /moto-api/reset-auth`): real action names, real refusals, no false alarms.

moto knows no condition and, but for S3, no resource. So an Allow holds whatever it is limited to, and a Deny only if it is not:
what is enforced is which actions a role may do. Permission boundaries are not looked at.
"""

import warnings
from typing import Any, NoReturn

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.access_control import IAMPolicyStatement, IAMRequest, IAMRequestBase, PermissionResult
from moto.s3.responses import ACTION_MAP

_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
"""The prefix of IAM's action names where it differs from the name that a request is signed with."""

_BUCKET_SETTINGS = {
    "encryption": "EncryptionConfiguration",
    "replication": "ReplicationConfiguration",
    "inventory": "InventoryConfiguration",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "ownershipControls": "BucketOwnershipControls",
    "object-lock": "BucketObjectLockConfiguration",
}
_OBJECT_SETTINGS = {"retention": "ObjectRetention", "legal-hold": "ObjectLegalHold"}


class Refused(ServiceException):
    """The caller's policies do not allow the action, or its signature is not its key's."""


def install() -> None:
    _name_actions_as_iam_does()
    _read_bodies_as_they_were_signed()
    _refuse_as_the_service_does()
    _look_at_actions_only()


def _name_actions_as_iam_does() -> None:
    prepare = IAMRequestBase.__init__

    def prepare_named(self: Any, *given: Any, **more: Any) -> None:
        prepare(self, *given, **more)
        service, _, action = self._action.partition(":")
        self._action = f"{_PREFIXES.get(service, service)}:{action}"

    IAMRequestBase.__init__ = prepare_named
    # Names from the service authorization reference of S3; moto takes these settings for the bucket's creation or listing.
    buckets, objects = ACTION_MAP["BUCKET"], ACTION_MAP["KEY"]
    buckets["HEAD"]["DEFAULT"] = "ListBucket"
    for method, verb in (("GET", "Get"), ("PUT", "Put"), ("DELETE", "Put")):
        buckets[method] |= {query: verb + name for query, name in _BUCKET_SETTINGS.items()}
    for method, verb in (("GET", "Get"), ("PUT", "Put")):
        objects[method] |= {query: verb + name for query, name in _OBJECT_SETTINGS.items()}


def _read_bodies_as_they_were_signed() -> None:
    """Sign an empty body as empty: moto signs what it parsed out of the address instead, and finds every such GET forged."""
    rebuild = IAMRequestBase._create_aws_request

    def rebuild_as_sent(self: Any) -> Any:
        request = rebuild(self)
        if self._method in ("GET", "HEAD", "DELETE"):
            request.data = self._body
        return request

    IAMRequestBase._create_aws_request = rebuild_as_sent


def _refuse_as_the_service_does() -> None:
    act = BaseResponse.call_action

    def call_action(self: Any) -> Any:
        try:
            return act(self)
        except Refused as refusal:
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore"
                )  # moto wonders that no service's model lists these codes: all may send them
                _, headers, body = self.serialized(ActionResult(refusal))
            return 403, headers, body

    def deny(self: Any) -> NoReturn:
        speaks_json = "X-Amz-Target" in self._headers or self._path.startswith("/v2/") or self._service in _REST_JSON
        code = {"ec2": "UnauthorizedOperation"}.get(
            self._service, "AccessDenied" + ("Exception" if speaks_json else "")
        )
        raise Refused(code, f"User: {self._access_key.arn} is not authorized to perform: {self._action}")

    def distrust(_: Any) -> NoReturn:
        raise Refused(
            "SignatureDoesNotMatch", "The request signature we calculated does not match the one you provided."
        )

    BaseResponse.call_action = call_action
    IAMRequest._raise_access_denied = deny
    IAMRequest._raise_signature_does_not_match = distrust


_REST_JSON = ("backup", "guardduty", "scheduler")


def _look_at_actions_only() -> None:
    decide = IAMPolicyStatement.is_action_permitted

    def permitted(self: Any, action: str, resource: str = "*", principal: Any = None, values: Any = None) -> Any:
        statement = self._statement
        if principal is not None or "Resource" not in statement:  # a trust policy
            return decide(self, action, resource, principal, values)
        concerned = (
            self._check_element_matches("Action", action)
            if "Action" in statement
            else (not self._check_element_matches("NotAction", action))
        )
        unlimited = "Condition" not in statement and self._check_element_matches("Resource", resource)
        if not concerned:
            return PermissionResult.NEUTRAL
        if statement["Effect"] == "Deny":
            return PermissionResult.DENIED if unlimited else PermissionResult.NEUTRAL
        holds = resource == "*" or self._check_element_matches("Resource", resource)
        return PermissionResult.PERMITTED if holds else PermissionResult.NEUTRAL

    IAMPolicyStatement.is_action_permitted = permitted
