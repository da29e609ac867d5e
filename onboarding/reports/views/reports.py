"""The reports: one page of figures, and each as a file."""

import csv
from collections.abc import Mapping

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onboarding.reports import figures, rules
from onboarding.reports.figures.figure import PERIODS, USUAL_PERIOD, Figure, Scope
from portal.accounts import selectors as accounts
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.cells import safe_cell
from portal.core.errors import Forbidden

_BOM = "\ufeff"
"""Without it a spreadsheet takes the file for the encoding of its own country."""


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Show every figure for one period, of one customer or of all."""
    user = _reader(request)
    scope = _scope(request.GET, user)
    context = {
        "figures": [kind.read(scope) for kind in figures.FIGURES],
        "scope": scope,
        "periods": PERIODS,
        "asked": request.GET.get("customer", "").strip()[:120],
        "query": request.GET.urlencode(),
    }
    return render(request, "onboarding/reports/reports.html", context)


@require_safe
def download(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the table of one figure as CSV."""
    user = _reader(request)
    kind = figures.kind(key)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind.key}.csv"'
    _write(kind.read(_scope(request.GET, user)), response)
    return response


def _write(figure: Figure, file: HttpResponse) -> None:
    file.write(_BOM)
    writer = csv.writer(file)
    writer.writerow(column.label for column in figure.columns)
    for row in figure.rows:
        writer.writerow(safe_cell(row[column.key]) for column in figure.columns)


def _reader(request: HttpRequest) -> User:
    user = person(request)
    if not rules.may_read(user):
        raise Forbidden("Reports count over all customers, so only the provider's people see them.")
    return user


def _scope(query: Mapping[str, str], user: User) -> Scope:
    """A period that is not known is the usual one. The customer is named as people know it, or by id; with one that does not
    exist the reports are of all, and the page says so."""
    period = query.get("period", "")
    chosen = query.get("customer", "").replace("\x00", "").strip()[:120]
    known = accounts.customers(user).filter(Q(pk=chosen) | Q(name__iexact=chosen)) if chosen else None
    return Scope(period if period in dict(PERIODS) else USUAL_PERIOD, known.first() if known is not None else None)
