"""What takes a moment on AWS and is there at once in moto."""

from typing import Any

from portal.embedded.aws_stand_in import patches


def settle(kind: type, attribute: str, *, first: str, then: str, wait: str) -> None:
    """Let a new object say `first` for as long as `patches.<wait>` lasts, wherever moto makes it say `then` at once.

    What is said later, such as `deleted`, is said at once. An object of an older memory has settled.
    """

    def read(self: Any) -> Any:
        said = vars(self)[attribute]
        return first if said == then and _is_new(self, wait) else said

    def write(self: Any, value: Any) -> None:
        vars(self).setdefault("made_at", patches.now())
        vars(self)[attribute] = value

    setattr(kind, attribute, property(read, write))


def _is_new(made: Any, wait: str) -> bool:
    made_at = vars(made).get("made_at")
    return made_at is not None and patches.now() - made_at < getattr(patches, wait)
