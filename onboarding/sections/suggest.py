"""Where the answer to a question can come from, so that nobody types what is known already.

A suggestion is no answer. It is shown as one that is suggested, with what it follows from, and becomes an answer when a person
saves it or takes it over. Only what is right in most cases, or follows from other answers, is suggested.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Contact:
    """One of the customer's people in the portal."""

    name: str
    email: str
    administers: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known where an answer is suggested.

    `intake` has the sound answers of every section so far, `group` those beside the question, `rows` those of the rows before
    it. `quiet_hour` is a weekday and an hour, both UTC, at which it is night at the customer's.
    """

    customer: str = ""
    people: Sequence[Contact] = ()
    quiet_hour: tuple[str, int] = ("sunday", 2)
    intake: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()

    @property
    def mail_domain(self) -> str:
        """The domain that all of the customer's people have their mail in, or nothing."""
        domains = {contact.email.rpartition("@")[2].lower() for contact in self.people}
        return domains.pop() if len(domains) == 1 else ""


@dataclass(frozen=True, slots=True)
class Suggest:
    """`find` returns the answer, or None while it cannot be told. `because` completes “Suggested: ...”.

    `later`: it follows from answers of the same form, so the question may be left open. `further`: only in the rows after
    the first.
    """

    find: Callable[[Known], Any]
    because: str
    later: bool = False
    further: bool = False

    def may_stay_open(self, rows_before: int) -> bool:
        """True where the form promises to find the answer."""
        return self.later and (rows_before > 0 or not self.further)


def usual(value: Any, because: str) -> Suggest:
    """Return the suggestion that is the same for everybody."""
    return Suggest(lambda known: value, because)
