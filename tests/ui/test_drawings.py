"""Geometry of the drawings."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.ui.drawings import gantt, measures, rails, topology

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 0), (0, 11, 0), (7, 11, 64), (11, 11, 100), (12, 11, 100)]
)
def test_ring_shows_the_part_that_is_done(done: int, total: int, percent: int) -> None:
    assert measures.ring(done, total).percent == percent


def test_sparkline_rises_from_the_left_to_the_right() -> None:
    spark = measures.sparkline([0, 5, 10])

    assert spark.points == "3,21 48,12 93,3"
    assert (spark.last_x, spark.last_y) == (93, 3)
    assert spark.sentence == "3 values: lowest 0, highest 10, last 10"


def test_sparkline_of_nothing_and_of_one_value() -> None:
    assert measures.sparkline([]).points == ""
    assert measures.sparkline([4]).points == "93,12"


def places(stage: str) -> list[str]:
    return [drawn.place for drawn in rails.stages(stage, NOON, {})]


def test_rail_is_done_up_to_the_current_stage() -> None:
    assert places("provisioning") == ["done", "done", "current", "ahead", "ahead", "ahead"]


def test_rail_of_a_live_onboarding_is_done() -> None:
    assert places("live") == ["done"] * 6


def test_rail_of_a_cancelled_onboarding_stands_nowhere() -> None:
    assert places("cancelled") == ["ahead"] * 6


def node(name: str, lane: str) -> dict[str, Any]:
    return {"id": name, "label": name.title(), "detail": "", "lane": lane}


def edge(source: str, target: str, status: str = "planned") -> dict[str, Any]:
    return {"from": source, "to": target, "label": "Peering", "status": status}


def test_topology_of_nothing_is_empty() -> None:
    drawn = topology.draw({"nodes": [], "edges": []})

    assert (drawn.lanes, drawn.nodes, drawn.edges) == ([], [], [])


def test_lane_without_nodes_takes_no_room() -> None:
    drawn = topology.draw({"nodes": [node("ours", "provider"), node("yours", "customer")], "edges": []})

    assert [lane.label for lane in drawn.lanes] == ["Customer VPC", "Provider VPC"]
    assert [each.id for each in drawn.nodes] == ["yours", "ours"]


def test_nodes_of_a_lane_do_not_overlap_and_stay_inside() -> None:
    nodes = [node(name, "customer") for name in ("a", "b", "c")] + [node("hub", "provider")]
    drawn = topology.draw({"nodes": nodes, "edges": []})
    stacked = [each for each in drawn.nodes if each.lane == 0]

    assert all(upper.y + upper.height < lower.y for upper, lower in itertools.pairwise(stacked))
    assert all(each.x >= 0 and each.x + each.width <= drawn.width for each in drawn.nodes)
    assert all(each.y + each.height <= drawn.height for each in drawn.nodes)


def test_edge_runs_from_side_to_side_and_says_what_it_is() -> None:
    nodes = [node("yours", "customer"), node("ours", "provider")]
    drawn = topology.draw({"nodes": nodes, "edges": [edge("yours", "ours", "verified")]})
    connection = drawn.edges[0]

    assert connection.path.startswith(f"M{connection.source.x + connection.source.width:g},")
    assert connection.path.endswith(f" {connection.target.x:g},{connection.target.middle:g}")
    assert connection.sentence == "Yours to Ours, Peering: Verified"


def test_edge_that_passes_a_lane_runs_around_it() -> None:
    nodes = [node("router", "data_centre"), node("yours", "customer"), node("ours", "provider")]
    drawn = topology.draw({"nodes": nodes, "edges": [edge("router", "ours")]})

    assert drawn.edges[0].y > drawn.nodes[1].y + drawn.nodes[1].height


def test_edge_to_a_node_that_is_not_there_is_left_out() -> None:
    assert topology.draw({"nodes": [node("yours", "customer")], "edges": [edge("yours", "gone")]}).edges == []


def bar(label: str, start: int | None, end: int | None, state: str = "ready") -> dict[str, Any]:
    moments = [None if at is None else NOON + timedelta(minutes=at) for at in (start, end)]
    return {"label": label, "start": moments[0], "end": moments[1], "state": state, "note": ""}


def test_bars_lie_where_their_time_is() -> None:
    drawn = gantt.draw([bar("first", 0, 10), bar("second", 10, 20)], NOON + timedelta(minutes=20))
    first, second = drawn.bars

    assert first.x == gantt.LABELS
    assert second.x == first.x + first.width
    assert first.width == second.width
    assert first.duration == "10 min"


def test_running_bar_ends_now_and_one_not_begun_has_no_width() -> None:
    now = NOON + timedelta(minutes=5)
    running, pending = gantt.draw([bar("a", 0, None, "running"), bar("b", None, None, "pending")], now).bars

    assert running.duration == "5 min"
    assert running.x + running.width <= gantt.WIDTH
    assert (pending.width, pending.duration) == (0, "")


def test_timeline_of_nothing_has_no_ticks() -> None:
    assert gantt.draw([], NOON).ticks == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.25, "250 ms"), (4, "4 s"), (125, "2 min 5 s"), (60, "1 min"), (11_520, "3 h 12 min"), (259_200, "3 days")],
)
def test_duration_in_words(seconds: float, words: str) -> None:
    assert gantt.duration(timedelta(seconds=seconds)) == words
