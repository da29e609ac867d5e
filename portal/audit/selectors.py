"""What of the audit record may this person read."""

from datetime import datetime

from django.db.models import QuerySet

from portal.accounts import rules
from portal.accounts.models import Membership, User
from portal.accounts.states import CustomerRole
from portal.audit.models import AuditEvent


def events(
    user: rules.Person,
    *,
    customer: str = "",
    actor: str = "",
    action: str = "",
    subject_type: str = "",
    subject_id: str = "",
    request_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """The events this person may read, newest first: all for the provider's people, their own customers' for a customer's
    administrators, none for anybody else. A filter that is empty filters nothing; `customer` and `actor` are ids; `action` is
    whole (`section.submitted`) or a noun (`section`)."""
    rows = _visible(user).select_related("actor", "customer").order_by("-occurred_at", "-id")
    exact = {
        "customer": customer,
        "actor": actor,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "request_id": request_id,
        "occurred_at__gte": since,
        "occurred_at__lt": until,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if action:
        rows = rows.filter(action=action) if "." in action else rows.filter(action__startswith=f"{action}.")
    return rows


def _visible(user: rules.Person) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.all()
    if rules.is_provider(user):
        return rows
    if not isinstance(user, User) or not rules.may_read_audit(user):
        return rows.none()
    administered = Membership.objects.filter(user=user, role=CustomerRole.ADMINISTRATOR)
    return rows.filter(customer__in=administered.values("customer"))
