"""The port matrix: what to open in the customer's firewall, to read, to download and to confirm."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from onboarding import port_files, selectors
from onboarding.port_matrix import DIRECTIONS
from onboarding.services import ports as services
from onboarding.services.ports import MatrixRow
from portal.accounts.signed_in import person


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one environment that go the same way."""

    environment: str
    direction: str
    rows: list[MatrixRow]

    @property
    def to_open(self) -> list[MatrixRow]:
        return [found for found in self.rows if found.row.opens and found.opening is None]

    @property
    def words(self) -> str:
        return DIRECTIONS[self.direction]


@require_http_methods(["GET", "HEAD", "POST"])
def ports(request: HttpRequest, id: str) -> HttpResponse:
    """Show the matrix; POST says which rows are opened in the firewall, or are not after all."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    if request.method == "POST":
        opened = request.POST.get("act") != "take_back"
        found = services.set_opened(onboarding, keys=request.POST.getlist("row"), opened=opened, by=user)
        messages.success(request, _said(found, opened=opened))
        return redirect("ports", onboarding.pk)
    found = services.matrix(onboarding)
    context = {
        "onboarding": onboarding,
        "groups": list(_groups(found)),
        "to_open": sum(one.row.opens for one in found),
        "opened": sum(one.row.opens and one.opening is not None for one in found),
        "may_open": services.may_open(user, onboarding),
        "kinds": list(port_files.KINDS),
    }
    return render(request, "onboarding/ports.html", context)


def _said(found: list[MatrixRow], *, opened: bool) -> str:
    if not opened:
        return "Taken back: the row counts as not opened."
    left = sum(one.row.opens and one.opening is None for one in found)
    return f"Noted. {left} {'row is' if left == 1 else 'rows are'} left." if left else "Noted. Every row is opened."


def _groups(found: list[MatrixRow]) -> Iterable[Group]:
    grouped: dict[tuple[str, str], list[MatrixRow]] = {}
    for one in found:
        grouped.setdefault((one.row.environment, one.row.direction), []).append(one)
    for (environment, direction), rows in grouped.items():
        yield Group(environment, direction, rows)


@require_safe
def download(request: HttpRequest, id: str, kind: str) -> HttpResponse:
    """Answer with the matrix as a file."""
    if kind not in port_files.KINDS:
        raise Http404
    onboarding = selectors.onboarding(person(request), id)
    written = port_files.KINDS[kind]
    body = written.write(onboarding, services.matrix(onboarding))
    response = HttpResponse(body, content_type=written.content_type)
    response["Content-Disposition"] = f'attachment; filename="{onboarding.reference}-ports.{kind}"'
    return response
