"""Expected failures: each is a sentence fit for the person who reads it, and knows its HTTP status.

A service raises one of these; the page view or the API's exception handler translates it. Anything else that is raised is a
defect and travels untouched to the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one value. `pointer` is its path in the input, such as `environments/0/vpc_id`."""

    pointer: str
    message: str
    code: str = "invalid_value"


class DomainError(Exception):
    """An expected refusal. `message` says what and why; `remedy` how to mend it (may be empty)."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if code:
            self.code = code


class NotFound(DomainError):
    """The object does not exist, or belongs to another tenant: the two are never told apart."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "This does not exist, or you have no access to it.") -> None:
        super().__init__(message)


class Forbidden(DomainError):
    """The person may see the object and may not do this to it."""

    status = 403
    code = "forbidden"


class Conflict(DomainError):
    """The act does not fit the state the object is in now."""

    status = 409
    code = "conflict"


class Stale(DomainError):
    """Somebody else changed the object since this person read it.

    `current` is what is stored now, `revision` its revision: both versions can be shown.
    """

    status = 412
    code = "stale"

    def __init__(
        self,
        message: str,
        *,
        revision: int,
        current: object = None,
        remedy: str = "Compare the two versions, keep what is right, and save again.",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.revision = revision
        self.current = current


class TooMany(DomainError):
    """A limit on how often is reached; trying again after `retry_after_seconds` can help."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Invalid(DomainError):
    """Values that cannot work, each named."""

    status = 400
    code = "invalid"

    def __init__(
        self, problems: Iterable[FieldProblem], message: str = "There is a problem with some answers."
    ) -> None:
        super().__init__(message)
        self.problems = list(problems)
