"""The filters of the audit log."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from portal.accounts import rules
from portal.audit import selectors
from portal.audit.models import AuditEvent
from portal.core.ids import ID_PATTERN

_DAY = "Enter the day as year, month and day, such as 2026-11-24"
_day_picker = forms.DateInput(attrs={"type": "date"})


class FilterForm(forms.Form):
    """What the address of the page asks for. A filter that cannot be is said, and filters nothing."""

    actor = forms.CharField(required=False, max_length=120, label="Who")
    action = forms.CharField(required=False, max_length=64, label="Action")
    object = forms.CharField(required=False, max_length=120, label="Object")
    since = forms.DateField(required=False, label="From", widget=_day_picker, error_messages={"invalid": _DAY})
    until = forms.DateField(required=False, label="To", widget=_day_picker, error_messages={"invalid": _DAY})
    request_id = forms.CharField(required=False, max_length=64, label="Request ID")
    customer = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def events(self, user: rules.Person) -> QuerySet[AuditEvent]:
        """Return the events this person may read and the filters let through."""
        self.is_valid()
        wanted = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        rows = selectors.events(
            user,
            customer=wanted["customer"],
            action=wanted["action"],
            request_id=wanted["request_id"],
            since=_begin(wanted["since"]),
            until=_begin(wanted["until"], days=1),
        )
        return _of_object(_of_actor(rows, wanted["actor"]), wanted["object"])


def _of_actor(rows: QuerySet[AuditEvent], words: str) -> QuerySet[AuditEvent]:
    """Words are part of a name or an address, or an id."""
    if not words:
        return rows
    if re.fullmatch(ID_PATTERN, words):
        return rows.filter(actor=words)
    return rows.filter(Q(actor_label__icontains=words) | Q(actor__email__icontains=words))


def _of_object(rows: QuerySet[AuditEvent], words: str) -> QuerySet[AuditEvent]:
    if not words:
        return rows
    if re.fullmatch(ID_PATTERN, words):
        return rows.filter(subject_id=words)
    return rows.filter(Q(subject_label__icontains=words) | Q(subject_type=words.lower()))


def _begin(day: Any, *, days: int = 0) -> datetime | None:
    """Return midnight UTC of the day, or of the one `days` later."""
    if not isinstance(day, date) or day > date.max - timedelta(days=days):
        return None
    return datetime.combine(day + timedelta(days=days), time(), UTC)
