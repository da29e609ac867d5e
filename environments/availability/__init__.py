"""Measured availability of production, beside its target (row S18)."""
