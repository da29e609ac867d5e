"""Examples for the style guide: one of every component, in every state."""

from typing import Any


def context() -> dict[str, Any]:
    return {}
