"""Documents as PDF: one look, names in their own letters, and the same bytes for the same content."""

import logging
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from django.conf import settings
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.fonts import FontFace

_FONTS = Path(__file__).with_name("fonts")
_REGULAR, _BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"
_FONT = "dejavu"
# It tells of each of twenty tables of a font in turn, for every document.
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)

INK, MUTED, LINE = (24, 28, 38), (92, 99, 114), (205, 210, 219)


class Document(FPDF):
    """A PDF on A4 whose text may hold any letters.

    `made_at` is the only time in it, so that the same content gives the same bytes. `foot` stands on every page, with its
    number.
    """

    def __init__(
        self, title: str, *, made_at: datetime, foot: str, orientation: Literal["portrait", "landscape"] = "portrait"
    ) -> None:
        super().__init__(orientation=orientation, format="A4")
        self.foot = foot
        self.set_creation_date(made_at)
        self.set_title(legible(title))
        self.set_author(legible(settings.PROVIDER_NAME))
        self.set_lang("en-GB")
        self.add_font(_FONT, "", _REGULAR)
        self.add_font(_FONT, "B", _BOLD)
        self.set_auto_page_break(True, margin=18)
        self.set_text_color(*INK)
        self.add_page()
        self.text_line(title, size=17, bold=True)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(_FONT, size=7)
        self.set_text_color(*MUTED)
        self.cell(w=0, text=legible(f"{self.foot}, page {self.page_no()}"))
        self.set_text_color(*INK)

    def text_line(self, text: str, *, size: float = 9, bold: bool = False, muted: bool = False) -> None:
        """Write a paragraph over the whole width."""
        self.set_font(_FONT, "B" if bold else "", size)
        self.set_text_color(*(MUTED if muted else INK))
        self.multi_cell(w=0, text=legible(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(*INK)

    def heading(self, text: str) -> None:
        """Begin a part, with its entry in the outline. It does not stand alone at the end of a page."""
        if self.will_page_break(28):
            self.add_page()
        self.ln(5)
        self.set_font(_FONT, "B", 12)
        self.start_section(legible(text))
        self.text_line(text, size=12, bold=True)
        self.ln(1)

    def bullets(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.text_line(f"•  {line}")

    def rows(self, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
        """Write a table; its heads stand on every page that it reaches."""
        self.set_font(_FONT, size=7.5)
        self.set_draw_color(*LINE)
        self.set_fill_color(255)
        head = FontFace(emphasis="BOLD", color=MUTED)
        with self.table(
            col_widths=tuple(widths),
            text_align="LEFT",
            headings_style=head,
            borders_layout="HORIZONTAL_LINES",
            line_height=4.2,
            padding=0.6,
        ) as table:
            table.row([legible(one) for one in heads])
            for row in rows:
                table.row([legible(cell) for cell in row])

    def at(self, x: float, y: float, text: str, *, size: float = 7, bold: bool = False, centred: bool = False) -> None:
        """Write at a place of a drawing, in millimetres from the page's corner; `y` is the line that letters stand on."""
        self.set_font(_FONT, "B" if bold else "", size)
        written = legible(text)
        self.text(x - (self.get_string_width(written) / 2 if centred else 0), y, written)

    def as_bytes(self) -> bytes:
        written = bytes(self.output())
        for font in self.fonts.values():
            font.ttfont.close()  # type: ignore[union-attr]  # both are files
        return written


def legible(text: str) -> str:
    """Return the text in letters that the fonts have: one that they lack is written without its marks, or by its number."""
    known = _letters()
    return "".join(letter if ord(letter) in known or letter == "\n" else _written_out(letter, known) for letter in text)


def _written_out(letter: str, known: frozenset[int]) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if plain and all(ord(part) in known for part in plain):
        return plain
    return f"[U+{ord(letter):04X}]" if letter.isprintable() else " "


@cache
def _letters() -> frozenset[int]:
    """The letters that both fonts have."""
    with TTFont(_REGULAR, lazy=True) as regular, TTFont(_BOLD, lazy=True) as bold:
        return frozenset(regular.getBestCmap()) & frozenset(bold.getBestCmap())
