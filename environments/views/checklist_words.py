"""A version of the checklist, and how two differ, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from environments.checklist import conditions, messages
from environments.checklist.differences import Difference, FieldChange
from environments.models import TemplateItem
from environments.provisioning.steps import BY_KEY
from environments.services.checklist_moves import ADDED, CHANGED, GONE, KEPT, REMOVED, SEEN_ANEW, TAKEN_BACK, Row
from environments.states import ItemKind, ItemOwner

LOOKS = {ADDED: ("Added", "done", "check"), REMOVED: ("Removed", "idle", "dash"), CHANGED: ("Changed", "work", "half")}
PROOFS = {
    KEPT: "What proves it stays.",
    TAKEN_BACK: "Its signature is taken back: it vouches for something else.",
    SEEN_ANEW: "AWS is looked at again: what was seen proves something else.",
    GONE: "What proves it goes with it. The audit record keeps it.",
}
_REORDERED = "The order of the items changed."


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of a version with what it names in words."""

    item: TemplateItem
    owner: str
    where: str
    steps: str
    messages: str
    requires: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One item that differs: `what` is a badge's word, hue and shape, `fields` label, before and after."""

    what: tuple[str, str, str]
    title: str
    fields: list[tuple[str, str, str]]
    proof: str = ""


def of_items(items: list[TemplateItem]) -> list[ItemLine]:
    titles = {item.key: item.title for item in items}
    return [
        ItemLine(
            item,
            str(ItemOwner(item.owner).label),
            value_words("conditions", item.conditions),
            value_words("steps", item.steps),
            value_words("messages", item.messages),
            "; ".join(titles.get(key, key) for key in item.requires),
        )
        for item in items
    ]


def of_difference(difference: Difference) -> list[ChangeLine]:
    lines = [ChangeLine(LOOKS[ADDED], item.title, []) for item in difference.added]
    lines += [ChangeLine(LOOKS[CHANGED], one.after.title, fields(one.fields)) for one in difference.changed]
    lines += [ChangeLine(LOOKS[REMOVED], item.title, []) for item in difference.removed]
    return lines + ([ChangeLine(LOOKS[CHANGED], _REORDERED, [])] if difference.is_reordered else [])


def of_rows(rows: Iterable[Row]) -> list[ChangeLine]:
    """Return what a move does to the items of an environment."""
    return [ChangeLine(LOOKS[row.what], row.title, fields(row.fields), PROOFS.get(row.proof, "")) for row in rows]


def fields(changes: Iterable[FieldChange]) -> list[tuple[str, str, str]]:
    return [(one.label, value_words(one.name, one.before), value_words(one.name, one.after)) for one in changes]


def value_words(name: str, value: Any) -> str:
    """Return a field's value as people read it."""
    if name == "conditions":
        known = [conditions.BY_NAME[one].words if one in conditions.BY_NAME else one for one in value]
        return " and ".join(known) or "everywhere"
    if name == "steps":
        return ", ".join(BY_KEY[one].title if one in BY_KEY else one for one in value) or "none"
    if name == "messages":
        return ", ".join(messages.title(one) for one in value) or "none"
    if name in ("owner", "kind"):
        choices = dict(ItemOwner.choices if name == "owner" else ItemKind.choices)
        return str(choices.get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value in (None, "") else str(value)
