"""Cells of files that people open in a spreadsheet."""

# A spreadsheet takes a cell that begins with one of these for a formula. Source: OWASP, "CSV Injection".
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\x00")


def safe_cell(value: object) -> str:
    """Return the cell as text that no spreadsheet calculates."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text
