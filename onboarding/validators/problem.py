"""How a rule refuses."""


class ValueProblem(Exception):
    """One value breaks one rule. `code` names the rule for programs."""

    def __init__(self, message: str, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def shown(value: str) -> str:
    """Return the value as a sentence quotes it: never longer than 60 characters."""
    text = value.strip()
    return text if len(text) <= 60 else f"{text[:60]}…"
