"""Fences that let the tests reach loopback, and name servers that say what they are told."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from portal.probes.fence import PORTS, Fence
from portal.probes.resolving import NoSuchName

EVERY_PORT = {purpose: range(1, 65536) for purpose in PORTS}
SHORT_SECONDS = 0.3
"""For servers that never come to an end."""


class Names:
    """A resolver. `rows`: values by name and type, or by name alone for its addresses. `asked` is what was asked for."""

    def __init__(self, rows: Mapping[Any, Sequence[str]]) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str]] = []

    def ask(self, name: str, type: str, seconds: float) -> tuple[str, ...]:
        self.asked.append((name, type))
        name = name.lower().rstrip(".")
        known = {key if isinstance(key, str) else key[0] for key in self.rows}
        if name not in known:
            raise NoSuchName(f"{name} does not exist in public DNS.", "Check the spelling.")
        if name in self.rows and type in ("A", "AAAA"):
            return tuple(value for value in self.rows[name] if (":" in value) == (type == "AAAA"))
        return tuple(self.rows.get((name, type), ()))


LOOPBACK = Names(
    {"mail.acme.example": ["127.0.0.1"], "is.acme.example": ["127.0.0.1"], "proxy.acme.example": ["127.0.0.1"]}
)


def fence(authorities: Path | str = "", *, seconds: float = 5.0, **changes: Any) -> Fence:
    return Fence(
        **{
            "also": ("127.0.0.1/32",),
            "ports": EVERY_PORT,
            "resolver": LOOPBACK,
            "authorities": str(authorities),
            "connect_seconds": seconds,
            "total_seconds": seconds,
            **changes,
        }
    )
