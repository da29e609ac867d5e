"""What is wrong with an item of a version, each problem beside the field it is about."""

import re
from collections.abc import Iterable, Mapping, Sequence

from environments.checklist import conditions, messages
from environments.models import TemplateItem
from environments.provisioning.steps import BY_KEY
from environments.states import ItemKind, ItemOwner
from portal.core.errors import FieldProblem

SHORTEST_RECHECK, LONGEST_RECHECK = 15, 7 * 24 * 60
"""In minutes. What is due is looked for every quarter of `DRIFT_INTERVAL` (15 minutes by default): more often would be a
promise that nobody keeps."""
_KEY = re.compile(r"[a-z][a-z0-9_]{1,59}")
_ROW = re.compile(r"S[1-9][0-9]?")
_LONGEST = {"title": 200, "group": 60, "help": 500, "turns_red": 500}


def of(item: TemplateItem, others: Sequence[TemplateItem]) -> list[FieldProblem]:
    """Return the problems of an item among the other items of its version; none where it can be published."""
    return [*_of_texts(item), *_of_kind(item), *_of_names(item), *_of_requirements(item, others)]


def _of_texts(item: TemplateItem) -> Iterable[FieldProblem]:
    if not _KEY.fullmatch(item.key):
        message = "Enter a key of 2 to 60 small letters, digits and underscores that begins with a letter"
        yield FieldProblem("key", message)
    for name, words in (("title", "what has to be true"), ("group", "the group that it stands in")):
        if not getattr(item, name):
            yield FieldProblem(name, f"Enter {words}", "missing")
    for name, longest in _LONGEST.items():
        if len(getattr(item, name)) > longest:
            yield FieldProblem(name, f"This must be at most {longest} characters long")
    if item.owner not in ItemOwner.values:
        yield FieldProblem("owner", f"Select one of: {', '.join(ItemOwner.values)}", "unknown_choice")
    unknown = [row for row in item.rows if not _ROW.fullmatch(row)]
    if unknown:
        yield FieldProblem("rows", f"Name statements of the process, such as S21; not {', '.join(unknown)}")


def _of_kind(item: TemplateItem) -> Iterable[FieldProblem]:
    if item.kind not in ItemKind.values:
        yield FieldProblem("kind", f"Select one of: {', '.join(ItemKind.values)}", "unknown_choice")
    elif item.is_automatic:
        yield from _of_automatic(item)
    else:
        yield from _of_manual(item)


def _of_automatic(item: TemplateItem) -> Iterable[FieldProblem]:
    if not item.steps:
        yield FieldProblem("steps", "Name the steps that an automatic item is computed from", "missing")
    if item.requires:
        yield FieldProblem("requires", "Only what people sign can require something first. Leave this empty")
    if item.needs_second_person:
        yield FieldProblem("needs_second_person", "Nobody signs an automatic item, so no second person does")
    if item.recheck_minutes is not None and not SHORTEST_RECHECK <= item.recheck_minutes <= LONGEST_RECHECK:
        message = f"Enter {SHORTEST_RECHECK} to {LONGEST_RECHECK} minutes, or nothing for the portal's own interval"
        yield FieldProblem("recheck_minutes", message)


def _of_manual(item: TemplateItem) -> Iterable[FieldProblem]:
    if item.steps:
        yield FieldProblem("steps", "Steps make an item automatic. Leave this empty where a person signs")
    if item.messages:
        yield FieldProblem("messages", "Messages make an item automatic. Leave this empty where a person signs")
    if item.recheck_minutes is not None:
        yield FieldProblem("recheck_minutes", "Only automatic items are looked at again. Leave this empty")


def _of_names(item: TemplateItem) -> Iterable[FieldProblem]:
    names = (
        ("steps", BY_KEY, "step"),
        ("messages", messages.known(), "message"),
        ("conditions", conditions.BY_NAME, "condition"),
    )
    for name, known, word in names:
        unknown = [one for one in getattr(item, name) if one not in known]
        if unknown:
            yield FieldProblem(name, f"There is no {word} {', '.join(unknown)}", f"unknown_{word}")


def _of_requirements(item: TemplateItem, others: Sequence[TemplateItem]) -> Iterable[FieldProblem]:
    if any(other.key == item.key for other in others):
        yield FieldProblem("key", f"This version has an item {item.key} already. Choose another key", "duplicate_key")
    known = {other.key: other.requires for other in others} | {item.key: item.requires}
    unknown = [key for key in item.requires if key not in known]
    if unknown:
        yield FieldProblem("requires", f"This version has no item {', '.join(unknown)}", "unknown_item")
    circle = _circle(item.key, known)
    if circle:
        message = f"These require each other, so none could ever be signed: {' requires '.join(circle)}"
        yield FieldProblem("requires", message, "circular_requirement")


def _circle(start: str, requires: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the way from an item along its requirements back to itself, empty where there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop()
        for key in requires.get(way[-1], ()):
            if key == start:
                return [*way, start]
            if key not in seen:
                seen.add(key)
                ways.append([*way, key])
    return []
