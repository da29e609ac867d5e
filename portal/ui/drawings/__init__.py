"""Geometry of the drawings: pure functions from facts to coordinates. Templates turn them into SVG."""
