"""What a probe found, in a form that may be shown and kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")

Facts = Mapping[str, str | int | float | bool | list[Any]]


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    PRIVATE = "private"
    """The target has a private address and is never probed from the portal's network."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`message` says what was found and why, `remedy` how to mend it. `facts` hold no secret and no server's own words."""

    verdict: Verdict
    message: str
    remedy: str = ""
    facts: Facts = field(default_factory=dict)


class Failure(Exception):
    """Why a probe ended early; it becomes the probe's outcome."""

    verdict = Verdict.FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def outcome(self) -> Outcome:
        return Outcome(self.verdict, self.message, self.remedy)


def told(probe: Callable[P, Outcome]) -> Callable[P, Outcome]:
    """Make a failure on the way the probe's outcome."""

    @wraps(probe)
    def telling(*args: P.args, **kwargs: P.kwargs) -> Outcome:
        try:
            return probe(*args, **kwargs)
        except Failure as failure:
            return failure.outcome()

    return telling


def shown(text: str, longest: int = 80) -> str:
    """Return text that others wrote so that it can stand in a sentence: one line of printable ASCII, cut."""
    clean = "".join(letter if " " <= letter <= "~" else "?" for letter in text[: longest + 1])
    return clean if len(clean) <= longest else f"{clean[:longest]}..."


def listed(items: Sequence[str], most: int = 3) -> str:
    """Return `a, b, c and 4 more`."""
    head, more = ", ".join(items[:most]), len(items) - most
    return f"{head} and {more} more" if more > 0 else head
