"""Organizations: accounts that are opened on request, three minutes later. An e-mail address has only one account."""

from datetime import timedelta
from typing import Any

from tests.fakes.cloud import Call, answers

OPENING = timedelta(minutes=3)


@answers("organizations.list_accounts")
def list_accounts(call: Call) -> Any:
    """Accounts that are being opened are not listed yet."""
    opened = [row for row in call.table("account").values() if _is_open(call, row)]
    return {"Accounts": [{key: row[key] for key in ("Id", "Email", "Name", "Status")} for row in opened]}


@answers("organizations.list_create_account_status")
def list_create_account_status(call: Call) -> Any:
    asked = [*call.table("account").values(), *call.table("refused_account").values()]
    return {"CreateAccountStatuses": [_status(call, row) for row in asked]}


@answers("organizations.create_account")
def create_account(call: Call, *, Email: str, AccountName: str, Tags: Any) -> Any:
    """Take the request, as AWS does, and say why it failed in its status."""
    row = {"Email": Email, "Name": AccountName, "asked_at": call.cloud.now, "Status": "ACTIVE", "Tags": Tags}
    if any(known["Email"] == Email for known in call.table("account").values()):
        row |= {"reason": "EMAIL_ALREADY_EXISTS", "_dead": True}
        return {"CreateAccountStatus": _status(call, call.add("refused_account", call.new_id("car-"), row))}
    row["Id"] = f"{333333333333 + len(call.table('account')):012}"
    return {"CreateAccountStatus": _status(call, call.add("account", row["Id"], row))}


def _is_open(call: Call, row: dict[str, Any]) -> bool:
    return bool(call.cloud.now - row["asked_at"] >= OPENING)


def _status(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    shown = {"AccountName": row["Name"], "RequestedTimestamp": row["asked_at"]}
    if "reason" in row:
        return {**shown, "State": "FAILED", "FailureReason": row["reason"]}
    return {**shown, "State": "SUCCEEDED" if _is_open(call, row) else "IN_PROGRESS"}
