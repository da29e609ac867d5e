"""The reports: one file per figure, and the tuple of all of them in the order of the page."""

from onboarding.reports.figures import availability, clocks, failures, send_backs, stages, waiting
from onboarding.reports.figures.figure import Figure, Kind, Scope
from portal.core.errors import NotFound

FIGURES: tuple[Kind, ...] = (
    stages.FIGURE,
    waiting.FIGURE,
    failures.FIGURE,
    send_backs.FIGURE,
    clocks.FIGURE,
    availability.FIGURE,
)
KEYS = tuple(kind.key for kind in FIGURES)

__all__ = ["FIGURES", "KEYS", "Figure", "Kind", "Scope", "kind"]


def kind(key: str) -> Kind:
    """Return the kind of figure with this key. Raises `NotFound`."""
    for found in FIGURES:
        if found.key == key:
            return found
    raise NotFound
