"""The port matrix as a file to keep or to send to whoever runs the firewall: CSV, JSON and PDF."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from onboarding.models import Onboarding
from onboarding.port_matrix import DIRECTIONS
from onboarding.services.ports import MatrixRow
from portal.core import clock
from portal.core.cells import safe_cell
from portal.ui.pdf import Document

COLUMNS = (
    "Environment",
    "Direction",
    "From",
    "To",
    "Port",
    "Protocol",
    "Purpose",
    "Product",
    "State",
    "Opened by",
    "Opened at",
)
_WIDTHS = (24, 36, 36, 42, 14, 16, 46, 34, 18, 0, 0)


@dataclass(frozen=True, slots=True)
class FileKind:
    content_type: str
    write: Callable[[Onboarding, list[MatrixRow]], bytes]


def state_of(found: MatrixRow) -> str:
    """Return `opened`, `to open`, or `closed` for a port that nobody is to open."""
    if not found.row.opens:
        return "closed"
    return "opened" if found.opening else "to open"


def _cells(found: MatrixRow) -> list[str]:
    row, opening = found.row, found.opening
    who, when = (str(opening.opened_by), opening.opened_at.isoformat(timespec="seconds")) if opening else ("", "")
    return [
        row.environment,
        DIRECTIONS[row.direction],
        row.source,
        row.target,
        row.port_in_words,
        row.protocol,
        row.purpose,
        row.product_in_words,
        state_of(found),
        who,
        when,
    ]


def as_csv(onboarding: Onboarding, rows: list[MatrixRow]) -> bytes:
    """With a byte order mark, by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in _cells(found)] for found in rows)
    return text.getvalue().encode("utf-8-sig")


def as_data(rows: list[MatrixRow]) -> list[dict[str, object]]:
    return [
        {
            **found.row.as_data(),
            "state": state_of(found),
            "opened_by": str(found.opening.opened_by) if found.opening else "",
            "opened_at": found.opening.opened_at.isoformat() if found.opening else None,
        }
        for found in rows
    ]


def as_json(onboarding: Onboarding, rows: list[MatrixRow]) -> bytes:
    whole = {"reference": onboarding.reference, "made_at": clock.now().isoformat(), "rows": as_data(rows)}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def as_pdf(onboarding: Onboarding, rows: list[MatrixRow]) -> bytes:
    """A landscape page or more, its heading on each."""
    foot = f"{onboarding.reference}, {onboarding.customer}"
    title = f"Port matrix: {onboarding.title}"
    document = Document(title, made_at=clock.now(), foot=foot, orientation="landscape")
    document.text_line(f"{foot}. Made {clock.now():%d %B %Y, %H:%M} UTC from the answers.", muted=True)
    document.ln(4)
    shown = [index for index, width in enumerate(_WIDTHS) if width]
    cells = ([_cells(found)[index] for index in shown] for found in rows)
    document.rows([COLUMNS[index] for index in shown], cells, [_WIDTHS[index] for index in shown])
    return document.as_bytes()


KINDS: Mapping[str, FileKind] = {
    "csv": FileKind("text/csv; charset=utf-8", as_csv),
    "json": FileKind("application/json", as_json),
    "pdf": FileKind("application/pdf", as_pdf),
}
