"""The audit log: who did what, when, and whether the record is what was written."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts import rules
from portal.accounts import selectors as people
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.accounts.states import CustomerRole
from portal.audit import verifier
from portal.audit.forms import FilterForm
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.cells import safe_cell
from portal.core.errors import Forbidden
from portal.ui import paging

_COLUMNS = (
    "time",
    "actor",
    "action",
    "object",
    "object id",
    "before",
    "after",
    "request id",
    "address",
    "chain",
    "no.",
)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    form = FilterForm(request.GET)
    page = paging.by_key(form.events(user), request.GET)
    context = {
        "form": form,
        "page": page,
        "rows": [(event, _words(event.before), _words(event.after)) for event in page.rows],
        "is_filtered": form.is_filtering,
        "query": paging.kept(request.GET),
    }
    return render(request, "audit/log.html", context)


@require_safe
@never_cache
def chains(request: HttpRequest) -> HttpResponse:
    """Walk every chain this person may read, now, and say whether each is what was written."""
    user = _reader(request)
    found = [(_name_of(chain.name, user), chain) for chain in _chains(user)]
    context = {"chains": found, "broken": [chain for _, chain in found if chain.broken], "now": clock.now()}
    return render(request, "audit/chains.html", context)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with the filtered view as CSV, newest first, as it is read from the database."""
    return _file(_lines(_filtered(request)), "csv", "text/csv; charset=utf-8")


@require_safe
def export_json(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with the filtered view as a JSON array, newest first, as it is read from the database."""
    return _file(_array(_filtered(request)), "json", "application/json")


def _filtered(request: HttpRequest) -> Iterator[AuditEvent]:
    return FilterForm(request.GET).events(_reader(request)).iterator(chunk_size=500)


def _file(lines: Iterator[str], ending: str, kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="audit-{clock.now():%Y-%m-%d}.{ending}"'
    return response


def _reader(request: HttpRequest) -> User:
    user = person(request)
    if not rules.may_read_audit(user):
        raise Forbidden("The audit log is for the provider's people and the administrators of a customer.")
    return user


def _chains(user: User) -> Iterator[verifier.Chain]:
    if rules.is_provider(user):
        return verifier.verify()
    administered = user.memberships.filter(role=CustomerRole.ADMINISTRATOR).values_list("customer", flat=True)
    return (verifier.verify_chain(customer) for customer in administered)


def _name_of(chain: str, user: User) -> str:
    customer = people.customers(user).filter(pk=chain).first()
    return customer.name if customer else chain.capitalize()


def _words(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False, sort_keys=True) if values else ""


class _Echo:
    """A file that hands back what is written to it, so that a long table is sent line by line."""

    def write(self, line: str) -> str:
        return line


def _lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for event in events:
        yield writer.writerow(_cells(event))


def _array(events: Iterable[AuditEvent]) -> Iterator[str]:
    """Give an array piece by piece: a comma stands before every event but the first."""
    between = "["
    for event in events:
        yield f"{between}\n{json.dumps(_named(event), ensure_ascii=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def _named(event: AuditEvent) -> dict[str, Any]:
    values = dict(zip(_COLUMNS, _row(event), strict=True))
    return {name.rstrip(".").replace(" ", "_"): value for name, value in values.items()}


def _cells(event: AuditEvent) -> list[str]:
    as_text = [json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value for value in _row(event)]
    return [safe_cell("" if value is None else value) for value in as_text]


def _row(event: AuditEvent) -> tuple[Any, ...]:
    return (
        event.occurred_at.isoformat(),
        event.actor_label,
        event.action,
        event.subject_label,
        event.subject_id,
        event.before or None,
        event.after or None,
        event.request_id,
        event.ip_address,
        event.chain,
        event.sequence,
    )
