"""What makes a repeated create the same create. The server lets changes in one at a time, so no two can race here."""

import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

_TOKEN = "ClientToken"


def honour_token(
    response: type,
    operation: str,
    backend: str,
    *,
    error: type[ServiceException],
    check: Callable[[Any], None] = lambda _: None,
) -> None:
    """Let `operation` answer the same token with what it made the first time, in one account and Region.

    With other parameters it is refused by the service's own kind of `error`. `check` may refuse what was made for what became
    of it. What was made is remembered in the backend that `backend` names, and so is kept with it.
    """
    create = getattr(response, operation)

    def create_once(self: Any) -> Any:
        given = self._get_param(_TOKEN)
        if not given or self._get_param("DryRun"):
            return create(self)
        asked = fingerprint(self, without=(_TOKEN,))
        known = vars(getattr(self, backend)).setdefault("tokens", {})
        if (operation, given) not in known:
            answer = create(self)
            known[operation, given] = (asked, answer.result)
            return answer
        first_asked, made = known[operation, given]
        if first_asked != asked:
            raise error(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used.",
            )
        check(made)
        return ActionResult(made)

    setattr(response, operation, create_once)


def repeat_settings(
    response: type, operation: str, *, member: str, find: Callable[[Any], Any], error: ServiceException
) -> None:
    """Let `operation` answer with what `find` knows by the request's name, where all settings are the same, else `error`."""
    create = getattr(response, operation)

    def create_once(self: Any) -> Any:
        asked = fingerprint(self, without=("Tags",))
        known = find(self)
        if known is None:
            answer = create(self)
            answer.result[member][0].asked = asked
            return answer
        if vars(known).get("asked") != asked:
            raise error
        return ActionResult({member: [known]})

    setattr(response, operation, create_once)


def fingerprint(response: Any, without: tuple[str, ...]) -> str:
    """Return the request's parameters, as text that is equal for equal ones."""
    parameters = response.params if response.automated_parameter_parsing else json.loads(response.body)
    return json.dumps(
        {key: value for key, value in parameters.items() if key not in without}, sort_keys=True, default=str
    )
