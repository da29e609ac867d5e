"""What the API says about the audit record."""

from typing import Any

from rest_framework import serializers

from portal.audit.models import AuditEvent
from portal.audit.verifier import Chain
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class AuditEventOutput(Output):
    """One act. `actor` is null where the portal itself acted; `sequence` and `digest` place it in its chain."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    occurred_at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = Reference(allow_null=True)
    actor_label = serializers.CharField()
    customer = Reference(allow_null=True)
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    subject_label = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()
    request_id = serializers.CharField()
    ip_address = serializers.CharField(allow_null=True)
    chain = serializers.CharField()
    sequence = serializers.IntegerField()
    digest = serializers.CharField()

    @staticmethod
    def render(row: AuditEvent) -> dict[str, Any]:
        customer = row.customer
        return {
            "id": row.pk,
            "url": url(f"audit-events/{row.pk}"),
            "web_url": web_url("audit/"),
            "occurred_at": row.occurred_at,
            "action": row.action,
            "actor": maybe_person(row.actor),
            "actor_label": row.actor_label,
            "customer": reference("customers", customer.pk, customer.name) if customer else None,
            "subject_type": row.subject_type,
            "subject_id": row.subject_id,
            "subject_label": row.subject_label,
            "before": row.before,
            "after": row.after,
            "request_id": row.request_id,
            "ip_address": row.ip_address,
            "chain": row.chain,
            "sequence": row.sequence,
            "digest": row.digest,
        }


class BreakOutput(serializers.Serializer):
    """Where a chain first is not what was written."""

    sequence = serializers.IntegerField()
    event_id = serializers.CharField()
    what = serializers.CharField()


class AuditChainOutput(Output):
    """What one chain was found to be, walked now. `digest` is its last event's: kept elsewhere, it proves the chain later."""

    chain = serializers.CharField()
    length = serializers.IntegerField()
    digest = serializers.CharField()
    broken = BreakOutput(allow_null=True)

    @staticmethod
    def render(row: Chain) -> dict[str, Any]:
        broken = row.broken
        return {
            "chain": row.name,
            "length": row.length,
            "digest": row.digest,
            "broken": broken and {"sequence": broken.sequence, "event_id": broken.event_id, "what": broken.what},
        }
