"""STS: a role lets in whom its trust policy names, with its external ID; moto lets in everybody."""

import json
from typing import Any

from moto.core.exceptions import AccessDeniedError
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse


def install() -> None:
    assume = TokenResponse.assume_role

    def assume_role(self: Any) -> Any:
        caller = self.backend.get_caller_identity(self.access_key, self.region)[1]
        if not _trusted(self._get_param("RoleArn"), caller, self._get_param("ExternalId")):
            raise AccessDeniedError(caller, f"sts:AssumeRole on resource: {self._get_param('RoleArn')}")
        return assume(self)

    TokenResponse.assume_role = assume_role


def _trusted(role_arn: str, caller: str, external_id: str | None) -> bool:
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
