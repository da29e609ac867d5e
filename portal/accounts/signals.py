"""News of people for whoever is above; accounts know nothing of them."""

from django.dispatch import Signal

member_joined = Signal()
"""Somebody accepted an invitation to a customer. Sent with `user=` and `customer=`, inside the transaction."""
