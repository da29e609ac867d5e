"""Messages as evidence: what somebody received proves something beside what is seen in AWS. What kinds there are is registered
from above, by the app that sends them; a version of the checklist names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from environments.models import Environment

Seen = Mapping[str, Mapping[str, Any]]
"""What each step gave, as it was seen, by the step's key."""


@dataclass(frozen=True, slots=True)
class Received:
    """It arrived, and what was seen in AWS is what it was sent through. `seen`: what a person can look up."""

    words: str
    at: datetime
    seen: Mapping[str, Any] = field(default_factory=dict)
    simulated: str = ""


@dataclass(frozen=True, slots=True)
class NotReceived:
    """Nothing proves now that it arrives. `why`: a sentence, empty where none was sent yet."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """`key` is what a version names, `title` what people read; `find` looks for the proof."""

    key: str
    title: str
    find: Callable[[Environment, Seen], Received | NotReceived]


_known: dict[str, Message] = {}


def register(message: Message) -> None:
    """Make a kind of message known. Registering one again replaces it, as a second import would."""
    _known[message.key] = message


def known() -> dict[str, Message]:
    return dict(_known)


def title(key: str) -> str:
    return _known[key].title if key in _known else key


def find(key: str, environment: Environment, seen: Seen) -> Received | NotReceived:
    """Return whether such a message is proven to arrive. One that nobody knows of any more proves nothing."""
    if key not in _known:
        return NotReceived(f"Nobody knows of a message {key} any more.")
    return _known[key].find(environment, seen)
