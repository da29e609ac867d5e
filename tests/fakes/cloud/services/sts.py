"""STS, for both accounts."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


@answers("sts.get_caller_identity")
def get_caller_identity(call: Call) -> Any:
    if call.account_id == call.cloud.spec.customer_account_id and not call.cloud.role_exists:
        raise refuse(Failure.DENIED, "AccessDenied", "assume_role")
    arn = f"arn:aws:sts::{call.account_id}:assumed-role/x/y"
    return {"Account": call.cloud.answers_as or call.account_id, "Arn": arn}
