"""The network of an environment as a drawing that stands alone: as an SVG file, and in the PDF."""

from typing import Any

from django.utils.html import escape

from portal.ui.drawings import topology
from portal.ui.pdf import INK, LINE, MUTED, Document

_STATES = {"verified": "#1a7f4b", "failing": "#b3261e", "waiting": "#9a6700"}
_PLANNED = "#5c6372"
_DASHED = ("planned", "waiting")


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def as_svg(data: dict[str, Any], title: str) -> str:
    """Return the drawing with everything that it needs: no stylesheet, no font and no script of the portal."""
    drawn = topology.draw(data)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.width:g} {drawn.height:g}" role="img" '
        'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape('. '.join(edge.sentence for edge in drawn.edges))}</desc>",
        f'<rect width="{drawn.width:g}" height="{drawn.height:g}" fill="#ffffff"/>',
    ]
    parts += [_text(lane.x, 22, lane.label, _hex(MUTED)) for lane in drawn.lanes]
    for edge in drawn.edges:
        colour = _STATES.get(edge.status, _PLANNED)
        dashes = ' stroke-dasharray="6 4"' if edge.status in _DASHED else ""
        parts.append(f'<path d="{edge.path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
    for node in drawn.nodes:
        parts.append(
            f'<rect x="{node.x:g}" y="{node.y:g}" width="{node.width:g}" height="{node.height:g}" rx="8" '
            f'fill="#ffffff" stroke="{_hex(LINE)}"/>'
        )
        parts.append(_text(node.text_x, node.middle - 4, node.short_label, _hex(INK), ' font-weight="bold"'))
        parts.append(_text(node.text_x, node.middle + 14, node.short_detail, _hex(MUTED)))
    for edge in drawn.edges:
        colour, words = _STATES.get(edge.status, _PLANNED), edge.words
        parts.append(f'<circle cx="{edge.x:g}" cy="{edge.y:g}" r="6" fill="{colour}"/>')
        parts.append(_text(words.x, words.y, edge.label, _hex(INK), f' text-anchor="{words.anchor}"'))
    return "\n".join([*parts, "</svg>", ""])


def _text(x: float, y: float, text: str, colour: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}"{more}>{escape(text)}</text>' if text else ""


def draw(document: Document, data: dict[str, Any], title: str) -> None:
    """Put the drawing into the document, as wide as its text, and below it every connection in words."""
    drawn = topology.draw(data)
    height = document.epw * drawn.height / drawn.width
    if document.will_page_break(height):
        document.add_page()
    scale, left, top = document.epw / drawn.width, document.l_margin, document.get_y()
    place = (left, top, scale)
    for edge in drawn.edges:
        _line(document, edge, place)
    for node in drawn.nodes:
        _node(document, node, place)
    for edge in drawn.edges:
        _mark(document, edge, place)
    document.set_xy(left, top + height)
    document.bullets(f"{edge.sentence}." for edge in drawn.edges)


_Place = tuple[float, float, float]


def _line(document: Document, edge: topology.Edge, place: _Place) -> None:
    left, top, scale = place
    document.set_draw_color(_STATES.get(edge.status, _PLANNED))
    document.set_line_width(0.5)
    if edge.status in _DASHED:
        document.set_dash_pattern(dash=1.6, gap=1.1)
    numbers = [
        float(part) for part in edge.path.replace("M", "").replace("C", "").replace("L", "").replace(",", " ").split()
    ]
    points = [(left + x * scale, top + y * scale) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    if len(points) == 4:
        document.bezier(points)
    else:
        document.polyline(points)
    document.set_dash_pattern()
    document.set_line_width(0.2)


def _node(document: Document, node: topology.Node, place: _Place) -> None:
    left, top, scale = place
    document.set_draw_color(*LINE)
    document.set_fill_color(255)
    x, y = left + node.x * scale, top + node.y * scale
    document.rect(x, y, node.width * scale, node.height * scale, style="DF", round_corners=True, corner_radius=1.5)
    document.at(left + node.text_x * scale, top + (node.middle - 4) * scale, node.short_label, bold=True)
    document.at(left + node.text_x * scale, top + (node.middle + 14) * scale, node.short_detail, size=6)


def _mark(document: Document, edge: topology.Edge, place: _Place) -> None:
    left, top, scale = place
    document.set_fill_color(_STATES.get(edge.status, _PLANNED))
    document.circle(left + edge.x * scale, top + edge.y * scale, 1.1, style="F")
    words = edge.words
    document.at(left + words.x * scale, top + words.y * scale, edge.label, size=6, centred=words.anchor == "middle")
