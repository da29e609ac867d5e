"""Reading a file that a stranger wrote: what it says, and on which line it says it.

YAML is read as the JSON that it stands for: mappings, lists, text, whole and decimal numbers, true, false, null. Anchors,
aliases and tags are refused, so nothing is expanded or built. Source: YAML 1.2.2, chapter 10, "Recommended schemas".
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

LARGEST_BYTES = 256 * 1024
DEEPEST = 12
"""Answers are four levels below the top: section, question, row, question. More than three times that is no intake."""

_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):
    """The text is no file that can be read. `line` counts from 1; None where it is about the whole."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class Document:
    """What the file says. `lines` has the line of each value, by its path such as `answers/dns/servers/0`."""

    value: Any
    lines: dict[str, int]

    def line(self, pointer: str) -> int | None:
        """Return the line of what stands at `pointer`; of what would hold it, where nothing does."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)


def read(text: str) -> Document:
    """Return what the text says: JSON where it begins with a brace, YAML otherwise. Raises `Unreadable`."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
        raise Unreadable(f"The file is larger than {LARGEST_BYTES // 1024} KiB, more than any intake needs.")
    if not text.strip():
        raise Unreadable("The file is empty. Export one first, or paste its text.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _yaml(text)


def _json(text: str) -> Document:
    try:
        value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"This is not JSON: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This is not JSON as it is read here: {error}") from None
    _require_shallow(value, DEEPEST)
    return Document(value, _lines_of_json(text))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON value")


def _require_shallow(value: Any, levels: int) -> None:
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        raise Unreadable(f"The file is nested more than {DEEPEST} levels deep.")
    for inner in value.values() if isinstance(value, dict) else value:
        _require_shallow(inner, levels - 1)


def _lines_of_json(text: str) -> dict[str, int]:
    """JSON is YAML but for tabs between its parts, which none of its texts can hold; the lines are read off it as such."""
    try:
        return _yaml(text.replace("\t", " ")).lines
    except Unreadable:
        return {}


def _yaml(text: str) -> Document:
    lines: dict[str, int] = {}
    try:
        events = yaml.parse(text, Loader=_LOADER)
        return Document(_document(events, lines), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Unreadable(f"This is not YAML: {error.problem or error.context}", line) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise Unreadable(
            f"This is not YAML: {getattr(error, 'reason', '') or 'it holds a letter that no text has'}"
        ) from None


def _document(events: Iterator[Any], lines: dict[str, int]) -> Any:
    """A stream is: its start, a document's start, one value, the document's end, the stream's end."""
    next(events)
    if not isinstance(next(events), yaml.DocumentStartEvent):
        raise Unreadable("The file is empty. Export one first, or paste its text.")
    value = _value(events, next(events), "", lines, DEEPEST)
    next(events)
    following = next(events)
    if not isinstance(following, yaml.StreamEndEvent):
        raise Unreadable("The file holds two documents. Remove the line with three hyphens.", _line(following))
    return value


def _value(events: Iterator[Any], event: Any, pointer: str, lines: dict[str, int], levels: int) -> Any:
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise Unreadable("Anchors and aliases (& and *) are not read. Write the value out.", _line(event))
    if event.tag is not None:
        raise Unreadable("Tags (!) are not read. Write the value only.", _line(event))
    if pointer:
        lines.setdefault(pointer, _line(event))
    if isinstance(event, yaml.ScalarEvent):
        return _plain(event.value) if event.implicit[0] else event.value
    if levels == 0:
        raise Unreadable(f"The file is nested more than {DEEPEST} levels deep.", _line(event))
    if isinstance(event, yaml.SequenceStartEvent):
        return _list(events, pointer, lines, levels)
    return _mapping(events, pointer, lines, levels)


def _list(events: Iterator[Any], pointer: str, lines: dict[str, int], levels: int) -> list[Any]:
    found: list[Any] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        found.append(_value(events, event, _below(pointer, str(len(found))), lines, levels - 1))
    return found


def _mapping(events: Iterator[Any], pointer: str, lines: dict[str, int], levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag is not None:
            raise Unreadable("The name before a colon must be plain text.", _line(event))
        if event.value in found:
            raise Unreadable(f"“{event.value[:40]}” is given twice. Remove one.", _line(event))
        below = _below(pointer, event.value)
        lines[below] = _line(event)
        found[event.value] = _value(events, next(events), below, lines, levels - 1)
    return found


def _below(pointer: str, part: str) -> str:
    return f"{pointer}/{part}" if pointer else part


def _plain(text: str) -> Any:
    """Return what an unquoted text stands for. A number with a leading zero is text: account IDs and phones begin so."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        return text if text.lstrip("-+").startswith("0") and len(text) > 1 else int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
