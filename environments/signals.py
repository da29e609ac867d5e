"""News that travels upward: whoever listens is above, and environments know nothing of them."""

from django.dispatch import Signal

environment_changed = Signal()
"""Something about an environment became true or stopped being true. Sent with `environment=`, inside the transaction."""

specification_frozen = Signal()
"""An environment has a new version of its specification. Sent with `specification=`, inside the transaction."""

checklist_regressed = Signal()
"""Automatic items were true and are found to be so no longer. Sent with `environment=` and `items=`, inside the transaction,
once for each time that they turn red."""
