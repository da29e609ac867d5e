"""A step: one AWS capability. `observe` says what is there; `apply` makes it so; `remove` takes it away.

One observation serves plan, run, resume, check and tear-down. A two-valued "exists or not" would make a second resource while
the first is still starting, hence four answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from environments.provisioning.ports import Account, Seen
from environments.provisioning.specification import Spec

CUSTOMER = "customer"
AWS = "aws"


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is there yet."""


@dataclass(frozen=True, slots=True)
class Pending:
    """It is on its way: whose turn it is, why, when to look again, and when to give up."""

    waits_on: str
    reason: str
    look_again: timedelta
    give_up_at: datetime | None = None
    resources: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """It is there and as specified. `outputs` are what later steps need."""

    outputs: dict[str, Any] = field(default_factory=dict)
    resources: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Drifted:
    """It is there and differs, in ways that `apply` mends."""

    differences: tuple[str, ...]


Finding = Missing | Pending | Ready | Drifted


class StepRefused(Exception):
    """The step cannot go on by itself: what is the matter, and what a person can do. Trying again helps only after that."""

    def __init__(self, message: str, *, remedy: str, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code


@dataclass(frozen=True, slots=True)
class Context:
    """What a step works with. `outputs` holds those of every step that is ready, by step key."""

    spec: Spec
    provider: Account
    customer: Account
    now: datetime
    poll_customer: timedelta = timedelta(seconds=30)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Step(ABC):
    """One capability. Instances hold no state.

    `doing` and `done` say it in the present and past tense. `expected` is what it usually takes once it may start.
    `retry_from`: steps that start over too when this one is retried, since it cannot mend what they made.
    `settles`: a create of this step has no token and no natural key in AWS, so after a lost answer the settle window must pass
    before it is made again (EC2 answers reads late; 5 minutes is AWS's advice).
    """

    key: ClassVar[str]
    title: ClassVar[str]
    doing: ClassVar[str]
    done: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()
    expected: ClassVar[timedelta] = timedelta(seconds=5)
    settles: ClassVar[bool] = False
    waits_for: ClassVar[str] = ""
    retry_from: ClassVar[tuple[str, ...]] = ()

    def applies(self, spec: Spec) -> bool:
        """Return whether this environment needs the step at all."""
        return True

    def planned(self, spec: Spec) -> tuple[str, ...]:
        """Return what it would make, as sentences for the plan."""
        return ()

    @abstractmethod
    def observe(self, ctx: Context) -> Finding:
        """Read AWS and say what is there. Changes nothing. Raises `CallFailed`, `StepRefused`."""

    @abstractmethod
    def apply(self, ctx: Context) -> None:
        """Make it so, starting from whatever is there. Raises `CallFailed`, `StepRefused`, `LeaseLost`."""

    @abstractmethod
    def remove(self, ctx: Context) -> None:
        """Take away what this step made, and nothing that does not carry our tag."""
