"""News of an onboarding for the packages beside its core: clocks, customer actions."""

from django.dispatch import Signal

onboarding_changed = Signal()
"""Something changed that may change whose turn it is, or what somebody owes. Sent with `onboarding=`, inside the transaction
that holds the onboarding's row; it may be sent though nothing changed."""
