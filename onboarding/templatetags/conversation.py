"""How much is said about a thing, with the way there, on the page of the thing itself."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from environments.models import ChecklistItem, Environment
from onboarding.conversation import selectors
from onboarding.models import Onboarding, Section

register = template.Library()


@register.simple_tag(takes_context=True)
def comments_on_onboarding(context: dict[str, Any], onboarding: Onboarding) -> SafeString:
    """Show how many comments stand in an onboarding, as a link to them."""
    return _link(context, onboarding.pk, "")


@register.simple_tag(takes_context=True)
def comments_on_answer(context: dict[str, Any], section: Section, name: str = "", quiet: bool = False) -> SafeString:
    """The same for a section, or the answer with this `name`, as in `checks_beside`. `quiet`: nothing where nobody spoke."""
    about = f"{section.pk}/{name.replace('-', '/')}" if name else section.pk
    return _link(context, section.onboarding_id, about, quiet=quiet)


@register.simple_tag(takes_context=True)
def comments_on_environment(
    context: dict[str, Any], environment: Environment, item: ChecklistItem | None = None, quiet: bool = False
) -> SafeString:
    """The same for an environment or a checklist item of it, in the newest onboarding that it is in; nothing without one."""
    found = _remembered(context, f"onboarding of {environment.pk}", lambda: _onboarding_of(context, environment))
    about = item.pk if item else environment.pk
    return _link(context, found, about, quiet=quiet) if found else SafeString()


def _onboarding_of(context: dict[str, Any], environment: Environment) -> str:
    rows = Onboarding.objects.visible_to(context["user"]).filter(environments=environment.pk).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or ""


def _link(context: dict[str, Any], onboarding_id: str, about: str, *, quiet: bool = False) -> SafeString:
    """One statement counts for everything that a page asks of one onboarding."""
    counts = _remembered(context, onboarding_id, lambda: selectors.counts(context["user"], onboarding_id))
    number = counts.of(about)
    if quiet and not number:
        return SafeString()
    query = f"?{urlencode({'about': about})}" if about else ""
    words = "Comment" if not number else "1 comment" if number == 1 else f"{number} comments"
    where = reverse("conversation", args=(onboarding_id,))
    return format_html('<a class="comment-link" href="{}{}">{}</a>', where, query, words)


def _remembered(context: dict[str, Any], key: str, read: Callable[[], Any]) -> Any:
    """Read once for each request, however many templates ask."""
    known = context["request"].__dict__.setdefault("_conversation", {})
    if key not in known:
        known[key] = read()
    return known[key]
