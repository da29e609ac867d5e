"""What the engine needs from the outside: AWS accounts and a journal. Each has a real answer and one for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Failure(StrEnum):
    """What a failed call means."""

    RETRYABLE = "retryable"
    DENIED = "denied"
    QUOTA = "quota"
    MISSING = "missing"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SIMULATED = "not_simulated"


class CallFailed(Exception):
    """An AWS call failed. UNKNOWN: it may have taken effect, and only looking can tell."""

    def __init__(self, failure: Failure, code: str, message: str, *, operation: str = "") -> None:
        super().__init__(f"{operation} {code}: {message}")
        self.failure = failure
        self.code = code
        self.message = message
        self.operation = operation


class LeaseLost(Exception):
    """Another worker has this run: stop at once, write nothing more."""


class ChangeRefused(Exception):
    """A call that changes something was tried while only looking: a defect of the step."""


class Account(Protocol):
    """One AWS account in one region, entered as the identity that may work there."""

    @property
    def account_id(self) -> str: ...

    @property
    def region(self) -> str: ...

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make a call that changes nothing. Raises `CallFailed`."""

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        """Return all rows under `key`, from every page. Raises `CallFailed`."""

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make a call that changes something, after its intent is durable. Raises `CallFailed`, `LeaseLost`."""

    def admits_without_external_id(self) -> bool:
        """Return whether the account's role can be entered without our external ID."""

    def in_region(self, region: str) -> Account:
        """Return the same account, entered as the same identity, in another Region."""

    def as_role(self, role_arn: str, external_id: str = "") -> Account:
        """Return the account of a role that lets this account in, entered as that role."""


class Secrets(Protocol):
    """The vault, as far as a step may use it. A secret itself never goes into outputs, names, tags or the journal."""

    def open(self, reference: str) -> str:
        """Return a secret that the customer gave, by the reference in the specification."""

    def keep(self, name: str, value: str) -> str:
        """Seal a secret that AWS gave, under a name of the environment, and return its reference. The same name again
        replaces it, and what was sealed before is destroyed. Raises `LeaseLost`."""

    def kept(self, name: str) -> str:
        """Return the reference of what is sealed under a name, empty where nothing is."""

    def holds(self, name: str, value: str) -> bool:
        """Return whether exactly this is sealed under a name; nothing is opened for that."""

    def forget(self, name: str) -> None:
        """Destroy what is sealed under a name. Raises `LeaseLost`."""


class NoSecrets:
    """No vault: nothing is sealed, and nothing can be."""

    def open(self, reference: str) -> str:
        raise ChangeRefused(f"secret {reference} opened while only looking")

    def keep(self, name: str, value: str) -> str:
        raise ChangeRefused(f"secret {name} kept while only looking")

    def kept(self, name: str) -> str:
        return ""

    def holds(self, name: str, value: str) -> bool:
        return False

    def forget(self, name: str) -> None:
        raise ChangeRefused(f"secret {name} destroyed while only looking")


class LookupFailed(Exception):
    """The public DNS gave no answer, which says nothing about the name: trying again can help."""


class Lookup(Protocol):
    """The public DNS, asked by ourselves."""

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        """Return what a name says under a type (CNAME, MX, TXT), names without the dot at their end; nothing where it is not
        published. Raises `LookupFailed`."""


class NoLookup:
    """Nobody to ask."""

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        raise LookupFailed(f"{name} {type}: there is nobody to ask")


@dataclass(frozen=True, slots=True)
class Seen:
    """A resource as it was seen in AWS."""

    kind: str
    name: str
    aws_id: str
    account_id: str
    region: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a step has got to: what the journal keeps of it."""

    step: str
    state: str
    attempt: int
    at: datetime
    outputs: dict[str, Any] = field(default_factory=dict)
    resources: tuple[Seen, ...] = ()
    waits_on: str = ""
    reason: str = ""
    waiting_since: datetime | None = None
    next_at: datetime | None = None
    give_up_at: datetime | None = None
    error: dict[str, str] = field(default_factory=dict)


class Journal(Protocol):
    def progress(self, progress: Progress) -> None:
        """Keep where a step has got to. Raises `LeaseLost`."""

    def beat(self) -> None:
        """Keep the lease while calls are under way. Raises `LeaseLost`."""

    def flush(self) -> None:
        """Return when everything said so far is durable. Raises `LeaseLost`."""
