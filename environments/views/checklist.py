"""The checklist of an environment: whose turn it is, and on what each tick rests."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from environments import checklist_selectors, rules, selectors
from environments.checklist import age
from environments.forms import RevisionForm, SigningForm
from environments.models import ChecklistItem, Environment
from environments.services import checklist as services
from environments.states import ItemKind, ItemOwner, ItemState
from environments.views import evidence
from environments.views.environments import frame
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core import clock
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, Stale
from portal.files import kinds
from portal.files.responses import download
from portal.files.services import NewFile

# A look at every step takes seconds. Later than this the worker is busy or away, and the page stops asking.
_LONGEST_LOOK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Line:
    """One item on the page. `waits_for`: the titles of what has to be true before it is signed. `note` and `problem` are what
    was just entered, and refused."""

    item: ChecklistItem
    evidence: evidence.Evidence
    may_sign: bool
    may_confirm: bool
    waits_for: list[str]
    note: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody entered for an item, and the sentence it was refused with."""

    item_id: str
    note: str
    problem: str
    status: int


@require_safe
def checklist(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, selectors.environment(person(request), id))


@require_POST
def verify(request: HttpRequest, id: str) -> HttpResponse:
    """Have AWS looked at again. It takes some seconds; the page then waits until every item was checked since now."""
    environment = selectors.environment(person(request), id)
    since = urlencode({"since": clock.now().isoformat()})
    services.request_verification(environment, by=person(request))
    return redirect(f"{reverse('environment_checklist', args=[environment.pk])}?{since}")


