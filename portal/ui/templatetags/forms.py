"""The parts of forms: the error summary and a labelled field."""

from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()

_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "checkbox__box"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.Widget, "input"),
)


@register.simple_tag
def error_summary(problems: Any, focus: bool = True) -> SafeString:
    """Everything that is wrong, first in the page, each a link to its field. `problems`: FieldProblems, or a form.

    It takes the focus when the page opens, unless `focus` is off.
    """
    entries = _of_form(problems) if isinstance(problems, forms.BaseForm) else _of_problems(problems or [])
    listed = list(entries)
    if not listed:
        return SafeString()
    return render_to_string("components/error_summary.html", {"entries": listed, "focus": focus})


def _of_problems(problems: Iterable[Any]) -> Iterable[dict[str, str]]:
    for problem in problems:
        anchor = problem.pointer.strip("/").replace("/", "-")
        yield {"anchor": f"field-{anchor}" if anchor else "", "message": problem.message}


def _of_form(form: forms.BaseForm) -> Iterable[dict[str, str]]:
    for name, errors in form.errors.items():
        known = name in form.fields
        for error in errors:
            yield {"anchor": f"field-{form.add_prefix(name)}" if known else "", "message": str(error)}


@register.simple_tag
def form_field(
    bound: BoundField,
    hint: str | None = None,
    label: str = "",
    optional: bool | None = None,
    placeholder: str | None = None,
) -> SafeString:
    """A field with its label, hint and error. Its id is `field-<name>`, which an error summary links to.

    What is not given comes from the form's field.
    """
    widget = bound.field.widget
    field_id = f"field-{bound.html_name}"
    hint = str(bound.help_text) if hint is None else hint
    context = {
        "id": field_id,
        "label": label or bound.label,
        "hint": hint,
        "errors": list(bound.errors),
        "optional": not bound.field.required if optional is None else optional,
        "control": bound.as_widget(attrs=_attributes(bound, field_id, hint, placeholder)),
        "is_group": isinstance(widget, _GROUPS),
        "is_checkbox": isinstance(widget, forms.CheckboxInput),
        "is_hidden": bound.is_hidden,
        "choices": list(bound) if isinstance(widget, _GROUPS) else [],
    }
    return render_to_string("components/form_field.html", context)


def _attributes(bound: BoundField, field_id: str, hint: str, placeholder: str | None) -> dict[str, Any]:
    widget = bound.field.widget
    css = next(name for kind, name in _CLASSES if isinstance(widget, kind))
    own = widget.attrs.get("class", "")
    # Our own error summary replaces the browser's bubbles, so `required` is not written out.
    bound.form.use_required_attribute = False
    attributes: dict[str, Any] = {"id": field_id, "class": f"{css} {own}".strip()}
    described = [f"{field_id}-hint"] * bool(hint) + [f"{field_id}-error"] * bool(bound.errors)
    if placeholder is not None:
        attributes["placeholder"] = placeholder or False
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return attributes
