"""What stands after the question mark: declared per endpoint, never coerced, never ignored."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from portal.core.errors import FieldProblem, Invalid
from portal.core.ids import ID_PATTERN

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Param:
    """One query parameter. `kind` is `text`, `id`, `moment` (RFC 3339 with its offset) or `number`; `many` may be repeated."""

    name: str
    description: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    many: bool = False
    least: int = 1
    most: int = 200


def read(given: QueryDict, declared: Iterable[Param]) -> dict[str, Any]:
    """Return every declared parameter's value: None where it is not given, a list where it may be repeated.

    Raises `Invalid` that names each parameter which is unknown, repeated, or no value of its kind.
    """
    known = {param.name: param for param in declared}
    problems = [_unknown(name, known) for name in given if name not in known]
    values: dict[str, Any] = {}
    for name, param in known.items():
        try:
            values[name] = _value(param, given.getlist(name))
        except ValueError as error:
            problems.append(_problem(name, str(error)))
    if problems:
        raise Invalid(problems, "There is a problem with the query.")
    return values


def _value(param: Param, raw: list[str]) -> Any:
    if param.many:
        return [_one(param, value) for value in raw]
    if len(raw) > 1:
        raise ValueError(f"Give {param.name} once")
    return _one(param, raw[0]) if raw else None


def _one(param: Param, raw: str) -> Any:
    if param.choices and raw not in param.choices:
        raise ValueError(f"{param.name} must be one of: {', '.join(param.choices)}")
    return _READERS[param.kind](param, raw)


def _text(param: Param, raw: str) -> str:
    if len(raw) > _LONGEST or not raw.isprintable() or not raw:
        raise ValueError(f"{param.name} must be printable text of 1 to {_LONGEST} characters")
    return raw


def _id(param: Param, raw: str) -> str:
    if not re.fullmatch(ID_PATTERN, raw):
        raise ValueError(f"{param.name} must be an id, such as env_01ke3v9r6n0h8p2x4s5t7w9yaz")
    return raw


def _moment(param: Param, raw: str) -> datetime:
    try:
        moment = parse_datetime(raw)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{param.name} must be a moment with its offset, such as 2026-11-24T10:30:00Z")
    return moment


def _number(param: Param, raw: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", raw) or not param.least <= int(raw) <= param.most:
        raise ValueError(f"{param.name} must be a whole number from {param.least} to {param.most}")
    return int(raw)


_READERS = {"text": _text, "id": _id, "moment": _moment, "number": _number}


def _unknown(name: str, known: Mapping[str, Param]) -> FieldProblem:
    shown = name[:40].encode("ascii", "replace").decode()
    near = get_close_matches(name[:40], known, n=1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    return _problem(shown, f"There is no parameter “{shown}” here.{hint}", "unknown_parameter")


def _problem(name: str, message: str, code: str = "invalid_value") -> FieldProblem:
    return FieldProblem(f"?{name}", message, code)
