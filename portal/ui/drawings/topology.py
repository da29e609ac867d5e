"""The networks and what connects them, in lanes from the data centre to the provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.ui import statuses

LANES = {
    "data_centre": "Data centre",
    "gateway": "Gateway",
    "customer": "Customer VPC",
    "provider": "Provider VPC",
}
_ALIASES = {
    "customer_vpc": "customer",
    "provider_vpc": "provider",
    "datacentre": "data_centre",
    "data centre": "data_centre",
}
MARGIN, TOP = 1, 44
NODE_HEIGHT, NODE_GAP, PADDING = 60, 34, 14
# By the number of lanes: how wide the drawing is, and each node in it. At these widths words have their natural size.
_WIDTHS = {0: 400, 1: 400, 2: 760, 3: 920, 4: 1080}
_NODE_WIDTHS = {0: 210, 1: 210, 2: 210, 3: 200, 4: 176}
_ASIDE, _DISC, _DETOUR = 16, 11, 30
_LABEL_CHARACTER, _DETAIL_CHARACTER = 7.2, 6.7


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    label: str
    detail: str
    lane: int
    x: float
    y: float
    width: float
    height: float = NODE_HEIGHT

    @property
    def middle(self) -> float:
        return self.y + NODE_HEIGHT / 2

    @property
    def text_x(self) -> float:
        return self.x + PADDING

    @property
    def short_label(self) -> str:
        return shortened(self.label, int((self.width - 2 * PADDING) / _LABEL_CHARACTER))

    @property
    def short_detail(self) -> str:
        return shortened(self.detail, int((self.width - 2 * PADDING) / _DETAIL_CHARACTER))


@dataclass(frozen=True, slots=True)
class Words:
    """Where an edge's label stands, and which of its ends is there."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Edge:
    source: Node
    target: Node
    label: str
    status: str
    look: statuses.Look
    url: str
    path: str
    x: float
    y: float

    @property
    def words(self) -> Words:
        return _words(self)

    @property
    def sentence(self) -> str:
        return f"{self.source.label} to {self.target.label}, {self.label}: {self.look.word}"


@dataclass(frozen=True, slots=True)
class Lane:
    label: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Topology:
    lanes: list[Lane]
    nodes: list[Node]
    edges: list[Edge]
    width: float
    height: float


def draw(data: Mapping[str, Any]) -> Topology:
    """Return nodes stacked in their lanes and edges between them. A lane without nodes takes no room; an edge to a node
    that is not there is left out."""
    used = [key for key in LANES if any(_lane(node) == key for node in data["nodes"])]
    nodes = _nodes(data["nodes"], used)
    floor = max((node.y + node.height for node in nodes), default=TOP)
    by_id = {node.id: node for node in nodes}
    edges = [
        _edge(edge, by_id[edge["from"]], by_id[edge["to"]], floor)
        for edge in data["edges"]
        if edge["from"] in by_id and edge["to"] in by_id
    ]
    lowest = max((edge.y + _DISC for edge in edges), default=floor)
    return Topology(_lanes(used), nodes, edges, _WIDTHS[len(used)], max(floor, lowest) + PADDING)


def _lane(node: Mapping[str, Any]) -> str:
    lane = node["lane"]
    if isinstance(lane, int):
        return list(LANES)[lane]
    key = str(lane).lower().replace(" ", "_")
    return _ALIASES.get(key, key)


def _lane_x(index: int, count: int) -> float:
    room = _WIDTHS[count] - 2 * MARGIN - _NODE_WIDTHS[count]
    return round(MARGIN + (index / (count - 1) if count > 1 else 0.5) * room, 1)


def _lanes(used: list[str]) -> list[Lane]:
    return [Lane(LANES[key], _lane_x(index, len(used)), _NODE_WIDTHS[len(used)]) for index, key in enumerate(used)]


def _nodes(raw: list[Mapping[str, Any]], used: list[str]) -> list[Node]:
    tallest = max((sum(_lane(node) == key for node in raw) for key in used), default=0)
    nodes: list[Node] = []
    for index, key in enumerate(used):
        members = [node for node in raw if _lane(node) == key]
        top = TOP + (tallest - len(members)) * (NODE_HEIGHT + NODE_GAP) / 2
        nodes += [_node(node, index, place, top, len(used)) for place, node in enumerate(members)]
    return nodes


def _node(raw: Mapping[str, Any], lane: int, place: int, top: float, lanes: int) -> Node:
    x, y = _lane_x(lane, lanes), top + place * (NODE_HEIGHT + NODE_GAP)
    return Node(str(raw["id"]), str(raw["label"]), str(raw.get("detail") or ""), lane, x, y, _NODE_WIDTHS[lanes])


def _edge(raw: Mapping[str, Any], source: Node, target: Node, floor: float) -> Edge:
    status = str(raw["status"])
    left, right = sorted((source, target), key=lambda node: (node.lane, node.y))
    path, x, y = _upright(left, right) if left.lane == right.lane else _across(left, right, floor)
    label, url = str(raw["label"]), str(raw.get("url") or "")
    return Edge(source, target, label, status, statuses.look(status), url, path, x, y)


def _across(left: Node, right: Node, floor: float) -> tuple[str, float, float]:
    """From the right side of one to the left side of the other. An edge that passes a lane runs below everything."""
    x1, y1, x2, y2 = left.x + left.width, left.middle, right.x, right.middle
    middle = (x1 + x2) / 2
    if right.lane - left.lane > 1:
        y = floor + _DETOUR
        # The middle of a cubic curve lies at (y1 + 3 * pull + 3 * pull + y2) / 8.
        pull = round((8 * y - y1 - y2) / 6, 1)
        return f"M{x1:g},{y1:g} C{x1 + 40:g},{pull:g} {x2 - 40:g},{pull:g} {x2:g},{y2:g}", middle, y
    return f"M{x1:g},{y1:g} C{middle:g},{y1:g} {middle:g},{y2:g} {x2:g},{y2:g}", middle, (y1 + y2) / 2


def _upright(upper: Node, lower: Node) -> tuple[str, float, float]:
    """From the bottom of one to the top of the other, in the same lane."""
    x, y1, y2 = upper.x + upper.width / 2, upper.y + NODE_HEIGHT, lower.y
    return f"M{x:g},{y1:g} L{x:g},{y2:g}", x, (y1 + y2) / 2


def _words(edge: Edge) -> Words:
    """Beside the line rather than on it: to the right of an upright one; else above, and off the side that it comes from."""
    left, right = sorted((edge.source, edge.target), key=lambda node: node.lane)
    if left.lane == right.lane:
        return Words(edge.x + _DISC + 6, edge.y + 4, "start")
    rise = left.middle - right.middle
    aside = -_ASIDE if rise > 0 else _ASIDE if rise < 0 else 0
    return Words(edge.x + aside, edge.y - _DISC - 6, "middle")


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
