"""News that travels upward: whoever listens is above, and the outbox knows nothing of them."""

from django.dispatch import Signal

address_undeliverable = Signal()
"""An address takes no mail. Sent once with `email=` and `customer=` (or None), inside the transaction; a receiver returns the
people who should know besides the portal's administrators."""
