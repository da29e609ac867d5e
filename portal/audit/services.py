"""The one way to write the audit record."""

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models, transaction

from portal.accounts.models import Customer, User
from portal.audit.models import AuditEvent, ChainHead
from portal.core import clock, context

PROVIDER_CHAIN = "provider"
THE_PORTAL = "The portal"
_LABEL = 160


def record(
    action: str,
    subject: models.Model,
    *,
    by: User | None,
    customer: Customer | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one event to the customer's chain (or the provider's, where `customer` is None).

    Call it inside the transaction of the act itself. `action` is `noun.past_participle` in the domain's words
    (`section.submitted`); `by` is None when the portal itself acts. `before` and `after` hold only what changed and never a
    secret. The chain's head is locked until the transaction ends, so that links never fork.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record() belongs inside the act's transaction")
    chain = customer.pk if customer else PROVIDER_CHAIN
    head = _locked_head(chain)
    request = context.current()
    event = AuditEvent(
        chain=chain,
        sequence=head.sequence + 1,
        occurred_at=clock.now(),
        customer=customer,
        actor=by,
        actor_label=f"{by} <{by.email}>"[:_LABEL] if by else THE_PORTAL,
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200],
        before=_plain(before),
        after=_plain(after),
        request_id=request.request_id,
        ip_address=_address(request.ip_address),
        previous_digest=head.digest,
    )
    event.digest = digest_of(event)
    event.save(force_insert=True)
    head.sequence, head.digest = event.sequence, event.digest
    head.save(update_fields=["sequence", "digest"])
    return event


def _locked_head(chain: str) -> ChainHead:
    """Return the chain's end, locked: whoever appends next waits for this transaction."""
    heads = ChainHead.objects.select_for_update()
    head = heads.filter(chain=chain).first()
    if head is None:
        ChainHead.objects.get_or_create(chain=chain)
        head = heads.get(chain=chain)
    return head


def digest_of(event: AuditEvent) -> str:
    """Return the link: HMAC-SHA256, keyed by the portal's secret, over the canonical JSON of what the event says."""
    said = {
        "id": event.pk,
        "chain": event.chain,
        "sequence": event.sequence,
        "occurred_at": event.occurred_at.isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "actor_label": event.actor_label,
        "action": event.action,
        "subject": [event.subject_type, event.subject_id, event.subject_label],
        "before": event.before,
        "after": event.after,
        "request_id": event.request_id,
        "ip_address": event.ip_address,
        "previous": event.previous_digest,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = hashlib.sha256(b"audit chain" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values as JSON stores them, so that the digest of a stored event can be computed again.

    A fraction becomes text: the databases do not give every one back as it was written.
    """
    return json.loads(json.dumps(dict(values or {}), default=str), parse_float=str)


def _address(address: str | None) -> str | None:
    """Return the address in the one form that both databases store, None for what is not one (a socket's path)."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
