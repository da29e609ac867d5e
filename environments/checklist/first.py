"""The versions of the template that every portal comes with. Later ones are made by people."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NOTES: Mapping[int, str] = {
    1: "What the portal came with.",
    2: "That alerts arrive is proven by a test alert whose link somebody confirmed, and no longer signed.",
}
"""Each version by its number, with what is new in it."""


def rows(number: int = 1) -> list[dict[str, Any]]:
    """Return the items of a version as the fields of their rows, in order. A later one's file holds what it says otherwise."""
    told: dict[str, dict[str, Any]] = {}
    for known in NOTES:
        if known <= number:
            file = Path(__file__).with_name(f"version_{known}.json")
            told |= {row["key"]: row for row in json.loads(file.read_text())}
    return [{**row, "position": position} for position, row in enumerate(told.values())]


def install(templates: Any, items: Any, at: Any, number: int = 1) -> Any:
    """Make a version where there is none of its number, and return it. `templates` and `items` are the model classes, or in a
    migration what they were at its time; `at` is the moment of publication."""
    given = {"state": "published", "note": NOTES[number], "created_at": at, "published_at": at}
    template, is_new = templates.objects.get_or_create(number=number, defaults=given)
    if is_new:
        items.objects.bulk_create([items(template=template, **row) for row in rows(number)])
    return template
