"""Identifiers: a prefix that names the kind, and 26 letters that sort by time of creation.

`env_01ke3v9r6n0h8p2x4s5t7w9yaz` holds 48 bits of milliseconds and 80 random bits (the layout of a ULID). An id is never a
secret: it names a thing, permission decides who may see it.
"""

import secrets
import threading
import time
from collections.abc import Sequence
from typing import Any

from django.db import models

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_PATTERN = rf"[a-z]{{3}}_[{_ALPHABET}]{{26}}"


_latest = 0
_counting = threading.Lock()


def new_id(prefix: str) -> str:
    """Return a fresh id of this kind, such as `env_01ke...`.

    Later ids sort after earlier ones: of one process always, of several to the millisecond.
    """
    value = _next(time.time_ns() // 1_000_000)
    letters = [_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def _next(millisecond: int) -> int:
    """Return a random value of this millisecond; one above the latest where that is of the same one, or of a later clock."""
    global _latest
    with _counting:
        value = millisecond << 80 | secrets.randbits(80)
        if value >> 80 <= _latest >> 80:
            value = _latest + 1
        _latest = value
    return value


class PrefixedIdField(models.CharField):
    """A primary key made by `new_id(prefix)`."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def get_default(self) -> str:
        return new_id(self.prefix)

    def has_default(self) -> bool:
        return True

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["prefix"] = self.prefix
        return name, path, args, kwargs
