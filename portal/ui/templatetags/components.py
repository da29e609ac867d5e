"""The components of the design system, as tags that need no `{% load %}`.

The Python signature is the contract: an attribute that a component does not know stops the template. The drawings are in
`drawings.py`, the parts of forms in `forms.py`.
"""

from datetime import date, datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.core import clock
from portal.ui import markup, statuses, stylesheets, times

register = template.Library()


@register.simple_tag
def stylesheet_links() -> SafeString:
    return stylesheets.links()


@register.simple_tag
def module_scripts() -> SafeString:
    return stylesheets.scripts()


@register.simple_tag
def icon(name: str) -> SafeString:
    return markup.icon(name)


@register.simple_tag
def badge(word: str, hue: str = "idle", shape: str = "") -> SafeString:
    return markup.badge(str(word), hue, shape)


@register.simple_tag
def status(state: Any, of: str = "", word: str = "") -> SafeString:
    """Show the state of the domain that `state` is, or that the object `state` is in.

    `of` names the kind of object where the value alone is ambiguous ("plan", "run", "step", "hand_over"); `word` replaces
    the word of the table.
    """
    look = statuses.look(state, of)
    return markup.badge(word or look.word, look.hue, look.shape)


@register.simple_block_tag
def page_header(content: str, title: str, lead: str = "", back_url: str = "", back_label: str = "Back") -> SafeString:
    """The page's one `h1`. The content is its buttons."""
    context = {
        "title": title,
        "lead": lead,
        "back_url": back_url,
        "back_label": back_label,
        "actions": _trimmed(content),
    }
    return render_to_string("components/page_header.html", context)


@register.simple_block_tag
def card(content: str, title: str = "", hue: str = "", aside: str = "", id: str = "") -> SafeString:
    context = {"title": title, "hue": hue, "aside": aside, "id": id, "content": content}
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def message(content: str, hue: str = "work", title: str = "") -> SafeString:
    """Something to know, in the page's flow. The shape repeats the hue for those who do not see colours."""
    shape = {"idle": "info", "work": "info", "you": "triangle", "stop": "octagon", "done": "check"}.get(hue, "info")
    return render_to_string(
        "components/message.html", {"hue": hue, "shape": shape, "title": title, "content": _trimmed(content)}
    )


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "list") -> SafeString:
    """What stands where a list would stand: what belongs here, and one thing to do."""
    return render_to_string("components/empty.html", {"title": title, "icon": icon, "content": content})


@register.simple_tag
def copy(value: Any, label: str = "") -> SafeString:
    """A value to take along. `label` says in the button's name what is copied."""
    return render_to_string("components/copy.html", {"value": str(value), "label": label})


@register.simple_tag
def avatar(user: Any, named: bool = False) -> SafeString:
    """A person's initials; the name is there for screen readers, or beside the initials where `named`."""
    if not user:
        return format_html('<span class="muted">{}</span>', "Nobody yet")
    css = "person__name" if named else "visually-hidden"
    return format_html(
        '<span class="person" title="{0}"><span class="avatar" aria-hidden="true">{1}</span>'
        '<span class="{2}">{0}</span></span>',
        str(user),
        user.initials,
        css,
    )


@register.simple_tag
def when(moment: datetime | None, never: str = "Never") -> SafeString:
    """A moment relative to now; its exact time, with the zone, shows on hover and is in the markup."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', never)
    return format_html(
        '<time datetime="{}" title="{}" data-when>{}</time>',
        moment.isoformat(),
        times.absolute(moment),
        times.relative(moment, clock.now()),
    )


@register.simple_tag
def deadline(moment: datetime | date | None, never: str = "No date yet") -> SafeString:
    """A moment that counts, absolute, with its weekday and zone."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', never)
    words = times.absolute(moment) if isinstance(moment, datetime) else times.day(moment)
    return format_html('<time class="nowrap" datetime="{}">{}</time>', moment.isoformat(), words)


def _trimmed(content: str) -> SafeString:
    """A block's content was escaped where it was written; trimming it loses the mark, not the safety."""
    return mark_safe(content.strip())  # noqa: S308