@require_POST
def sign(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    item = selectors.checklist_item(user, id)
    form = SigningForm(request.POST, request.FILES)
    note = request.POST.get("note", "")
    try:
        if not form.is_valid():
            raise Conflict("The form has no revision.", remedy="Reload the page and sign there.")
        signed = services.sign(item, note=note, revision=form.cleaned_data["revision"], file=_sent(form), by=user)
    except (Invalid, Stale, Conflict) as error:
        return _refused(request, item, note, error)
    waiting = " A second person confirms it." if signed.state == ItemState.SIGNED else ""
    messages.success(request, f"Signed: {item.title}.{waiting}")
    return _back_to(item)


def _sent(form: SigningForm) -> NewFile | None:
    """Return the file that was sent, with no more of it than shows that it is too large."""
    file = form.cleaned_data["file"]
    return NewFile(file.name, file.read(kinds.LARGEST_BYTES + 1)) if file else None


@require_safe
def file(request: HttpRequest, id: str) -> HttpResponse:
    """The file that an item is signed with, to download."""
    item = selectors.checklist_item(person(request), id)
    if item.evidence_file is None:
        raise NotFound("This item is signed without a file.")
    return download(item.evidence_file)


@require_POST
def confirm(request: HttpRequest, id: str) -> HttpResponse:
    """A second person says that it is true."""
    user = person(request)
    item = selectors.checklist_item(user, id)
    form = RevisionForm(request.POST)
    try:
        if not form.is_valid():
            raise Conflict("The form has no revision.", remedy="Reload the page and confirm it there.")
        services.confirm(item, revision=form.cleaned_data["revision"], by=user)
    except (Stale, Conflict) as error:
        return _refused(request, item, "", error)
    messages.success(request, f"Confirmed: {item.title}.")
    return _back_to(item)


@require_POST
def unsign(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    item = selectors.checklist_item(user, id)
    form = RevisionForm(request.POST)
    try:
        if not form.is_valid():
            raise Conflict("The form has no revision.", remedy="Reload the page and take it back there.")
        services.unsign(item, revision=form.cleaned_data["revision"], by=user)
    except (Stale, Conflict) as error:
        return _refused(request, item, "", error)
    messages.success(request, f"The signature is taken back: {item.title}.")
    return _back_to(item)


def _back_to(item: ChecklistItem) -> HttpResponse:
    page = reverse("environment_checklist", args=[item.environment_id])
    return redirect(f"{page}#item-{item.key}")


def _refused(request: HttpRequest, item: ChecklistItem, note: str, error: DomainError) -> HttpResponse:
    """Show the list as it is now, with what was entered kept and the refusal beside it."""
    sentences = [problem.message for problem in error.problems] if isinstance(error, Invalid) else [error.message]
    status = 422 if isinstance(error, Invalid) else error.status
    refusal = Refusal(item.pk, note, " ".join(sentences), status)
    return _page(request, selectors.environment(person(request), item.environment_id), refusal)


def _page(request: HttpRequest, environment: Environment, refusal: Refusal | None = None) -> HttpResponse:
    user = person(request)
    items = list(selectors.checklist(user, environment))
    lines = [_line(user, item, items, refusal) for item in items]
    context = {
        **frame(environment, "checklist"),
        "owners": _by_owner(lines, environment),
        "items": items,
        "green": sum(item.state == ItemState.GREEN for item in items),
        "regressed": [item for item in items if item.state == ItemState.RED],
        "open": [item for item in items if item.state != ItemState.GREEN],
        "checking": _checking(request.GET.get("since", ""), items),
        "may_verify": rules.may_verify(user, environment.customer) and environment.runs.exists(),
        "is_ready": selectors.hand_over_ready(environment),
        "too_old": age.too_old(environment),
        "may_hand_over": roles.may_release_first(user),
        "newest": checklist_selectors.newest(),
        "may_move": roles.may_move_checklist(user),
        "accepted": kinds.ACCEPTED,
        "refusal": refusal,
        "refused": next((line for line in lines if refusal and line.item.pk == refusal.item_id), None),
    }
    return render(request, "environments/checklist.html", context, status=refusal.status if refusal else 200)


def _checking(since: str, items: list[ChecklistItem]) -> str:
    """Return `running` until every automatic item was checked after that moment, then `done`; `late` where that took so
    long that waiting on has no use; empty where nobody asked."""
    try:
        asked = parse_datetime(since)
    except ValueError:
        asked = None
    if asked is None or asked.tzinfo is None:
        return ""
    checked = [item.checked_at for item in items if item.kind == ItemKind.AUTOMATIC]
    if all(at and at >= asked for at in checked):
        return "done"
    return "running" if clock.now() - asked < _LONGEST_LOOK else "late"


def _line(user: User, item: ChecklistItem, items: list[ChecklistItem], refusal: Refusal | None) -> Line:
    entered = (refusal.note, refusal.problem) if refusal and refusal.item_id == item.pk else ("", "")
    signable = item.kind == ItemKind.MANUAL and rules.may_sign(user, item)
    required = item.template_item.requires if item.template_item and item.kind == ItemKind.MANUAL else []
    missing = [other.title for other in items if other.key in required and other.state != ItemState.GREEN]
    may_confirm = signable and item.state == ItemState.SIGNED and item.signed_by_id != user.pk
    return Line(item, evidence.of(item), signable, may_confirm, missing, *entered)


def _by_owner(lines: list[Line], environment: Environment) -> list[dict[str, Any]]:
    """Return the lines under their owner, then under their group, in the order of the checklist."""
    names = {
        ItemOwner.PROVIDER: settings.PROVIDER_NAME,
        ItemOwner.CUSTOMER: environment.customer.name,
        ItemOwner.AWS: "AWS",
        ItemOwner.THIRD_PARTY: "third parties",
    }
    found = []
    for owner in ItemOwner:
        own = [line for line in lines if line.item.owner == owner]
        if own:
            groups = [(name, list(rows)) for name, rows in groupby(own, key=lambda line: line.item.group)]
            green = sum(line.item.state == ItemState.GREEN for line in own)
            found.append({"name": names[owner], "groups": groups, "green": green, "total": len(own)})
    return found
