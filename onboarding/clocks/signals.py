"""News of clocks for the packages beside them: reports."""

from django.dispatch import Signal

clock_corrected = Signal()
"""A stretch of a clock was given to another party, and its parts say so. Sent with `clock=`, inside the transaction that holds
the clock's row."""
