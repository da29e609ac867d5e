"""The versions of the checklist: read by the provider's people, written by who decides what is asked before a hand-over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from environments import checklist_selectors
from environments.checklist import conditions
from environments.checklist import messages as evidence
from environments.forms import PublicationForm, RevisionForm, TemplateItemForm
from environments.models import ChecklistTemplate, TemplateItem
from environments.provisioning.steps import STEPS
from environments.services import checklist_templates as services
from environments.views import checklist_words
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, DomainError, Invalid, Stale
from portal.ui import paging


@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """List the versions; a POST begins a draft of the next one."""
    user = person(request)
    problem = ""
    if request.method == "POST":
        try:
            draft = services.begin(by=user)
        except Conflict as error:
            problem = f"{error.message} {error.remedy}"
        else:
            return redirect("checklist_template", draft.pk)
    rows = checklist_selectors.versions(user)
    context = {
        "page": paging.by_key(rows, request.GET),
        "may_edit": roles.may_edit_checklists(user),
        "draft": rows.filter(state="draft").first(),
        "problem": problem,
    }
    return render(request, "environments/checklist_templates.html", context, status=409 if problem else 200)


@require_safe
def template(request: HttpRequest, id: str) -> HttpResponse:
    """One version, and how it differs from the one before."""
    return _page(request, checklist_selectors.version(person(request), id))


@require_http_methods(["GET", "HEAD", "POST"])
def new_item(request: HttpRequest, id: str) -> HttpResponse:
    return _item(request, _draft(request, id), None)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, id: str, key: str) -> HttpResponse:
    draft = _draft(request, id)
    return _item(request, draft, checklist_selectors.item(draft, key))


@require_POST
def remove(request: HttpRequest, id: str, key: str) -> HttpResponse:
    draft = checklist_selectors.version(person(request), id)
    try:
        services.remove(draft, key, revision=_revision(request), by=person(request))
    except (Conflict, Stale) as error:
        return _page(request, draft, refused=error)
    messages.success(request, f"Removed from this draft: {key}.")
    return redirect("checklist_template", draft.pk)


@require_POST
def shift(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Move an item one place up or down."""
    draft = checklist_selectors.version(person(request), id)
    keys = [item.key for item in draft.items.all()]
    try:
        place = keys.index(checklist_selectors.item(draft, key).key)
        other = max(0, place - 1) if request.POST.get("to") == "up" else min(len(keys) - 1, place + 1)
        keys[place], keys[other] = keys[other], keys[place]
        services.reorder(draft, keys=keys, revision=_revision(request), by=person(request))
    except (Conflict, Stale) as error:
        return _page(request, draft, refused=error)
    return redirect(f"{reverse('checklist_template', args=[draft.pk])}#item-{key}")


@require_POST
def publish(request: HttpRequest, id: str) -> HttpResponse:
    draft = checklist_selectors.version(person(request), id)
    form = PublicationForm(request.POST)
    try:
        services.publish(draft, note=request.POST.get("note", ""), revision=_revision(request), by=person(request))
    except Invalid as error:
        form.refuse(error)
        return _page(request, draft, form=form)
    except (Conflict, Stale) as error:
        return _page(request, draft, refused=error)
    messages.success(request, f"Version {draft.number} is published: new environments begin with it.")
    return redirect("checklist_template", draft.pk)


@require_POST
def discard(request: HttpRequest, id: str) -> HttpResponse:
    draft = checklist_selectors.version(person(request), id)
    try:
        services.discard(draft, revision=_revision(request), by=person(request))
    except (Conflict, Stale) as error:
        return _page(request, draft, refused=error)
    messages.success(request, "The draft is discarded.")
    return redirect("checklist_templates")


def _draft(request: HttpRequest, id: str) -> ChecklistTemplate:
    """Return the draft for who may change it. Raises `Forbidden`, `Conflict` for a published version."""
    found = checklist_selectors.version(person(request), id)
    services.require_draft(found, by=person(request))
    return found


def _revision(request: HttpRequest) -> int:
    form = RevisionForm(request.POST)
    if not form.is_valid():
        raise Conflict("The form has no revision.", remedy="Reload the page and change it there.")
    revision: int = form.cleaned_data["revision"]
    return revision


def _item(request: HttpRequest, draft: ChecklistTemplate, known: TemplateItem | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = TemplateItemForm(posted, initial=services.said(known) if known else None)
    if known:
        del form.fields["key"]
    status = 200
    if posted is not None and form.is_valid():
        try:
            saved = _save(request, draft, known, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            status = 422 if isinstance(error, Invalid) else error.status
        else:
            messages.success(request, f"Saved in this draft: {saved.title}.")
            return redirect(f"{reverse('checklist_template', args=[draft.pk])}#item-{saved.key}")
    context = {
        "draft": draft,
        "known": known,
        "form": form,
        "revision": request.POST.get("revision", draft.revision),
        "steps": [(step.key, step.title) for step in STEPS],
        "conditions": conditions.CONDITIONS,
        "messages_known": evidence.known().values(),
        "others": draft.items.exclude(key=known.key if known else ""),
    }
    status = 422 if form.errors and status == 200 else status
    return render(request, "environments/checklist_template_item.html", context, status=status)


def _save(
    request: HttpRequest, draft: ChecklistTemplate, known: TemplateItem | None, given: dict[str, Any]
) -> TemplateItem:
    user, revision = person(request), _revision(request)
    values = {name: given[name] for name in services.FIELDS}
    if known:
        return services.change(draft, known.key, values=values, revision=revision, by=user)
    return services.add(draft, key=given["key"], values=values, revision=revision, by=user)


def _page(
    request: HttpRequest,
    found: ChecklistTemplate,
    *,
    form: PublicationForm | None = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    found = checklist_selectors.version(person(request), found.pk)
    items = list(found.items.all())
    difference = services.difference(found)
    context = {
        "template": found,
        "items": items,
        "conditions": conditions.BY_NAME,
        "lines": checklist_words.of_items(items),
        "changes": checklist_words.of_difference(difference),
        "may_edit": found.is_draft and roles.may_edit_checklists(person(request)),
        "form": form or PublicationForm(initial={"revision": found.revision}),
        "refused": refused,
    }
    status = refused.status if refused else 422 if form else 200
    return render(request, "environments/checklist_template.html", context, status=status)
