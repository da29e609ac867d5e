"""The whole intake as one file of text, YAML or JSON. Nothing in here reads or writes the database."""

FORMAT = "onboarding-intake/1"
YAML, JSON = "yaml", "json"
STORED = "stored"
"""The one key of what stands in the place of a secret, as in `password: {stored: "2026-03-12"}`. Reading it changes nothing."""
