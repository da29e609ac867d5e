"""Whether a change of one `apply` has taken effect: what tells a create that never began from one whose effect is not seen."""

from dataclasses import dataclass, replace
from typing import Any

from environments.provisioning.ports import Account
from environments.provisioning.step import Context


@dataclass(slots=True)
class Sent:
    """`confirmed`: AWS answered at least one change with success."""

    confirmed: bool = False


class _Noting:
    """An account that notes its confirmed changes."""

    def __init__(self, account: Account, sent: Sent) -> None:
        self._account, self._sent = account, sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        answer = self._account.change(service, operation, **params)
        self._sent.confirmed = True
        return answer

    def in_region(self, region: str) -> Account:
        return _noting(self._account.in_region(region), self._sent)

    def as_role(self, role_arn: str, external_id: str = "") -> Account:
        return _noting(self._account.as_role(role_arn, external_id), self._sent)


def noted(ctx: Context) -> tuple[Context, Sent]:
    """Return the context with accounts that note what they change, and the note."""
    sent = Sent()
    return replace(ctx, provider=_noting(ctx.provider, sent), customer=_noting(ctx.customer, sent)), sent


def _noting(account: Account, sent: Sent) -> Account:
    noting: Any = _Noting(account, sent)
    return noting
