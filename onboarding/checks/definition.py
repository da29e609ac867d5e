"""A check: which answer it proves, on what it depends, and how it is made."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from environments.provisioning.ports import Account
from environments.provisioning.specification import Spec
from onboarding.models import Check
from portal.probes.fence import Fence
from portal.probes.outcome import Outcome

Place = tuple[str, str, str]
"""Section, key and pointer: what a check is known by within an onboarding."""


class NotYet(Exception):
    """The customer's role does not let us in: what is asked of the account waits for it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Means(Protocol):
    """What a check may use while it is made."""

    fence: Fence
    """The way out for probes, with the DNS servers that the portal is set to ask."""

    recipient: str
    """Where a test message goes; empty where none is to be sent."""

    def secret(self, reference: Mapping[str, str] | None) -> str:
        """Open a sealed answer; empty where none was given."""

    def account(self, account_id: str, region: str) -> Account:
        """Return the customer's account, entered by their role. Raises `NotYet` where it has none."""

    def planned(self, pointer: str) -> Spec | None:
        """Return the specification that the answers so far would make of an environment; None while they do not suffice."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A check that the answers call for. It stands beside the answer at `pointer` of its section.

    `inputs` are the answers on which the result depends, secrets by their reference. `after`: the checks that must be well
    before this one is made.
    """

    key: str
    title: str
    pointer: str
    inputs: Mapping[str, Any]
    run: Callable[[Means], Outcome]
    how: str = Check.How.PORTAL
    after: tuple[Place, ...] = ()
    sends: bool = False
    """Whether it can send a test message."""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of what it depends on."""
        said = json.dumps([self.key, self.inputs], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


def asking(probe: Callable[..., Outcome], *given: Any) -> Callable[[Means], Outcome]:
    """Return what makes a check by a probe that needs nothing but answers."""
    return lambda means: probe(*given, fence=means.fence)


@dataclass(frozen=True, slots=True)
class Known:
    """What an onboarding holds that checks depend on.

    `answers`: the sound answers of every section, by its key; `complete`: the keys of those to which nothing is left to
    answer or to mend. `names`: the addresses of the products by their names in the
    zone, once they are allotted. `records`: what the customer is to publish for their mail domain (type, name, value), once SES
    has said it. `urls`: where the products answer in public, once they stand.
    """

    answers: Mapping[str, Mapping[str, Any]]
    complete: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    records: Sequence[tuple[str, str, str]] = ()
    urls: Sequence[str] = ()

    def of(self, section: str) -> Mapping[str, Any]:
        return self.answers.get(section, {})

    def environments(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = self.of("remote_access").get("environments", [])
        return rows
