"""How two versions of the checklist differ, item by item, and whether what proved an item before still proves it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from environments.models import TemplateItem

FIELDS: tuple[tuple[str, str], ...] = (
    ("title", "Title"),
    ("group", "Group"),
    ("owner", "Owner"),
    ("kind", "How it becomes true"),
    ("steps", "Steps"),
    ("messages", "Messages that arrive"),
    ("conditions", "Asked where"),
    ("requires", "Requires"),
    ("needs_second_person", "Second person in production"),
    ("help", "Help"),
    ("turns_red", "What ends it"),
    ("recheck_minutes", "Looked at again, in minutes"),
    ("rows", "From"),
)
"""What a version says of an item, in words. Its place in the list is told once, for the whole list."""

MEANING = frozenset({"title", "owner", "kind", "steps", "messages", "needs_second_person", "help"})
"""What a signature, or something seen, vouches for. Another condition, group or requirement does not change what is true."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """An item that both versions have, said differently."""

    before: TemplateItem
    after: TemplateItem
    fields: tuple[FieldChange, ...]

    @property
    def alters_meaning(self) -> bool:
        return any(field.name in MEANING for field in self.fields)


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second version has that the first has not, and the other way round."""

    added: tuple[TemplateItem, ...]
    removed: tuple[TemplateItem, ...]
    changed: tuple[Change, ...]
    is_reordered: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.is_reordered)


def between(before: Iterable[TemplateItem], after: Iterable[TemplateItem]) -> Difference:
    """Return what differs, each part in the order of the version that it comes from."""
    old, new = {item.key: item for item in before}, {item.key: item for item in after}
    kept = [of_item(old[key], item) for key, item in new.items() if key in old]
    return Difference(
        added=tuple(item for key, item in new.items() if key not in old),
        removed=tuple(item for key, item in old.items() if key not in new),
        changed=tuple(change for change in kept if change.fields),
        is_reordered=_common(old, new) != _common(new, old),
    )


def of_item(before: TemplateItem, after: TemplateItem) -> Change:
    """Return what is said differently of one item; no fields where nothing is."""
    fields = (
        FieldChange(name, label, getattr(before, name), getattr(after, name))
        for name, label in FIELDS
        if getattr(before, name) != getattr(after, name)
    )
    return Change(before, after, tuple(fields))


def _common(these: Iterable[str], those: Iterable[str]) -> Sequence[str]:
    known = set(those)
    return [key for key in these if key in known]
