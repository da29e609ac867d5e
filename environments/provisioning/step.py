"""A step: one AWS capability. `observe` says what is there; `apply` makes it so; `remove` takes it away.

One observation serves plan, run, resume, drift and tear-down. A two-valued "exists or not" would make a second resource while
the first is still starting, hence four answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from environments.provisioning.ports import Account, Lookup, NoLookup, NoSecrets, Secrets, Seen
from environments.provisioning.specification import Spec

CUSTOMER = "customer"
AWS = "aws"

CREATE, CHANGE, KEEP, REMOVE, ADOPT = "create", "change", "keep", "remove", "adopt"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A resource that a step wants, known from the answers alone.

    `name` is deterministic and unique within its step and kind; people see it. `attributes` are what is compared with AWS and
    what the plan shows. What only earlier steps know (ids) is not here.
    """

    kind: str
    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan would do to one resource; `differences` says in which attributes it differs."""

    action: str
    kind: str
    name: str
    differences: tuple[str, ...] = ()
    aws_id: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is there yet."""


@dataclass(frozen=True, slots=True)
class Pending:
    """It is on its way: whose turn it is, why, when to look again at the latest, and when to give up."""

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
    """It is there and differs, in ways that `apply` mends. `there` is what was seen, so that `apply` need not look again."""

    differences: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    there: Mapping[str, Any] = field(default_factory=dict)


Finding = Missing | Pending | Ready | Drifted


class StepRefused(Exception):
    """The step cannot go on by itself: what is the matter, and what a person can do. Trying again helps only after that.

    `changes` names what stands in the way resource by resource, where a person may decide to adopt it.
    """

    def __init__(self, message: str, *, remedy: str, code: str = "refused", changes: Sequence[Change] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code
        self.changes = tuple(changes)


@dataclass(frozen=True, slots=True)
class Context:
    """What a step works with. `outputs` holds those of every step that is ready, by step key; `adopted` the AWS ids of
    resources that a person decided to take over; `milestones` the day on which people did each thing outside AWS, by key."""

    spec: Spec
    provider: Account
    customer: Account
    now: datetime
    poll_customer: timedelta = timedelta(seconds=30)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    adopted: frozenset[str] = frozenset()
    secrets: Secrets = field(default_factory=NoSecrets)
    milestones: Mapping[str, date] = field(default_factory=dict)
    names: Lookup = field(default_factory=NoLookup)


class Step(ABC):
    """One capability. Instances hold no state.

    `doing` and `done` say it in the present and past tense. `expected` is what it usually takes once it may start.
    `permissions`: the IAM actions it needs in the customer's account, `provider_permissions` in the provider's.
    `retry_from`: steps that start over too when this one is retried, since it cannot mend what they made.
    `settles`: a create of this step has no token and no natural key in AWS, so after a lost answer the settle window must pass
    before it is made again (EC2 answers reads late; 5 minutes is AWS's advice).
    `remains`: why what it made stays when an environment is torn down; empty where it is taken away.
    `simulated`: what is not real on the AWS stand-in, for the page and the evidence.
    `starts_unseen`: where the plan saw nothing of it and no call of ours ever tried, it is made without looking once more.
    `quotas`: the AWS quotas that each of its resources counts against in the customer's account, as `service/code`, by kind;
    `provider_quotas`: in the provider's.
    """

    key: str
    title: str
    doing: str
    done: str
    requires: tuple[str, ...] = ()
    expected: timedelta = timedelta(seconds=5)
    settles: bool = False
    waits_for: str = ""
    retry_from: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    provider_permissions: tuple[str, ...] = ()
    remains: str = ""
    simulated: str = ""
    starts_unseen: bool = False
    quotas: Mapping[str, str] = MappingProxyType({})
    provider_quotas: Mapping[str, str] = MappingProxyType({})

    def applies(self, spec: Spec) -> bool:
        """Return whether this environment needs the step at all."""
        return True

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        """Return the resources it is to make; none where it only checks."""
        return ()

    def planned(self, spec: Spec) -> tuple[str, ...]:
        """Return what it would do, as sentences for the plan."""
        return tuple(described(wanted) for wanted in self.wanted(spec))

    @abstractmethod
    def observe(self, ctx: Context) -> Finding:
        """Read AWS and say what is there. Changes nothing. Raises `CallFailed`, `StepRefused`."""

    @abstractmethod
    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        """Make it so, starting from what was found. Raises `CallFailed`, `StepRefused`, `LeaseLost`.

        Return what stands now where the answers of the calls prove it, None where only another look can tell.
        """

    @abstractmethod
    def remove(self, ctx: Context) -> None:
        """Take away what this step made, and nothing that does not carry our tag. Does no harm when nothing is there."""

    def observe_removal(self, ctx: Context) -> Finding:
        """Say how far the tear-down is: `Ready` when nothing of ours is left, `Drifted` while something stands."""
        found = self.observe(ctx)
        return Ready() if isinstance(found, Missing) else Drifted((f"{self.title} is still there",))


def described(wanted: Wanted) -> str:
    """Return a resource in words: `Subnet 10.20.0.0/24 (zone eu-west-1a)`."""
    kind = wanted.kind.replace("_", " ")
    told = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in wanted.attributes.items() if _is_plain(value))
    return f"{kind[0].upper()}{kind[1:]} {wanted.name}" + (f" ({told})" if told else "")


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""
