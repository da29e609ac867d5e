"""Whose turn it is at every moment of an onboarding, and the clocks that follow from it."""
