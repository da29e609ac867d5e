"""Small pieces of HTML that occur hundreds of times in a page, made without a template: icons and badges."""

import re
from functools import lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.env import BASE_DIR

ICONS = BASE_DIR / "templates/components/icons"
_NAME = re.compile(r"[a-z][a-z-]*")


class UnknownIcon(LookupError):
    """There is no drawing of this name in `templates/components/icons/`."""


def icon_file(name: str) -> Path:
    return ICONS / f"{name}.svg"


@lru_cache(maxsize=128)
def icon(name: str, css: str = "icon") -> SafeString:
    """Return the drawing `name`, hidden from screen readers: the word beside it says the same.

    Raises UnknownIcon. The files are ours, in the repository, so their text is safe.
    """
    if not _NAME.fullmatch(name) or not icon_file(name).is_file():
        raise UnknownIcon(name)
    shape = mark_safe(icon_file(name).read_text(encoding="utf-8").strip())  # noqa: S308
    return format_html(
        '<svg class="{}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">{}</svg>',
        css,
        shape,
    )


@lru_cache(maxsize=512)
def badge(word: str, hue: str, shape: str = "") -> SafeString:
    """Return a word with its hue and shape."""
    drawing = icon(shape, "badge__shape") if shape else ""
    return format_html('<span class="badge" data-hue="{}">{}{}</span>', hue, drawing, word)
