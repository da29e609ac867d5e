"""The hand-over pack: what a customer keeps of an environment, in one PDF and one zip. Never credentials (rows S48-S51)."""
