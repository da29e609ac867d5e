"""Organizations: a new account takes a moment, and an e-mail address has only one."""

from typing import Any

from moto.core.utils import unix_time
from moto.iam.models import iam_backends
from moto.organizations import utils
from moto.organizations.models import FakeAccount, OrganizationsBackend

from portal.embedded.aws_stand_in import patches

_ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def install() -> None:
    _let_accounts_take_a_moment()
    _refuse_the_same_address()


def _let_accounts_take_a_moment() -> None:
    status, prepare = FakeAccount.create_account_status.fget, FakeAccount.__init__

    def prepare_dated(self: Any, *given: Any, **more: Any) -> None:
        prepare(self, *given, **more)
        self.asked_at = patches.now()
        role = more.get("RoleName", "OrganizationAccountAccessRole")
        iam_backends[self.id]["aws"].put_role_policy(role, "all", _ALL)

    def status_in_time(self: Any) -> dict[str, Any]:
        answer: dict[str, Any] = status(self)
        if patches.now() - self.asked_at < patches.NEW_ACCOUNT:
            shown = answer["CreateAccountStatus"]
            shown["State"] = "IN_PROGRESS"
            del shown["CompletedTimestamp"], shown["AccountId"]
        return answer

    FakeAccount.__init__ = prepare_dated
    FakeAccount.create_account_status = property(status_in_time)


def _refuse_the_same_address() -> None:
    """Take the request, as AWS does, and let it fail: the status says why."""
    create = OrganizationsBackend.create_account
    describe = OrganizationsBackend.describe_create_account_status
    listing = OrganizationsBackend.list_create_account_status

    def create_once(self: Any, **given: Any) -> Any:
        if not any(account.email == given["Email"] for account in self.accounts):
            return create(self, **given)
        failed = {
            "Id": utils.make_random_create_account_status_id(),
            "AccountName": given["AccountName"],
            "State": "FAILED",
            "RequestedTimestamp": unix_time(),
            "CompletedTimestamp": unix_time(),
            "FailureReason": "EMAIL_ALREADY_EXISTS",
        }
        vars(self).setdefault("failed_requests", {})[failed["Id"]] = failed
        return {"CreateAccountStatus": failed}

    def describe_also(self: Any, **given: Any) -> Any:
        failed = vars(self).get("failed_requests", {}).get(given["CreateAccountRequestId"])
        return {"CreateAccountStatus": failed} if failed else describe(self, **given)

    def list_also(self: Any, **given: Any) -> Any:
        answer = listing(self, **given)
        if "FAILED" in given.get("States", ["FAILED"]):
            answer["CreateAccountStatuses"].extend(vars(self).get("failed_requests", {}).values())
        return answer

    OrganizationsBackend.create_account = create_once
    OrganizationsBackend.describe_create_account_status = describe_also
    OrganizationsBackend.list_create_account_status = list_also
